import type { GetReportResponse } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";
import { useWords } from "../i18n";
import { Notice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { Answered, Counts } from "./DayPlots";
import { inOrder, isEmpty } from "./figures";
import { FiguresTable } from "./FiguresTable";
import { usePartName } from "./names";
import { PartsTable } from "./PartsTable";
import type { Period } from "./period";

/** The whole, its parts and, for the region's meeting, what concerns more than one house. */
export function Report({ report, period, publish }: { report: GetReportResponse; period: Period; publish: boolean }) {
  const words = useWords();
  const partName = usePartName();
  const parts = report.parts.flatMap(({ name, row }) => (row ? { key: name, label: partName(name), row } : []));
  const [whole] = inOrder(report.rows);
  const span = period.kind === "fiscal" ? words.daily.fiscalWhy(period.year) : period.kind === "quarter" ? words.daily.quarterWhy(period.year, period.quarter) : "";
  return (
    <>
      {(span || publish) && <p className="dim">{[span, publish ? words.daily.publish : ""].filter(Boolean).join("　")}</p>}
      <Notice tone={report.openDays > 0 ? "warn" : "good"}>{report.openDays > 0 ? words.daily.openDays(report.openDays) : words.daily.allSealed}</Notice>
      <Panel title={words.daily.figures}><FiguresTable rows={report.rows} title={words.daily.figures} whole={words.daily.wholePeriod} /></Panel>
      <Panel title={words.daily.parts[period.kind] ?? ""}>
        {parts.length === 0 ? <p className="dim">{words.daily.noParts}</p> : <PartsTable parts={parts} item={words.daily.part[period.kind] ?? ""} title={words.daily.parts[period.kind] ?? ""} />}
      </Panel>
      {parts.length > 0 && <Panel title={words.daily.plots}><Answered title={words.daily.parts[period.kind] ?? ""} item={words.daily.part[period.kind] ?? ""} lines={parts} /></Panel>}
      <div className="plots">
        {whole && <Counts row={whole} list="by_disposition" />}
        {whole && <Counts row={whole} list="by_caller" />}
        {whole && <Counts row={whole} list="by_triage" />}
      </div>
      {period.kind === "quarter" && report.region && !isEmpty(report.region) && (
        <Panel title={words.daily.region}>
          <p className="dim">{words.daily.regionWhy}</p>
          <FiguresTable rows={[report.region]} title={words.daily.region} whole={words.daily.wholePeriod} only />
        </Panel>
      )}
    </>
  );
}
