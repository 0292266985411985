import { useStaffName } from "../board/BoardProvider";
import { useWindowName } from "../desk/RingBanner";
import type { BoardAlarm } from "../gen/tomoshibi/console/v1/console_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { dayTime, millis } from "../i18n/time";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { Sign } from "../ui/Sign";
import { useAct } from "../ui/useAct";

/** Somebody who is not in the rota. */
const ACCOUNT = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** `onSeen`: for a page that is not told by itself. */
export function Alarms({ alarms, onSeen }: { alarms: BoardAlarm[]; onSeen?: () => void }) {
  const words = useWords();
  const { console } = useClients();
  const operator = useOperator();
  const see = useAct(async (alarmId: string) => {
    await console.seeAlarm({ ...operator, alarmId });
    onSeen?.();
  });
  const unseen = alarms.some(({ seenBy }) => seenBy === "");
  const sorted = [...alarms].sort((a, b) => Number(a.seenBy !== "") - Number(b.seenBy !== "") || (millis(b.raisedAt) ?? 0) - (millis(a.raisedAt) ?? 0));
  return (
    <Panel title={words.night.counted(words.night.alarms, alarms.length)} tone={unseen ? "bad" : "plain"}>
      <TroubleNotice trouble={see.trouble} />
      {alarms.length === 0 ? <p className="dim">{words.night.noAlarms}</p> : (
        <ul className="cards">{sorted.map((alarm) => <Alarm key={alarm.alarmId} alarm={alarm} busy={see.busy} onSeen={() => void see.run(alarm.alarmId)} />)}</ul>
      )}
    </Panel>
  );
}

function Alarm({ alarm, busy, onSeen }: { alarm: BoardAlarm; busy: boolean; onSeen: () => void }) {
  const words = useWords();
  const nameOf = useStaffName();
  const windowName = useWindowName();
  const { language } = useLanguage();
  const raised = millis(alarm.raisedAt);
  const seen = alarm.seenBy !== "";
  const seenBy = ACCOUNT.test(alarm.seenBy) ? words.night.seenByAdmin : words.night.seenBy(nameOf(alarm.seenBy));
  const kind = worded(words.night.alarm, alarm.kind);
  return (
    <li className="spread">
      <div>
        <div className={`state ${seen ? "dim" : "tone-bad"}`}><Sign tone={seen ? "plain" : "bad"} size={18} /><strong>{kind}</strong></div>
        <div className="dim small">
          {[alarm.windowId && windowName(alarm.windowId), raised !== undefined && `${words.night.raised} ${dayTime(raised, language)}`, alarm.times > 1 && words.common.times(alarm.times), seen ? seenBy : words.night.unseen].filter(Boolean).join(" · ")}
        </div>
      </div>
      {!seen && <Button size="small" busy={busy} label={`${words.night.seen}: ${kind}`} onPress={onSeen}>{words.night.seen}</Button>}
    </li>
  );
}
