import { useMemo, useState } from "react";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Notice, TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { AssessmentPanel } from "./AssessmentPanel";
import { FieldGroups } from "./FieldGroups";
import { type Form, useForm } from "./forms";
import type { Keeper } from "./keeper";
import { Merge } from "./Merge";
import { MissingList } from "./MissingList";
import { NewsNotice } from "./NewsNotice";
import { Questions } from "./Questions";
import { SaveState } from "./SaveState";
import { useSheet } from "./sheet";

/** A draft as a form. `onSigned` once it is none any more. */
export function DraftForm({ keeper, onSigned, locked = false }: { keeper: Keeper; onSigned: () => void; locked?: boolean }) {
  const words = useWords();
  useSheet(keeper);
  const { value: form, trouble, again } = useForm(keeper.record.protocolVersion);
  if (!form) {
    return trouble ? (
      <div className="stack"><TroubleNotice trouble={trouble} /><Button onPress={again}>{words.common.again}</Button></div>
    ) : (
      <p role="status">{words.common.loading}</p>
    );
  }
  return <Drawn keeper={keeper} form={form} locked={locked} onSigned={onSigned} />;
}

function Drawn({ keeper, form, locked, onSigned }: { keeper: Keeper; form: Form; locked: boolean; onSigned: () => void }) {
  const words = useWords();
  const { record } = keeper;
  const missing = useMemo(() => new Set(record.missing.map(({ field }) => field)), [record]);
  const behind = keeper.standing() !== "saved";
  return (
    <div className="record">
      <section className="record-bar" aria-label={words.record.record_bar}>
        <SaveState keeper={keeper} />
        <MissingList missing={record.missing} form={form} />
        {!locked && <SignButton keeper={keeper} onSigned={onSigned} />}
      </section>
      <NewsNotice keeper={keeper} form={form} />
      <Merge keeper={keeper} form={form} />
      <div className="record-columns">
        <div className="stack">
          <Questions form={form} sheet={keeper} locked={locked} next={record.assessment?.nextQuestions ?? []} behind={behind} />
          <FieldGroups form={form} sheet={keeper} locked={locked} missing={missing} />
        </div>
        <div className="record-side">
          <AssessmentPanel form={form} sheet={keeper} locked={locked} assessment={record.assessment} behind={behind} escalated={keeper.escalationId !== ""} />
        </div>
      </div>
    </div>
  );
}

function SignButton({ keeper, onSigned }: { keeper: Keeper; onSigned: () => void }) {
  const words = useWords();
  const { triage } = useClients();
  const operator = useOperator();
  const [asking, setAsking] = useState(false);
  const [unsaved, setUnsaved] = useState(false);
  const sign = useAct(async () => {
    const allSaved = await keeper.flush();
    setUnsaved(!allSaved);
    if (!allSaved) return;
    const { record } = await triage.signRecord({ ...operator, recordId: keeper.record.recordId, seenRevision: keeper.record.revision });
    if (record) keeper.take(record);
    setAsking(false);
    onSigned();
  });
  return (
    <>
      <Button weight="primary" onPress={() => setAsking(true)} disabled={keeper.record.missing.length > 0 && keeper.standing() === "saved"}>{words.record.sign}</Button>
      <Dialog title={words.record.sign} open={asking} onClose={() => setAsking(false)}>
        <div className="stack">
          <p>{words.record.signWhy}</p>
          {unsaved && <Notice tone="bad" live>{words.record.notAllSaved}</Notice>}
          <TroubleNotice trouble={sign.trouble} />
          <div className="row">
            <Button weight="primary" busy={sign.busy} onPress={() => void sign.run()} autoFocus>{words.record.sign}</Button>
            <Button onPress={() => setAsking(false)}>{words.common.cancel}</Button>
          </div>
        </div>
      </Dialog>
    </>
  );
}
