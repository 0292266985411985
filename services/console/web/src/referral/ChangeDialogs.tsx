import { useState } from "react";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field, Select } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { Journey } from "./Extra";
import { MOST_WORDS } from "./Questions";
import { changesOf } from "./standing";

interface Props {
  referralId: string;
  onClose: () => void;
  onDone: () => void;
}

export function RecallDialog({ referralId, onClose, onDone }: Props) {
  const words = useWords();
  const { referral } = useClients();
  const operator = useOperator();
  const [reason, setReason] = useState("resolved");
  const recall = useAct(async () => {
    await referral.recallReferral({ ...operator, referralId, reason });
    onDone();
  });
  return (
    <Dialog title={words.referral.recallTitle} open onClose={onClose} alert>
      <p>{words.referral.recallWhy}</p>
      <Select label={words.common.reason} value={reason} onChange={setReason} options={Object.entries(words.referral.recallReason).map(([value, label]) => ({ value, label }))} />
      <TroubleNotice trouble={recall.trouble} />
      <div className="row">
        <Button weight="danger" busy={recall.busy} onPress={() => void recall.run()}>{words.referral.recall}</Button>
        <Button autoFocus onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}

export function CorrectDialog({ referralId, onClose, onDone }: Props) {
  const words = useWords();
  const { referral } = useClients();
  const operator = useOperator();
  const [reason, setReason] = useState("");
  const [said, setSaid] = useState<Record<string, string>>({});
  const correct = useAct(async () => {
    await referral.correctReferral({ ...operator, referralId, reason: reason.trim(), changes: changesOf(said) });
    onDone();
  });
  return (
    <Dialog title={words.referral.correctTitle} open onClose={onClose} wide>
      <p>{words.referral.correctWhy}</p>
      <Field label={words.referral.correctReason} value={reason} onChange={setReason} max={MOST_WORDS} required />
      <h3>{words.referral.extra}</h3>
      <Journey said={said} onSay={setSaid} />
      <TroubleNotice trouble={correct.trouble} />
      <div className="row">
        <Button weight="primary" busy={correct.busy} disabled={reason.trim() === ""} onPress={() => void correct.run()}>{words.referral.correct}</Button>
        <Button onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}
