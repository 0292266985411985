import type { HourFigures } from "../gen/tomoshibi/console/v1/console_pb";
import { useWords } from "../i18n";
import { span } from "../i18n/time";
import { BarChart } from "../ui/Chart";
import { Panel } from "../ui/Panel";

/** Calls by hour as bars, and the same figures as a table. */
export function Hours({ hours }: { hours: HourFigures[] }) {
  const words = useWords();
  if (hours.length === 0) return null;
  const bars = hours.map(({ hour, answered, calls }) => ({ label: words.desk.hour(hour), parts: [answered, Math.max(0, calls - answered)] }));
  return (
    <Panel title={words.night.hours}>
      <BarChart title={words.night.hours} bars={bars} parts={[words.desk.answered, words.night.unanswered]} />
      <details>
        <summary>{words.night.hoursTable}</summary>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{words.night.hour}</th>
              <th scope="col">{words.desk.calls}</th>
              <th scope="col">{words.desk.answered}</th>
              <th scope="col">{words.desk.abandoned}</th>
              <th scope="col">{words.night.longestWait}</th>
            </tr>
          </thead>
          <tbody>
            {hours.map((one) => (
              <tr key={one.hour}>
                <th scope="row">{words.desk.hour(one.hour)}</th>
                <td data-label={words.desk.calls}>{one.calls}</td>
                <td data-label={words.desk.answered}>{one.answered}</td>
                <td data-label={words.desk.abandoned}>{one.abandoned}</td>
                <td data-label={words.night.longestWait}>{span(one.longestWaitS * 1000)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </Panel>
  );
}
