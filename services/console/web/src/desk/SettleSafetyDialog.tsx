import { useState } from "react";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Dialog } from "../ui/Dialog";
import { Notice, TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";

/** Somebody's wait is over, and how: chosen, never assumed. */
export function SettleSafetyDialog({ callId, onClose }: { callId: string; onClose: () => void }) {
  const words = useWords();
  const { console } = useClients();
  const operator = useOperator();
  const [how, setHow] = useState("");
  const [lacking, setLacking] = useState(false);
  const settle = useAct(async () => {
    await console.settleSafetyCaller({ ...operator, callId, how });
    onClose();
  });
  const go = () => {
    setLacking(how === "");
    if (how !== "") void settle.run();
  };
  return (
    <Dialog title={words.desk.safetySettle} open onClose={onClose}>
      <p>{words.desk.safetySettleWhy}</p>
      <Choices legend={words.desk.safetyHow} required options={Object.entries(words.desk.safetyHows).map(([value, label]) => ({ value, label }))} chosen={how ? [how] : []} onChoose={([value = ""]) => setHow(value)} />
      {lacking && how === "" && <Notice tone="bad" live>{words.desk.safetyHowNeeded}</Notice>}
      <TroubleNotice trouble={settle.trouble} />
      <div className="row">
        <Button weight="primary" busy={settle.busy} onPress={go}>{words.desk.safetySettle}</Button>
        <Button onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}
