import { useEffect, useMemo, useState } from "react";
import type { AssessResponse, Record as RecordMessage } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useAct } from "../ui/useAct";
import { Amendment } from "./amendment";
import type { Fields } from "./draft";
import { AssessmentPanel } from "./AssessmentPanel";
import { FieldGroups } from "./FieldGroups";
import type { Form } from "./forms";
import { useKeepers } from "./KeepersProvider";
import { changesOf, fieldsOf } from "./keeper";
import { MissingList } from "./MissingList";
import { Questions } from "./Questions";
import { useSheet } from "./sheet";

const NO_FIELDS: ReadonlySet<string> = new Set();

/** A later revision of a signed record: all changes with one reason, at once. */
export function Amend({ record, form, onEnd }: { record: RecordMessage; form: Form; onEnd: (done: boolean) => void }) {
  const words = useWords();
  const { triage } = useClients();
  const operator = useOperator();
  const { shelf } = useKeepers();
  const [reason, setReason] = useState("");
  const [restored, setRestored] = useState(false);
  const sheet = useMemo(() => new Amendment(fieldsOf(record), shelf, `amend/${record.recordId}`), [record, shelf]);
  useSheet(sheet);
  useEffect(() => void sheet.restore().then(() => setRestored(Object.keys(sheet.changes).length > 0)), [sheet]);
  const { assessed, behind } = useAssessed(record, form, sheet);
  const count = Object.keys(sheet.changes).length;
  const amend = useAct(async () => {
    await triage.amendRecord({ ...operator, recordId: record.recordId, seenRevision: record.revision, reason: reason.trim(), changes: changesOf(sheet.changes) });
    await sheet.end();
    onEnd(true);
  });
  return (
    <div className="record">
      {restored && <Notice tone="plain">{words.record.restoredAmend}</Notice>}
      <Panel title={words.record.amending} tone="strong">
        <Field label={words.record.amendReason} value={reason} onChange={setReason} lines={2} max={500} required />
        <p>{count === 0 ? words.record.amendNothing : words.record.amendChanged(count)}</p>
        {assessed && <MissingList missing={assessed.missing} form={form} />}
        <TroubleNotice trouble={amend.trouble} />
        <div className="row">
          <Button weight="primary" busy={amend.busy} disabled={count === 0 || reason.trim() === ""} onPress={() => void amend.run()}>{words.record.amendSend}</Button>
          <Button onPress={() => void sheet.end().then(() => onEnd(false))}>{words.common.cancel}</Button>
        </div>
      </Panel>
      <div className="record-columns">
        <div className="stack">
          <Questions form={form} sheet={sheet} locked={false} next={assessed?.assessment?.nextQuestions ?? []} behind={behind} />
          <FieldGroups form={form} sheet={sheet} locked={false} missing={NO_FIELDS} />
        </div>
        <div className="record-side">
          <AssessmentPanel form={form} sheet={sheet} locked={false} assessment={assessed?.assessment ?? record.assessment} behind={behind} escalated={false} />
        </div>
      </div>
    </div>
  );
}

/** What the protocol would make of it, a moment after each change. */
function useAssessed(record: RecordMessage, form: Form, sheet: Amendment): { assessed: AssessResponse | undefined; behind: boolean } {
  const { triage } = useClients();
  const operator = useOperator();
  const [assessed, setAssessed] = useState<{ of: Fields; answer: AssessResponse }>();
  const changes = sheet.changes;
  useEffect(() => {
    const gone = new AbortController();
    const timer = setTimeout(() => {
      const fields = changesOf(sheet.all());
      triage.assess({ ...operator, protocolVersion: form.described.protocol?.version ?? record.protocolVersion, fields }, { signal: gone.signal }).then((answer) => setAssessed({ of: changes, answer }), () => undefined);
    }, 300);
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [changes, triage, operator, form, record, sheet]);
  return { assessed: assessed?.answer, behind: assessed?.of !== changes };
}
