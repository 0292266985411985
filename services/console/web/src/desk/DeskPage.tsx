import { useEffect, useState } from "react";
import { useBoard, useMyDesk } from "../board/BoardProvider";
import { useWords } from "../i18n";
import { useMe } from "../session/SessionProvider";
import { Notice } from "../ui/Notice";
import { CallView } from "./CallView";
import { ChooseDesk } from "./ChooseDesk";
import { DeskBar } from "./DeskBar";
import { Queue } from "./Queue";
import { Quiet } from "./Quiet";

export function DeskPage() {
  const words = useWords();
  const me = useMe();
  const board = useBoard();
  const desk = useMyDesk();
  const callId = useCallAtHand();
  if (!me.staffId) return <div className="page"><h1>{words.desk.title}</h1><Notice tone="bad">{words.desk.noStaff}</Notice></div>;
  if (!board) return <div className="page"><h1>{words.desk.title}</h1><p role="status">{words.common.loading}</p></div>;
  if (!desk) return <ChooseDesk />;
  return (
    <div className="page">
      <h1 className="hidden-text">{words.desk.title} {desk.deskId}</h1>
      <DeskBar desk={desk} />
      <Queue busy={callId !== undefined} />
      {callId ? <CallView key={callId} callId={callId} desk={desk} /> : <Quiet />}
    </div>
  );
}

/** The call in progress and, while it is written up, the one that was. */
function useCallAtHand(): string | undefined {
  const desk = useMyDesk();
  const [last, setLast] = useState<string>();
  const busy = desk?.presence === "in_call" || desk?.presence === "wrap_up";
  const current = busy ? desk.callId || last : undefined;
  useEffect(() => setLast(current), [current]);
  return current || undefined;
}
