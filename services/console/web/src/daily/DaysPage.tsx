import { useState } from "react";
import { useLineNow } from "../board/BoardProvider";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { dateAt, monthAfter, monthAt } from "../rota/month";
import { useMe, useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Select } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useLoad } from "../ui/useLoad";
import { DailyFrame } from "./DailyFrame";
import { type Range, may, mayBeRaw, rangeOf } from "./days";
import { DaysTable } from "./DaysTable";
import { ExportPanel } from "./ExportPanel";
import { useToldNames } from "./toldNames";
import { RangeForm } from "./RangeForm";

/** As many as a server tells at once. */
const MOST = 400;
/** What was looked at last is there again when somebody comes back from a day. */
const KEPT_AS = "tomoshibi.days";

interface Asked extends Range {
  windowId: string;
}

function kept(): Asked | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT_AS) ?? "") as Asked;
  } catch {
    return undefined;
  }
}

/** The days of the windows, newest first, and what each of them waits for. */
export function DaysPage() {
  const words = useWords();
  const { dailyLog } = useClients();
  const operator = useOperator();
  const { roles } = useMe();
  const now = useLineNow();
  const [asked, setAsked] = useState<Asked>(() => kept() ?? { windowId: "", ...rangeOf(monthAt(now)) });
  const key = `${asked.windowId} ${asked.from} ${asked.to}`;
  const listed = useLoad(key, (signal) => dailyLog.listDays({ ...operator, ...asked }, { signal }));
  const names = useToldNames(listed.value);
  const ask = (next: Partial<Asked>) => {
    const whole = { ...asked, ...next };
    sessionStorage.setItem(KEPT_AS, JSON.stringify(whole));
    setAsked(whole);
  };
  const [year = 0, month = 1] = asked.from.split("-").map(Number);
  const shown = { year, month };
  const days = listed.value?.days ?? [];
  const choices = [...new Set([...names.windows, ...(asked.windowId ? [asked.windowId] : [])])].sort();
  return (
    <DailyFrame title={`${words.daily.title} ${words.daily.month(year, month)}`} here="list" names={names} aside={<Months onMonth={(by) => ask(rangeOf(by === 0 ? monthAt(now) : monthAfter(shown, by)))} />}>
      <Panel title={words.daily.list}>
        <RangeForm key={`${asked.from} ${asked.to}`} range={asked} onRange={ask} busy={listed.busy}>
          <Select label={words.daily.window} value={asked.windowId} onChange={(windowId) => ask({ windowId })} options={choices.map((value) => ({ value, label: names.windowName(value) }))} empty={words.daily.allWindows} />
        </RangeForm>
        <TroubleNotice trouble={listed.trouble} />
        {listed.busy && !listed.value && <p role="status">{words.common.loading}</p>}
        {listed.value && days.length === 0 && <p role="status">{words.daily.noDays}</p>}
        {days.length > 0 && <DaysTable days={days} windowName={names.windowName} today={dateAt(now)} />}
        {days.length >= MOST && <p className="dim">{words.daily.most}</p>}
      </Panel>
      {may("export", roles) && <ExportPanel raw={mayBeRaw(asked)} read={(how) => dailyLog.exportDays({ ...operator, ...asked, ...how }, { timeoutMs: 180_000 })} />}
    </DailyFrame>
  );
}

function Months({ onMonth }: { onMonth: (by: number) => void }) {
  const words = useWords();
  return (
    <div className="row no-print">
      <Button size="small" onPress={() => onMonth(-1)}>{words.daily.before}</Button>
      <Button size="small" onPress={() => onMonth(0)}>{words.daily.thisMonth}</Button>
      <Button size="small" onPress={() => onMonth(1)}>{words.daily.after}</Button>
    </div>
  );
}
