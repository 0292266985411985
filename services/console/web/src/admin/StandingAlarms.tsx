import { Alarms } from "../night/Alarms";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { TroubleNotice } from "../ui/Notice";
import { useLoad } from "../ui/useLoad";

/** For those who have no board. Read when asked: a page that asked by itself would keep its session awake. */
export function StandingAlarms() {
  const words = useWords();
  const { console } = useClients();
  const operator = useOperator();
  const listed = useLoad("alarms", async (signal) => (await console.listAlarms({ ...operator }, { signal })).alarms);
  return (
    <div className="stack">
      <div className="spread"><p className="dim">{words.admin.alarmsWhy}</p><Button size="small" busy={listed.busy} onPress={listed.again}>{words.common.reload}</Button></div>
      <TroubleNotice trouble={listed.trouble} />
      {!listed.value && listed.busy && <p role="status">{words.common.loading}</p>}
      {listed.value && <Alarms alarms={listed.value} onSeen={listed.again} />}
    </div>
  );
}
