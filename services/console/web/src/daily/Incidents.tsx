import type { Incident } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { dayTime, millis } from "../i18n/time";
import { Panel } from "../ui/Panel";

export function Incidents({ incidents }: { incidents: Incident[] }) {
  const words = useWords();
  const { language } = useLanguage();
  const when = (at: Incident["raisedAt"]) => dayTime(millis(at) ?? 0, language);
  return (
    <Panel title={incidents.length === 0 ? words.daily.incidents : words.common.counted(words.daily.incidents, incidents.length)}>
      {incidents.length === 0 ? (
        <p className="dim">{words.daily.noIncidents}</p>
      ) : (
        <table className="table">
          <caption className="hidden-text">{words.daily.incidents}</caption>
          <thead>
            <tr>
              <th scope="col">{words.daily.incident}</th>
              <th scope="col">{words.daily.raised}</th>
              <th scope="col">{words.daily.cleared}</th>
            </tr>
          </thead>
          <tbody>
            {incidents.map(({ kind, raisedAt, clearedAt }, at) => (
              <tr key={`${kind} ${at}`}>
                <th scope="row">{worded(words.night.alarm, kind)}</th>
                <td data-label={words.daily.raised} className="clock">{when(raisedAt)}</td>
                <td data-label={words.daily.cleared} className="clock">{clearedAt ? when(clearedAt) : words.daily.notCleared}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
