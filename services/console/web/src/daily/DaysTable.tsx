import type { KeyboardEvent } from "react";
import type { Day } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { placeAfter } from "../rota/steps";
import { addressOf } from "./days";
import { amount } from "./figures";
import { KeptOpenBy } from "./KeptOpenBy";
import { useDateName } from "./names";
import { StateTag } from "./StateTag";

/** So many reasons stand in the list; all of them on the day's own page. */
const REASONS = 3;

export function DaysTable({ days, windowName, today }: { days: Day[]; windowName: (windowId: string) => string; today: string }) {
  const words = useWords();
  return (
    <>
      <p className="hint" id="days-keys">{words.daily.rowKeys}</p>
      <table className="table days" aria-describedby="days-keys" onKeyDown={walked}>
        <caption className="hidden-text">{words.daily.list}</caption>
        <thead>
          <tr>
            <th scope="col">{words.daily.date}</th>
            <th scope="col">{words.daily.window}</th>
            <th scope="col">{words.daily.state}</th>
            <th scope="col" className="number-cell">{words.daily.inUnit(words.daily.calls, words.daily.units["cases"] ?? "")}</th>
            <th scope="col">{words.daily.version}</th>
            <th scope="col">{words.daily.keptOpenBy}</th>
          </tr>
        </thead>
        <tbody>
          {days.map((day) => <DayLine key={`${day.windowId} ${day.serviceDate}`} day={day} windowName={windowName(day.windowId)} isToday={day.serviceDate === today} />)}
        </tbody>
      </table>
    </>
  );
}

function DayLine({ day, windowName, isToday }: { day: Day; windowName: string; isToday: boolean }) {
  const words = useWords();
  const { language } = useLanguage();
  const dateName = useDateName();
  return (
    <tr>
      <th scope="row">
        <a data-row href={addressOf(day.windowId, day.serviceDate)} {...(isToday ? { "aria-current": "date" as const } : {})}>{dateName(day.serviceDate)}<span className="hidden-text"> {windowName}</span></a>
        <DayKind kind={day.dayKind} />
      </th>
      <td data-label={words.daily.window}>{windowName}</td>
      <td data-label={words.daily.state}><StateTag state={day.state} /></td>
      <td data-label={words.daily.inUnit(words.daily.calls, words.daily.units["cases"] ?? "")} className="number-cell">{amount(day.calls, "cases", language)}</td>
      <td data-label={words.daily.version}>{day.version > 0 ? words.daily.versionOf(day.version) : <span className="dim">{words.daily.noVersion}</span>}</td>
      <td data-label={words.daily.keptOpenBy}><KeptOpenBy reasons={day.keptOpenBy} most={REASONS} /></td>
    </tr>
  );
}

/** A weekday needs no word; every other kind of day has one. */
function DayKind({ kind }: { kind: string }) {
  const words = useWords();
  if (kind === "" || kind === "weekday") return null;
  return <span className="small dim day-kind">{worded(words.daily.kinds, kind)}</span>;
}

/** Arrows walk the rows; Tab still stops at every link. */
function walked(event: KeyboardEvent<HTMLTableElement>) {
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("a[data-row]")];
  const line = (event.target as HTMLElement).closest("tr");
  const at = rows.findIndex((row) => line?.contains(row));
  if (at < 0 || event.key === "ArrowLeft" || event.key === "ArrowRight" || event.altKey) return;
  const home = event.key === "Home" || event.key === "End";
  const place = placeAfter(event.key, home, { row: at, column: 0 }, rows.length, 1);
  if (!place) return;
  event.preventDefault();
  rows[place.row]?.focus();
}
