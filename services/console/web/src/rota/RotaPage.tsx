import { useState } from "react";
import { useLineNow } from "../board/BoardProvider";
import { useWords } from "../i18n";
import { Button } from "../ui/Button";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { holesOf } from "./coverage";
import { Holes } from "./CoveragePicture";
import { Covers } from "./Covers";
import { Feed } from "./Feed";
import { type By, MonthTable } from "./MonthTable";
import { beginningOf, dateAt, datesOf, monthAfter, monthAt } from "./month";
import { useMonth } from "./useMonth";

/** A month of duty: who, when, where somebody is missing; and how two people change it. */
export function RotaPage() {
  const words = useWords();
  const now = useLineNow();
  const [shown, setShown] = useState(() => monthAt(now));
  const [by, setBy] = useState<By>("person");
  const month = useMonth(shown);
  // Covers are read anew when the month is, for one changes the other.
  const [turn, setTurn] = useState(0);
  const changed = () => (month.again(), setTurn((before) => before + 1));
  const windows = month.value?.windows ?? [];
  const windowName = (windowId: string) => windows.find((window) => window.windowId === windowId)?.name || windowId;
  const title = words.rota.month(shown.year, shown.month);
  const dates = datesOf(shown);
  const holes = holesOf(month.value?.gaps ?? [], { from: beginningOf(dates[0] ?? ""), to: beginningOf(dates.at(-1) ?? "") + 86_400_000 });
  return (
    <div className="page rota-page">
      <div className="spread">
        <h1>{words.rota.title} {title}</h1>
        <div className="row no-print">
          <Button size="small" onPress={() => setShown(monthAfter(shown, -1))}>{words.rota.before}</Button>
          <Button size="small" onPress={() => setShown(monthAt(now))}>{words.rota.thisMonth}</Button>
          <Button size="small" onPress={() => setShown(monthAfter(shown, 1))}>{words.rota.after}</Button>
          <Button size="small" onPress={() => window.print()}>{words.common.print}</Button>
        </div>
      </div>
      <TroubleNotice trouble={month.trouble} />
      <div className="no-print">
        <div className="row" role="group" aria-label={words.rota.view}>
          <Button size="small" pressed={by === "person"} onPress={() => setBy("person")}>{words.rota.byPerson}</Button>
          <Button size="small" pressed={by === "window"} onPress={() => setBy("window")}>{words.rota.byWindow}</Button>
        </div>
      </div>
      {month.busy && !month.value && <p role="status">{words.common.loading}</p>}
      {month.value && <MonthTable key={`${title} ${by}`} month={month.value} dates={dates} title={title} by={by} today={dateAt(now)} windowName={windowName} onChanged={changed} />}
      {month.value && <Panel title={words.rota.gaps}>{holes.length === 0 ? <p className="dim">{words.rota.noGaps}</p> : <Holes holes={holes} windowName={windowName} />}</Panel>}
      <div className="quiet no-print">
        <Covers turn={turn} staff={month.value?.staff ?? []} windowName={windowName} onChanged={changed} />
        <Feed />
      </div>
    </div>
  );
}
