import { useWindowName } from "../desk/RingBanner";
import type { BoardCallBack } from "../gen/tomoshibi/console/v1/console_pb";
import { useWords } from "../i18n";
import { millis } from "../i18n/time";
import { Panel } from "../ui/Panel";
import { Elapsed } from "../ui/Timer";

/** What the line still owes callers, the oldest debt first. */
export function CallBacks({ owed }: { owed: BoardCallBack[] }) {
  const words = useWords();
  const windowName = useWindowName();
  const sorted = [...owed].sort((a, b) => (millis(a.owedAt) ?? 0) - (millis(b.owedAt) ?? 0));
  return (
    <Panel title={words.night.counted(words.night.callBacks, owed.length)}>
      {owed.length === 0 ? <p className="dim">{words.night.noCallBacks}</p> : (
        <ul className="plain-list">
          {sorted.map((one) => (
            <li key={one.callId} className="row">
              <strong>{windowName(one.windowId)}</strong>
              <span>{words.night.owed} <Elapsed since={millis(one.owedAt)} /></span>
              <span className="dim">{words.desk.attempts(one.attempts)}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
