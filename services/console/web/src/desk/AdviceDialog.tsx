import { useState } from "react";
import { useStaffName } from "../board/BoardProvider";
import type { Escalation } from "../gen/tomoshibi/escalation/v1/escalation_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Check, Field, Select } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";

const MOST = 4_000;

/** A doctor's words as the counsellor writes them down, and whether they were read back. */
export function AdviceDialog({ escalation, onClose }: { escalation: Escalation; onClose: () => void }) {
  const words = useWords();
  const { console } = useClients();
  const operator = useOperator();
  const nameOf = useStaffName();
  const doctors = [...new Set([escalation.acceptedBy, ...escalation.pages.map(({ staffId }) => staffId)].filter(Boolean))];
  const [staffId, setStaffId] = useState(doctors[0] ?? "");
  const [advice, setAdvice] = useState("");
  const [readBack, setReadBack] = useState(false);
  const over = [...advice].length > MOST;
  const keep = useAct(async () => {
    await console.writeAdvice({ ...operator, escalationId: escalation.escalationId, advice: advice.trim(), readBack, staffId });
    onClose();
  });
  return (
    <Dialog title={words.desk.adviceWrite} open onClose={onClose}>
      <Select label={words.desk.adviceFrom} value={staffId} onChange={setStaffId} options={doctors.map((value) => ({ value, label: nameOf(value) }))} />
      <Field label={words.desk.advice} lines={5} value={advice} onChange={setAdvice} required autoFocus {...(over ? { error: words.record.tooLong(MOST) } : {})} />
      <Check checked={readBack} onChange={setReadBack}>{words.desk.readBack}</Check>
      <TroubleNotice trouble={keep.trouble} />
      <div className="row">
        <Button weight="primary" busy={keep.busy} disabled={advice.trim() === "" || over} onPress={() => void keep.run()}>{words.desk.adviceSave}</Button>
        <Button onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}
