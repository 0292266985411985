import { useWords } from "../i18n";
import { Button } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Check, Select } from "../ui/Field";
import { Panel } from "../ui/Panel";
import { useNames } from "./toldNames";
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
  const names = useNames();
  const windows = [...new Set([...names.windows, ...(windowId ? [windowId] : [])])].map((value) => ({ value, label: names.windowName(value) }));
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
