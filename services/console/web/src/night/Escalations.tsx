import { useBoard, useLineNow, useStaffName } from "../board/BoardProvider";
import { ladderOf } from "../desk/ladder";
import { useWindowName } from "../desk/RingBanner";
import type { Escalation } from "../gen/tomoshibi/escalation/v1/escalation_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { clockTime, millis, span } from "../i18n/time";
import { CodeMark } from "../record/CodeMark";
import { Panel } from "../ui/Panel";
import { Sign, type Tone } from "../ui/Sign";
import { byNeed, climbOf, isLive } from "./figures";

const TONES: Record<string, Tone> = { climbing: "busy", accepted: "good", acted: "good", withdrawn: "plain", unreached: "bad" };

export function Escalations({ escalations }: { escalations: Escalation[] }) {
  const words = useWords();
  const sorted = byNeed(escalations);
  const open = sorted.filter((one) => isLive(one) || one.state === "unreached");
  const settled = sorted.filter((one) => !open.includes(one));
  return (
    <Panel title={words.night.escalations}>
      {open.length === 0 ? <p className="dim">{words.night.noEscalations}</p> : <ul className="cards">{open.map((one) => <Card key={one.escalationId} escalation={one} />)}</ul>}
      {settled.length > 0 && (
        <details>
          <summary>{words.night.counted(words.night.settled, settled.length)}</summary>
          <ul className="cards">{settled.map((one) => <Card key={one.escalationId} escalation={one} />)}</ul>
        </details>
      )}
    </Panel>
  );
}

/** One ladder: what for, how far, who is asked, and when it goes on. */
function Card({ escalation }: { escalation: Escalation }) {
  const words = useWords();
  const nameOf = useStaffName();
  const windowName = useWindowName();
  const { language } = useLanguage();
  const tone = TONES[escalation.state] ?? "plain";
  const started = millis(escalation.startedAt);
  return (
    <li className="stack-small">
      <div className="spread">
        <span className={`row tone-${tone}`}>
          <Sign tone={tone} />
          <strong>{[escalation.acceptedBy && nameOf(escalation.acceptedBy), worded(words.desk.escalationState, escalation.state), escalation.act && worded(words.desk.act, escalation.act)].filter(Boolean).join(" · ")}</strong>
        </span>
        <span className="row"><strong className="tag">{escalation.priority}</strong>{escalation.triageCode && <CodeMark code={escalation.triageCode} />}</span>
      </div>
      <div className="small dim">
        {[windowName(escalation.windowId), escalation.reasons.map((reason) => worded(words.desk.reason, reason)).join("・"), started !== undefined && words.night.started(clockTime(started, language))].filter(Boolean).join(" · ")}
      </div>
      {isLive(escalation) && <Standing escalation={escalation} />}
    </li>
  );
}

function Standing({ escalation }: { escalation: Escalation }) {
  const words = useWords();
  const nameOf = useStaffName();
  const now = useLineNow();
  const window = useBoard()?.windows.find(({ windowId }) => windowId === escalation.windowId);
  const { rung, ringing, next } = climbOf(escalation, ladderOf(window));
  const at = millis(escalation.nextAt);
  const climbing = escalation.state === "climbing";
  const left = at === undefined ? "" : at <= now ? words.night.dueNow : climbing ? words.night.nextIn(span(at - now)) : words.night.lapses(span(at - now));
  return (
    <>
      {climbing && (
        <div>
          {[
            escalation.round > 0 && words.desk.round(escalation.round + 1),
            rung !== undefined && words.night.atRung(words.desk.rung(rung)),
            ringing.length > 0 && words.night.ringingNow(ringing.map(nameOf).join("・")),
            next && words.night.nextPeople(nameOf(next)),
          ].filter(Boolean).join(" · ")}
        </div>
      )}
      {left && <div className="clock">{left}</div>}
    </>
  );
}
