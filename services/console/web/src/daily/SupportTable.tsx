import type { NightSupport } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";
import { isFor, ROUTES } from "../app/routes";
import { useLanguage, useWords } from "../i18n";
import { clockTime, dayTime, millis } from "../i18n/time";
import { useMe } from "../session/SessionProvider";
import { amount } from "./figures";
import { useNames } from "./toldNames";
import { nameOf } from "./names";

export function SupportTable({ calls }: { calls: NightSupport[] }) {
  const words = useWords();
  const { language } = useLanguage();
  const { staffName } = useNames();
  const { roles } = useMe();
  const readsRecords = ROUTES.some((route) => route.path === "/record/:id" && isFor(route, roles));
  return (
    <table className="table support">
      <caption className="hidden-text">{words.daily.supportTitle}</caption>
      <thead>
        <tr>
          <th scope="col">{words.daily.answeredAt}</th>
          <th scope="col">{words.daily.endedAt}</th>
          <th scope="col" className="number-cell">{words.daily.inUnit(words.daily.minutes, words.daily.units["minutes"] ?? "")}</th>
          <th scope="col">{words.daily.person}</th>
          <th scope="col">{words.daily.disposition}</th>
          <th scope="col">{words.daily.staff}</th>
          <th scope="col">{words.daily.record}</th>
        </tr>
      </thead>
      <tbody>
        {calls.map((one) => {
          const answered = dayTime(millis(one.answeredAt) ?? 0, language);
          const address = readsRecords ? `#/record/${encodeURIComponent(one.recordId)}` : undefined;
          const id = one.recordId.slice(0, 8);
          return (
            <tr key={one.recordId}>
              <th scope="row" className="clock">{answered}</th>
              <td data-label={words.daily.endedAt} className="clock">{one.endedAt ? clockTime(millis(one.endedAt) ?? 0, language) : words.daily.untoldMark}</td>
              <td data-label={words.daily.inUnit(words.daily.minutes, words.daily.units["minutes"] ?? "")} className="number-cell">{amount(one.minutes, "minutes", language)}</td>
              <td data-label={words.daily.person}><code>{one.personId}</code></td>
              <td data-label={words.daily.disposition}>{one.disposition ? nameOf(`by_disposition/${one.disposition}`, words) : words.daily.untoldMark}</td>
              <td data-label={words.daily.staff}>{staffName(one.staffId)}</td>
              <td data-label={words.daily.record}>{address ? <a href={address}><span className="hidden-text">{words.daily.openRecord} </span>{id}</a> : <code>{id}</code>}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
