import { useState } from "react";
import { useStaffName } from "../board/BoardProvider";
import { useWindowName } from "../desk/RingBanner";
import type { Board, BoardCall } from "../gen/tomoshibi/console/v1/console_pb";
import { useWords, worded } from "../i18n";
import { millis } from "../i18n/time";
import { CodeMark } from "../record/CodeMark";
import { Button } from "../ui/Button";
import { Panel } from "../ui/Panel";
import { Sign, type Tone } from "../ui/Sign";
import { AgainstBudget, Elapsed } from "../ui/Timer";
import { StepInDialog, type StepIn } from "./StepInDialog";
import { isUnanswered } from "./figures";

const TONES: Record<string, Tone> = { waiting: "warn", ringing: "busy", talking: "good", on_hold: "plain", consulting: "busy", third_party: "good" };

/** Every open call, the longest waiting first, and what a supervisor may do in it. */
export function Calls({ board }: { board: Board }) {
  const words = useWords();
  const [stepIn, setStepIn] = useState<{ how: StepIn; callId: string }>();
  return (
    <Panel title={words.night.callsTitle}>
      {board.calls.length === 0 ? <p className="dim">{words.night.noCalls}</p> : (
        <table className="table night-table night-calls">
          <thead>
            <tr>
              <th scope="col">{words.night.state}</th>
              <th scope="col">{words.night.window}</th>
              <th scope="col">{words.night.lasts}</th>
              <th scope="col">{words.night.who}</th>
              <th scope="col">{words.night.code}</th>
              <th scope="col">{words.night.acts}</th>
            </tr>
          </thead>
          <tbody>
            {board.calls.map((call) => <Row key={call.callId} call={call} board={board} onStepIn={(how) => setStepIn({ how, callId: call.callId })} />)}
          </tbody>
        </table>
      )}
      {stepIn && <StepInDialog {...stepIn} onClose={() => setStepIn(undefined)} />}
    </Panel>
  );
}

function Row({ call, board, onStepIn }: { call: BoardCall; board: Board; onStepIn: (how: StepIn) => void }) {
  const words = useWords();
  const nameOf = useStaffName();
  const windowName = useWindowName();
  const begun = millis(call.begunAt);
  const unanswered = isUnanswered(call.state);
  const desks = board.desks.filter(({ deskId }) => call.deskIds.includes(deskId));
  const people = desks.map(({ deskId, staffId }) => [deskId, staffId && nameOf(staffId)].filter(Boolean).join(" "));
  const tone = TONES[call.state] ?? "plain";
  const about = words.night.forCall(windowName(call.windowId), desks.map(({ staffId }) => nameOf(staffId)).join("・"));
  return (
    <tr>
      <th scope="row">
        <span className={`state tone-${tone}`}><Sign tone={tone} size={18} />{worded(words.desk.callState, call.state)}</span>
      </th>
      <td data-label={words.night.window}>
        {windowName(call.windowId)}
        {worded(words.desk.placeClass, call.placeClass) && <div className="dim small">{worded(words.desk.placeClass, call.placeClass)}</div>}
      </td>
      <td data-label={words.night.lasts}>
        <Elapsed since={unanswered ? begun : millis(call.answeredAt)} />
        {unanswered && begun !== undefined && <div className="small"><AgainstBudget since={begun} budgets={board.budgets} /></div>}
      </td>
      <td data-label={words.night.who}>
        {people.join("、") || words.common.none}
        {call.psychiatrist && <div className="small">{words.desk.inCallDoctor(nameOf(call.psychiatrist))}</div>}
      </td>
      <td data-label={words.night.code}>{call.code ? <CodeMark code={call.code} /> : <span className="dim">–</span>}</td>
      <td>
        <div className="row">
          {!unanswered && <Button size="small" label={`${words.night.listen}: ${about}`} onPress={() => onStepIn("listen")}>{words.night.listen}</Button>}
          {!unanswered && <Button size="small" label={`${words.night.takeOver}: ${about}`} onPress={() => onStepIn("takeOver")}>{words.night.takeOver}</Button>}
          {call.recordId && <a className="small" href={`#/record/${encodeURIComponent(call.recordId)}`} aria-label={`${words.night.openRecord}: ${about}`}>{words.night.openRecord}</a>}
        </div>
      </td>
    </tr>
  );
}
