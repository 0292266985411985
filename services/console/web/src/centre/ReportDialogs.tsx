import { useState } from "react";
import { useLineNow } from "../board/BoardProvider";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { localOf } from "../record/FieldInput";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Dialog } from "../ui/Dialog";
import { Field, Select } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { type ActProps, instantOf } from "./DecideDialogs";

/** Whether the person came, and when: now, unless it was before. */
export function ArrivalDialog({ referralId, centreId, onClose, onDone }: ActProps) {
  const words = useWords();
  const { centre } = useClients();
  const operator = useOperator();
  const now = useLineNow();
  const [arrival, setArrival] = useState("arrived");
  const [at, setAt] = useState(() => localOf(new Date(now).toISOString()));
  const report = useAct(async () => {
    await centre.reportArrival({ ...operator, centreId, referralId, arrival, at: instantOf(at) });
    onDone(words.centre.reported);
  });
  return (
    <Dialog title={words.centre.arrivalTitle} open onClose={onClose}>
      <Choices legend={words.centre.arrivalHow} options={Object.entries(words.referral.arrival).map(([value, label]) => ({ value, label }))} chosen={[arrival]} onChoose={([next]) => next && setArrival(next)} required />
      <Field label={words.centre.arrivalAt} type="datetime-local" value={at} onChange={setAt} required />
      <TroubleNotice trouble={report.trouble} />
      <div className="row">
        <Button weight="primary" busy={report.busy} disabled={at === ""} onPress={() => void report.run()}>{words.centre.arrival}</Button>
        <Button onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}

export function OutcomeDialog({ referralId, centreId, onClose, onDone }: ActProps) {
  const words = useWords();
  const { centre } = useClients();
  const operator = useOperator();
  const [outcome, setOutcome] = useState("");
  const report = useAct(async () => {
    await centre.reportOutcome({ ...operator, centreId, referralId, outcome });
    onDone(words.centre.reported);
  });
  return (
    <Dialog title={words.referral.outcomeTitle} open onClose={onClose}>
      <Select label={words.referral.outcomeTitle} value={outcome} onChange={setOutcome} empty={words.record.empty} options={Object.entries(words.referral.outcome).map(([value, label]) => ({ value, label }))} required />
      <TroubleNotice trouble={report.trouble} />
      <div className="row">
        <Button weight="primary" busy={report.busy} disabled={outcome === ""} onPress={() => void report.run()}>{words.centre.outcome}</Button>
        <Button onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}
