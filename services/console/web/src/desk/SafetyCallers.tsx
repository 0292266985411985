import { useState } from "react";
import { useBoard, useLineNow } from "../board/BoardProvider";
import type { SafetyCaller } from "../gen/tomoshibi/escalation/v1/escalation_pb";
import { useWords, worded } from "../i18n";
import { millis, span } from "../i18n/time";
import { Button } from "../ui/Button";
import { Panel } from "../ui/Panel";
import { Sign, type Tone } from "../ui/Sign";
import { Elapsed } from "../ui/Timer";
import { useWindowName } from "./RingBanner";
import { SettleSafetyDialog } from "./SettleSafetyDialog";

const SOON = 120_000;

/** People who wait for a doctor's call-back, and when a desk rings them meanwhile. */
export function SafetyCallers() {
  const words = useWords();
  const callers = useBoard()?.safetyCallers ?? [];
  const [settling, setSettling] = useState<string>();
  const late = useLateness(callers);
  return (
    <Panel title={callers.length > 0 ? words.desk.safetyPeople(callers.length) : words.desk.safety} tone={late ? "bad" : "plain"}>
      {callers.length === 0 ? <p className="dim">{words.desk.safetyNone}</p> : (
        <>
          <p className="dim small">{words.desk.safetyWhy}</p>
          <ul className="cards">{callers.map((caller) => <Caller key={caller.callId} caller={caller} onSettle={() => setSettling(caller.callId)} />)}</ul>
        </>
      )}
      {settling !== undefined && <SettleSafetyDialog callId={settling} onClose={() => setSettling(undefined)} />}
    </Panel>
  );
}

function useLateness(callers: readonly SafetyCaller[]): boolean {
  const now = useLineNow();
  return callers.some(({ dueAt }) => (millis(dueAt) ?? now) < now);
}

function Caller({ caller, onSettle }: { caller: SafetyCaller; onSettle: () => void }) {
  const words = useWords();
  const windowName = useWindowName();
  const escalation = useBoard()?.escalations.find(({ escalationId }) => escalationId === caller.escalationId);
  const name = windowName(caller.windowId);
  return (
    <li className="spread">
      <div className="stack-small">
        <div className="row"><strong>{name}</strong><span>{words.desk.safetyWaits} <Elapsed since={millis(caller.since)} /></span></div>
        <Due caller={caller} />
        <div className="dim small">
          {[escalation && words.common.pair(words.desk.escalation, worded(words.desk.escalationState, escalation.state)), caller.asked > 0 && words.desk.safetyAsked(caller.asked)].filter(Boolean).join(" · ")}
        </div>
      </div>
      <Button size="small" label={`${words.desk.safetySettle}: ${name}`} onPress={onSettle}>{words.desk.safetySettle}</Button>
    </li>
  );
}

function Due({ caller }: { caller: SafetyCaller }) {
  const words = useWords();
  const now = useLineNow();
  const left = (millis(caller.dueAt) ?? now) - now;
  const tone: Tone = left < 0 ? "bad" : left < SOON ? "warn" : "plain";
  return (
    <div className={`row tone-${tone}`}>
      {tone !== "plain" && <Sign tone={tone} size={18} />}
      <strong className="clock">{left < 0 ? words.desk.safetyOver(span(-left)) : words.desk.safetyIn(span(left))}</strong>
    </div>
  );
}

/** One line of it, for a screen that is full of a call. */
export function SafetyLine() {
  const words = useWords();
  const now = useLineNow();
  const callers = useBoard()?.safetyCallers ?? [];
  const [first] = callers;
  if (!first) return null;
  const left = (millis(first.dueAt) ?? now) - now;
  const tone: Tone = left < 0 ? "bad" : "warn";
  return (
    <span className={`row tone-${tone}`}>
      <Sign tone={tone} size={18} />
      <span className="clock">{left < 0 ? words.desk.safetyCountOver(callers.length) : words.desk.safetyCount(callers.length, span(left))}</span>
    </span>
  );
}
