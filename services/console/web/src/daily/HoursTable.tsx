import type { HourOfDay } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";
import { useLanguage, useWords } from "../i18n";
import { amount } from "./figures";

/** The figures of the plots by hour. */
export function HoursTable({ hours }: { hours: HourOfDay[] }) {
  const words = useWords();
  const { language } = useLanguage();
  const inCalls = (name: string) => words.daily.inUnit(name, words.daily.units["cases"] ?? "");
  return (
    <details>
      <summary>{words.daily.asTable}</summary>
      <table className="hours-table">
        <caption className="hidden-text">{words.daily.byHour}</caption>
        <thead>
          <tr>
            <th scope="col">{words.daily.hour}</th>
            <th scope="col" className="number-cell">{inCalls(words.daily.calls)}</th>
            <th scope="col" className="number-cell">{inCalls(words.daily.answered)}</th>
            <th scope="col" className="number-cell">{inCalls(words.daily.unanswered)}</th>
            <th scope="col" className="number-cell">{words.daily.inUnit(words.daily.longestWait, words.daily.units["seconds"] ?? "")}</th>
          </tr>
        </thead>
        <tbody>
          {hours.map(({ hour, calls, answered, longestWaitS }) => (
            <tr key={hour}>
              <th scope="row">{words.daily.hourOf(hour)}</th>
              <td data-label={words.daily.calls} className="number-cell">{amount(calls, "cases", language)}</td>
              <td data-label={words.daily.answered} className="number-cell">{amount(answered, "cases", language)}</td>
              <td data-label={words.daily.unanswered} className="number-cell">{amount(Math.max(0, calls - answered), "cases", language)}</td>
              <td data-label={words.daily.longestWait} className="number-cell">{answered > 0 ? amount(longestWaitS, "seconds", language) : words.daily.untoldMark}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
