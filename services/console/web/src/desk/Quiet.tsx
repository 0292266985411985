import { useBoard, useStaffName } from "../board/BoardProvider";
import { useLanguage, useWords } from "../i18n";
import { clockTime, millis } from "../i18n/time";
import { useClients } from "../net/clients";
import { RecordTable } from "../record/RecordsPage";
import { useOperator } from "../session/SessionProvider";
import { BarChart } from "../ui/Chart";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { Sign } from "../ui/Sign";
import { Elapsed } from "../ui/Timer";
import { useLoad } from "../ui/useLoad";
import { ladderNamed } from "./ladder";
import { useWindowName } from "./RingBanner";
import { SafetyCallers } from "./SafetyCallers";

/** What is at hand while nobody rings: one's own debts, the line's debts, who is there. */
export function Quiet() {
  return (
    <div className="quiet">
      <SafetyCallers />
      <Unsigned />
      <CallBacks />
      <OnDuty />
      <Hours />
    </div>
  );
}

function Unsigned() {
  const words = useWords();
  const { triage } = useClients();
  const operator = useOperator();
  const ids = useBoard()?.unsignedRecordIds ?? [];
  const listed = useLoad(ids.length === 0 ? undefined : ids.join(" "), async (signal) => (await triage.listRecords({ ...operator, mineOnly: true, unsignedOnly: true }, { signal })).records);
  return (
    <Panel title={words.desk.unsigned}>
      {ids.length === 0 ? <p className="dim">{words.desk.unsignedNone}</p> : <RecordTable records={listed.value ?? []} caption={words.desk.unsigned} />}
      <TroubleNotice trouble={listed.trouble} />
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
              <div className="small">{words.common.pair(words.desk.doctors, ladderNamed(window, nameOf) || words.common.none)}</div>
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
  return <Panel title={words.desk.today}><BarChart title={words.desk.today} bars={bars} parts={[words.desk.answered, words.night.unanswered]} /></Panel>;
}
