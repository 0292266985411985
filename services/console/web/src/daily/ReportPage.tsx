import { useState } from "react";
import { usePath } from "../app/router";
import { useLineNow } from "../board/BoardProvider";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { dateAt } from "../rota/month";
import { useMe, useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { TroubleNotice } from "../ui/Notice";
import { useLoad } from "../ui/useLoad";
import { DailyFrame } from "./DailyFrame";
import { may } from "./days";
import { ExportPanel } from "./ExportPanel";
import { useToldNames } from "./toldNames";
import { type Period, periodAt, periodOf, written } from "./period";
import { PeriodPicker, usePeriodName } from "./PeriodPicker";
import { Report } from "./Report";
import { Working } from "./Working";

/** A month, a fiscal year or a quarter of all windows or of one. */
export function ReportPage() {
  const words = useWords();
  const { dailyLog } = useClients();
  const operator = useOperator();
  const { roles } = useMe();
  const now = useLineNow();
  const asked = new URLSearchParams(usePath().split("?")[1]);
  const [period, setPeriod] = useState<Period>(() => periodOf(asked.get("period") ?? "") ?? periodAt("month", dateAt(now)));
  const [windowId, setWindowId] = useState(asked.get("window") ?? "");
  const [publish, setPublish] = useState(false);
  const periodName = usePeriodName();
  const request = { ...operator, windowId, period: written(period), publish };
  const read = useLoad(`${windowId} ${request.period} ${publish}`, (signal) => dailyLog.getReport(request, { signal, timeoutMs: 60_000 }));
  const names = useToldNames(read.value);
  const title = words.daily.reportOf(periodName(period), windowId ? names.windowName(windowId) : words.daily.allWindows);
  return (
    <DailyFrame className="report" title={title} here="reports" names={names} aside={<div className="no-print"><Button size="small" onPress={() => window.print()}>{words.common.print}</Button></div>}>
      <PeriodPicker period={period} onPeriod={setPeriod} windowId={windowId} onWindow={setWindowId} publish={publish} onPublish={setPublish} today={dateAt(now)} />
      <TroubleNotice trouble={read.trouble} />
      {read.busy && !read.value && <Working title={words.common.loading} />}
      {read.value && <Report report={read.value} period={period} publish={publish} />}
      {may("export", roles) && <ExportPanel publish={publish} read={({ format }) => dailyLog.exportReport({ ...request, format }, { timeoutMs: 180_000 })} />}
    </DailyFrame>
  );
}
