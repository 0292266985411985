import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { monthAt } from "../rota/month";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Check, Select } from "../ui/Field";
import { Panel } from "../ui/Panel";
import { useLoad } from "../ui/useLoad";
import { rangeOf } from "./days";
import { useWindowNames } from "./names";
import { type Kind, type Period, periodAfter, periodAt, reiwa } from "./period";

const KINDS: Kind[] = ["month", "fiscal", "quarter"];

interface Props {
  period: Period;
  onPeriod: (period: Period) => void;
  windowId: string;
  onWindow: (windowId: string) => void;
  publish: boolean;
  onPublish: (publish: boolean) => void;
  today: string;
}

/** Which days are counted together, and whether small numbers are hidden. */
export function PeriodPicker({ period, onPeriod, windowId, onWindow, publish, onPublish, today }: Props) {
  const words = useWords();
  const windows = useWindowIds(today, windowId);
  return (
    <div className="no-print">
      <Panel title={words.daily.periodKind}>
        <Choices legend={words.daily.periodKind} legendHidden options={KINDS.map((value) => ({ value, label: words.daily.periodKinds[value] ?? value }))} chosen={[period.kind]} onChoose={([kind]) => onPeriod(periodAt(kind as Kind, today))} required />
        <div className="row">
          <Button size="small" onPress={() => onPeriod(periodAfter(period, -1))}>{words.daily.previousPeriod}</Button>
          <Button size="small" onPress={() => onPeriod(periodAt(period.kind, today))}>{words.daily.thisPeriod}</Button>
          <Button size="small" onPress={() => onPeriod(periodAfter(period, 1))}>{words.daily.nextPeriod}</Button>
        </div>
        <div className="row-end">
          <Select label={words.daily.window} value={windowId} onChange={onWindow} options={windows} empty={words.daily.allWindows} />
          <Check checked={publish} onChange={onPublish}>{words.daily.publish}</Check>
        </div>
        <p className="hint">{words.daily.publishWhy}</p>
      </Panel>
    </div>
  );
}

/** Windows on the board, and those that had days of late: a centre has no board. */
function useWindowIds(today: string, chosen: string): { value: string; label: string }[] {
  const { dailyLog } = useClients();
  const operator = useOperator();
  const windows = useWindowNames();
  const { from } = rangeOf(monthAt(Date.parse(`${today}T00:00:00+09:00`) - 31 * 86_400_000));
  const seen = useLoad(`${from} ${today}`, async (signal) => (await dailyLog.listDays({ ...operator, from, to: today }, { signal })).days.map(({ windowId }) => windowId));
  const ids = [...new Set([...windows.known, ...(seen.value ?? []), ...(chosen ? [chosen] : [])])].sort();
  return ids.map((value) => ({ value, label: windows.nameOf(value) }));
}

export function usePeriodName(): (period: Period) => string {
  const words = useWords();
  return (period) => {
    switch (period.kind) {
      case "month":
        return words.daily.month(period.year, period.month);
      case "fiscal":
        return words.daily.fiscal(period.year, reiwa(period.year));
      case "quarter":
        return words.daily.quarter(period.year, period.quarter);
    }
  };
}
