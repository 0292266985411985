import { type FormEvent, useState } from "react";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useFresh } from "../session/Fresh";
import { useOperator } from "../session/SessionProvider";
import { Button, Submit } from "../ui/Button";
import { Field } from "../ui/Field";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useAct } from "../ui/useAct";
import { useIsAdmin } from "./AdminPage";
import { RunRetention } from "./RunRetention";

export function RetentionSection() {
  return (
    <>
      <LegalHold />
      {useIsAdmin() && <RunRetention />}
    </>
  );
}

function LegalHold() {
  const words = useWords();
  const { triage } = useClients();
  const operator = useOperator();
  const fresh = useFresh();
  const [recordId, setRecordId] = useState("");
  const [reason, setReason] = useState("");
  const [said, setSaid] = useState("");
  const change = useAct(async (hold: boolean) => {
    setSaid("");
    await fresh(() => triage.setLegalHold({ ...operator, recordId: recordId.trim(), hold, reason: reason.trim() }));
    setSaid(hold ? words.admin.held : words.admin.letGo);
  });
  const whole = recordId.trim() !== "" && reason.trim() !== "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (whole) void change.run(true);
  };
  return (
    <Panel title={words.admin.hold}>
      <p>{words.admin.holdWhy}</p>
      <form className="stack" onSubmit={submit}>
        <Field label={words.admin.recordId} value={recordId} onChange={setRecordId} required />
        <Field label={words.admin.holdReason} value={reason} onChange={setReason} max={500} required />
        <TroubleNotice trouble={change.trouble} />
        {said && <Notice tone="good" live>{said}</Notice>}
        <div className="row">
          <Submit busy={change.busy}>{words.admin.holdSet}</Submit>
          <Button busy={change.busy} disabled={!whole} onPress={() => void change.run(false)}>{words.admin.holdLift}</Button>
        </div>
      </form>
    </Panel>
  );
}
