import { useState } from "react";
import { useBoard } from "../board/BoardProvider";
import { SafetyCallers } from "../desk/SafetyCallers";
import { useWords } from "../i18n";
import { OpenReferrals } from "../referral/OpenReferrals";
import { Ahead } from "./Ahead";
import { Alarms } from "./Alarms";
import { CallBacks } from "./CallBacks";
import { Calls } from "./Calls";
import { Desks } from "./Desks";
import { Escalations } from "./Escalations";
import { isLive } from "./figures";
import { FiguresPanel } from "./FiguresPanel";
import { Hours } from "./Hours";
import { StandIns } from "./StandIns";

/** The whole night on one board. */
export function NightPage() {
  const words = useWords();
  const board = useBoard();
  // Counts covers that were put, after which coverage looks different.
  const [turn, setTurn] = useState(0);
  if (!board) return <div className="page"><h1>{words.night.title}</h1><p role="status">{words.common.loading}</p></div>;
  const unseen = board.alarms.filter(({ seenBy }) => seenBy === "").length;
  const waiting = board.calls.filter(({ state }) => state === "waiting").length;
  return (
    <div className="page">
      <h1>{words.night.title}</h1>
      {/* The one sentence that is spoken when it changes. */}
      <p role="status" className="hidden-text">{words.night.spoken(waiting, board.escalations.filter(isLive).length, unseen)}</p>
      <FiguresPanel board={board} />
      <div className="night-columns">
        <div className="stack">
          <Alarms alarms={board.alarms} />
          <Escalations escalations={board.escalations} />
          <SafetyCallers />
          <OpenReferrals />
          <CallBacks owed={board.callBacks} />
        </div>
        <div className="stack">
          <Calls board={board} />
          <Desks desks={board.desks} />
          <Hours hours={board.hours} />
        </div>
      </div>
      <Ahead turn={turn} />
      <StandIns onDone={() => setTurn((before) => before + 1)} />
    </div>
  );
}
