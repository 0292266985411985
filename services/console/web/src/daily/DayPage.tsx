import { type ReactNode, useEffect, useRef, useState } from "react";
import { go, usePath } from "../app/router";
import type { GetDayResponse } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useMe, useOperator } from "../session/SessionProvider";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useLoad } from "../ui/useLoad";
import { DailyFrame } from "./DailyFrame";
import { DayHead } from "./DayHead";
import { DayPlots } from "./DayPlots";
import { addressOf, dateAfter, may } from "./days";
import { ExportPanel } from "./ExportPanel";
import { FiguresTable } from "./FiguresTable";
import { Incidents } from "./Incidents";
import { JumpLinks, type Part, placeOfPart } from "./JumpLinks";
import { useToldNames } from "./toldNames";
import { useDateName } from "./names";
import { ReviewPanel } from "./ReviewPanel";
import { Reviews } from "./Reviews";
import { VerifyPanel } from "./VerifyPanel";
import { Versions } from "./Versions";

/** One window's service date, as its latest version or the one asked for tells it. */
export function DayPage({ windowId, date }: { windowId: string; date: string }) {
  const words = useWords();
  const { dailyLog } = useClients();
  const operator = useOperator();
  const dateName = useDateName();
  const version = Number(new URLSearchParams(usePath().split("?")[1]).get("version") ?? 0) || 0;
  const [said, setSaid] = useState<{ tone: "good" | "warn"; text: string }>();
  const notice = useRef<HTMLDivElement>(null);
  // What became of a review is said at the head of the page, while its dialog may have lain far below.
  useEffect(() => notice.current?.focus(), [said]);
  const read = useLoad(`${windowId} ${date} ${version}`, (signal) => dailyLog.getDay({ ...operator, windowId, serviceDate: date, version }, { signal }));
  const names = useToldNames(read.value);
  const reviewed = (tone: "good" | "warn", text: string) => {
    setSaid({ tone, text });
    go(addressOf(windowId, date).slice(1));
    read.again();
  };
  return (
    <DailyFrame title={`${words.daily.title} ${words.daily.dayOf(names.windowName(windowId), dateName(date))}`} names={names} aside={<Ways windowId={windowId} date={date} />}>
      {said && <div ref={notice} tabIndex={-1}><Notice tone={said.tone} live>{said.text}</Notice></div>}
      <TroubleNotice trouble={read.trouble} />
      {read.busy && !read.value && <p role="status">{words.common.loading}</p>}
      {read.value?.day && <Read key={`${read.value.day.version}`} read={read.value} onReviewed={reviewed} />}
    </DailyFrame>
  );
}

function Ways({ windowId, date }: { windowId: string; date: string }) {
  const words = useWords();
  return (
    <div className="row no-print">
      <a className="button button-plain button-small" href={addressOf(windowId, dateAfter(date, -1))}>{words.daily.previousDay}</a>
      <a className="button button-plain button-small" href="#/days">{words.daily.toList}</a>
      <a className="button button-plain button-small" href={addressOf(windowId, dateAfter(date, 1))}>{words.daily.nextDay}</a>
    </div>
  );
}

function Read({ read, onReviewed }: { read: GetDayResponse; onReviewed: (tone: "good" | "warn", text: string) => void }) {
  const words = useWords();
  const { dailyLog } = useClients();
  const operator = useOperator();
  const { roles } = useMe();
  const { day } = read;
  if (!day) return null;
  const { windowId, serviceDate } = day;
  const latest = Math.max(day.version, ...read.versions.map(({ version }) => version));
  const [reviews, exports, sealed] = [may("review", roles), may("export", roles), read.versions.length > 0];
  const parts: [Part, boolean][] = [["figures", true], ["plots", true], ["versions", sealed], ["review", true], ["export", exports]];
  const history = <Reviews reviews={read.reviews} />;
  return (
    <>
      <JumpLinks parts={parts.filter(([, there]) => there).map(([part]) => part)} />
      <DayHead day={day} latest={latest} onCallIds={read.onCallIds} />
      {reviews && <Place part="review"><ReviewPanel day={day} latest={latest} onReviewed={onReviewed} /></Place>}
      <Place part="figures"><Panel title={words.daily.figures}><FiguresTable rows={read.rows} title={words.daily.figures} /></Panel></Place>
      <Place part="plots"><DayPlots rows={read.rows} hours={read.hours} /></Place>
      <Incidents incidents={read.incidents} />
      {sealed && <Place part="versions"><Versions day={day} versions={read.versions} /></Place>}
      {reviews ? history : <Place part="review">{history}</Place>}
      {may("report", roles) && day.version > 0 && <VerifyPanel day={day} />}
      {exports && <Place part="export"><ExportPanel raw read={(how) => dailyLog.exportDays({ ...operator, windowId, from: serviceDate, to: serviceDate, ...how }, { timeoutMs: 180_000 })} /></Place>}
    </>
  );
}

/** Where a link of the page's head leads. */
function Place({ part, children }: { part: Part; children: ReactNode }) {
  return <div id={placeOfPart(part)} className="jump-place" tabIndex={-1}>{children}</div>;
}
