import { useBoard, useStaffName } from "../board/BoardProvider";
import { useLanguage, useWords } from "../i18n";
import { clockTime, millis } from "../i18n/time";
import { BarChart } from "../ui/Chart";
import { Panel } from "../ui/Panel";
import { Sign } from "../ui/Sign";
import { Elapsed } from "../ui/Timer";
import { useWindowName } from "./RingBanner";

/** What is at hand while nobody rings: one's own debts, the line's debts, who is there. */
export function Quiet() {
  return (
    <div className="quiet">
      <Unsigned />
      <CallBacks />
      <OnDuty />
      <Hours />
    </div>
  );
}

function Unsigned() {
  const words = useWords();
  const ids = useBoard()?.unsignedRecordIds ?? [];
  return (
    <Panel title={words.desk.unsigned}>
      {ids.length === 0 ? <p className="dim">{words.desk.unsignedNone}</p> : (
        <ul className="plain-list">{ids.map((id) => <li key={id}><a href={`#/record/${encodeURIComponent(id)}`}>{words.record.open} {id.slice(-8)}</a></li>)}</ul>
      )}
    </Panel>
  );
}

function CallBacks() {
  const words = useWords();
  const nameOf = useWindowName();
  const owed = useBoard()?.callBacks ?? [];
  return (
    <Panel title={owed.length > 0 ? words.common.counted(words.desk.owed, owed.length) : words.desk.owed}>
      {owed.length === 0 ? <p className="dim">{words.desk.owedNone}</p> : (
        <ul className="plain-list">
          {owed.map((one) => (
            <li key={one.callId} className="row">
              <strong>{nameOf(one.windowId)}</strong>
              <span>{words.desk.owedSince} <Elapsed since={millis(one.owedAt)} /></span>
              <span className="dim">{words.desk.attempts(one.attempts)}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function OnDuty() {
  const words = useWords();
  const { language } = useLanguage();
  const nameOf = useStaffName();
  const windows = useBoard()?.windows ?? [];
  return (
    <Panel title={words.desk.onDutyNow}>
      <ul className="stack-small plain-list">
        {windows.map((window) => {
          const until = millis(window.until);
          return (
            <li key={window.windowId}>
              <div className="row">
                <strong>{window.name || window.windowId}</strong>
                <span className={`row ${window.open ? "tone-good" : "dim"}`}><Sign tone={window.open ? "good" : "plain"} size={16} />{window.open ? words.desk.windowOpen : words.desk.windowClosed}</span>
                {until !== undefined && <span className="dim small">{words.desk.until(clockTime(until, language))}</span>}
              </div>
              <div className="small">{words.common.pair(words.desk.counsellors, window.onDutyStaff.map(nameOf).join("・") || words.common.none)}</div>
              <div className="small">{words.common.pair(words.desk.doctors, window.onCallStaff.map(nameOf).join(" → ") || words.common.none)}</div>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

function Hours() {
  const words = useWords();
  const hours = useBoard()?.hours ?? [];
  if (hours.length === 0) return null;
  const bars = hours.map(({ hour, answered, calls }) => ({ label: words.desk.hour(hour), parts: [answered, Math.max(0, calls - answered)] }));
  return <Panel title={words.desk.today}><BarChart title={words.desk.today} bars={bars} parts={[words.desk.answered, words.desk.abandoned]} /></Panel>;
}
