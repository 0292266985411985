import { useState } from "react";
import type { Referral } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Dialog } from "../ui/Dialog";
import { Field, Select } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { MOST_WORDS } from "./Questions";
import { useTargets } from "./Targets";

/** A human did it by telephone or fax, or decides in the receiver's place. */
export function SettleDialog({ referral, onClose, onDone }: { referral: Referral; onClose: () => void; onDone: () => void }) {
  const words = useWords();
  const { referral: service } = useClients();
  const operator = useOperator();
  const [how, setHow] = useState("told");
  const [targetId, setTargetId] = useState("");
  const [reason, setReason] = useState("");
  const targets = useTargets();
  const settle = useAct(async () => {
    await service.settleByHand({ ...operator, referralId: referral.referralId, how, targetId: how === "closed" ? "" : targetId, reason: reason.trim() });
    onDone();
  });
  return (
    <Dialog title={words.referral.settleTitle} open onClose={onClose}>
      <Choices legend={words.referral.settleHow} options={Object.entries(words.referral.settleHows).map(([value, label]) => ({ value, label }))} chosen={[how]} onChoose={([next]) => next && setHow(next)} required />
      {how !== "closed" && <Select label={words.referral.settleTarget} value={targetId} onChange={setTargetId} empty={words.referral.settleTargetNow} options={(targets.value ?? []).map((one) => ({ value: one.targetId, label: one.name }))} />}
      <Field label={words.referral.settleReason} value={reason} onChange={setReason} max={MOST_WORDS} required />
      <TroubleNotice trouble={targets.trouble ?? settle.trouble} />
      <div className="row">
        <Button weight="primary" busy={settle.busy} disabled={reason.trim() === ""} onPress={() => void settle.run()}>{words.referral.settleGo}</Button>
        <Button onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}
