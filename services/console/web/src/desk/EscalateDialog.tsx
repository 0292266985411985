import { useRef, useState } from "react";
import { useBoard, useStaffName } from "../board/BoardProvider";
import type { BoardCall } from "../gen/tomoshibi/console/v1/console_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Dialog } from "../ui/Dialog";
import { Notice, TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { ladderNamed } from "./ladder";

const BY_CODE: Record<string, string> = { A: "P1", B: "P1", C: "P2" };

export function EscalateDialog({ call, code, onClose }: { call: BoardCall; code: string; onClose: () => void }) {
  const words = useWords();
  const { console } = useClients();
  const operator = useOperator();
  const nameOf = useStaffName();
  const onCall = ladderNamed(useBoard()?.windows.find(({ windowId }) => windowId === call.windowId), nameOf);
  const [priority, setPriority] = useState(BY_CODE[code] ?? "P1");
  const [reasons, setReasons] = useState<string[]>(code === "A" || code === "B" ? ["risk_imminent"] : []);
  const [lacking, setLacking] = useState(false);
  // Pressed again after no answer came, it is the same request.
  const requestId = useRef(crypto.randomUUID?.() ?? `${call.callId}-${Date.now()}`);
  const escalate = useAct(async () => {
    await console.escalate({ ...operator, requestId: requestId.current, callId: call.callId, priority, reasons });
    onClose();
  });
  const go = () => {
    setLacking(reasons.length === 0);
    if (reasons.length > 0) void escalate.run();
  };
  return (
    <Dialog title={words.desk.escalate} open onClose={onClose}>
      <div className="stack">
        {onCall && <p>{words.common.pair(words.desk.onCallNow, onCall)}</p>}
        <Choices legend={words.desk.priority} options={Object.entries(words.desk.priorities).map(([value, label]) => ({ value, label }))} chosen={[priority]} onChoose={([value = "P1"]) => setPriority(value)} required />
        <Choices legend={words.desk.reasons} many options={Object.entries(words.desk.reason).map(([value, label]) => ({ value, label }))} chosen={reasons} onChoose={setReasons} required />
        {lacking && reasons.length === 0 && <Notice tone="bad" live>{words.desk.reasonNeeded}</Notice>}
        <TroubleNotice trouble={escalate.trouble} />
        <div className="row">
          <Button weight="primary" size="big" busy={escalate.busy} onPress={go}>{words.desk.escalateGo}</Button>
          <Button onPress={onClose}>{words.common.cancel}</Button>
        </div>
      </div>
    </Dialog>
  );
}
