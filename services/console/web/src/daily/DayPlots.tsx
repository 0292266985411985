import type { HourOfDay } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";
import { useWords } from "../i18n";
import { BarChart } from "../ui/Chart";
import { Panel } from "../ui/Panel";
import { BarTable } from "./BarTable";
import { type Cell, cellOf, inOrder, sectionsOf, type Told } from "./figures";
import { HoursTable } from "./HoursTable";
import { bandName, nameOf } from "./names";
import { Sideways } from "./Sideways";

/** Calls by hour and band, waits, what came of them. */
export function DayPlots({ rows, hours }: { rows: readonly Told[]; hours: HourOfDay[] }) {
  const words = useWords();
  const columns = inOrder(rows);
  const [whole] = columns;
  const bands = columns.slice(1);
  return (
    <div className="plots">
      {hours.length > 0 && <ByHour hours={hours} />}
      {bands.length > 0 && <Panel title={words.daily.byBand}><Answered title={words.daily.byBand} lines={bands.map((row) => ({ key: row.band, label: bandName(row.band, words), row }))} item={words.daily.band} /></Panel>}
      {bands.length > 0 && <Panel title={words.daily.waitsByBand}><Waits bands={columns} /></Panel>}
      {whole && <Counts row={whole} list="by_disposition" />}
      {whole && <Counts row={whole} list="by_caller" />}
      {whole && <Counts row={whole} list="by_triage" />}
    </div>
  );
}

function ByHour({ hours }: { hours: HourOfDay[] }) {
  const words = useWords();
  const calls = hours.map(({ hour, answered, calls: all }) => ({ label: words.daily.hourOf(hour), parts: [answered, Math.max(0, all - answered)] }));
  const waits = hours.map(({ hour, longestWaitS }) => ({ label: words.daily.hourOf(hour), parts: [longestWaitS] }));
  const inSeconds = words.daily.inUnit(words.daily.longestWait, words.daily.units["seconds"] ?? "");
  return (
    <Panel title={words.daily.byHour}>
      <Sideways title={words.daily.byHour}><BarChart title={words.daily.byHour} bars={calls} parts={[words.daily.inUnit(words.daily.answered, words.daily.units["cases"] ?? ""), words.daily.inUnit(words.daily.unanswered, words.daily.units["cases"] ?? "")]} /></Sideways>
      <h3>{words.daily.waitsByHour}</h3>
      <Sideways title={words.daily.waitsByHour}><BarChart title={words.daily.waitsByHour} bars={waits} parts={[inSeconds]} height={120} /></Sideways>
      <HoursTable hours={hours} />
    </Panel>
  );
}

/** Answered and not answered, as parts of what came in. */
export function Answered({ title, item, lines }: { title: string; item: string; lines: { key: string; label: string; row: Told }[] }) {
  const words = useWords();
  const series = [{ key: "answered", label: words.daily.answered, unit: "cases" as const }, { key: "unanswered", label: words.daily.unanswered, unit: "cases" as const }];
  return <BarTable title={title} item={item} stacked series={series} lines={lines.map(({ key, label, row }) => ({ key, label, cells: [cellOf(row, "answered"), unansweredOf(row)] }))} />;
}

/** What was offered and not answered; hidden or not told where one of the two is. */
function unansweredOf(row: Told): Cell {
  const [offered, answered] = [cellOf(row, "offered"), cellOf(row, "answered")];
  if (offered.kind !== "told") return offered;
  return answered.kind === "told" ? { kind: "told", value: Math.max(0, offered.value - answered.value) } : answered;
}

function Waits({ bands }: { bands: readonly Told[] }) {
  const words = useWords();
  const series = ["asa_s", "p95_answer_s", "longest_wait_s"].map((key) => ({ key, label: nameOf(key, words), unit: "seconds" as const }));
  return <BarTable title={words.daily.waitsByBand} item={words.daily.band} series={series} lines={bands.map((row) => ({ key: row.band, label: bandName(row.band, words), cells: series.map(({ key }) => cellOf(row, key)) }))} />;
}

/** The codes of one list that occurred. */
export function Counts({ row, list }: { row: Told; list: string }) {
  const words = useWords();
  const keys = [...sectionsOf([row]).values()].flat().filter((section) => section.list === list).flatMap(({ lines }) => lines.map(({ key }) => key));
  const lines = keys.map((key) => ({ key, label: nameOf(key, words), cells: [cellOf(row, key)] })).filter(({ cells: [cell] }) => cell?.kind !== "told" || cell.value > 0);
  const title = words.figures.lists[list] ?? list;
  return (
    <Panel title={title}>
      {lines.length === 0 ? <p className="dim">{words.daily.noPlot}</p> : <BarTable title={title} item={words.daily.item} series={[{ key: "count", label: words.daily.count, unit: "cases" }]} lines={lines} />}
    </Panel>
  );
}
