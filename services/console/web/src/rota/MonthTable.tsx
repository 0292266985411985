import { useState } from "react";
import type { GetMonthResponse } from "../gen/tomoshibi/console/v1/console_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { day } from "../i18n/time";
import { Notice } from "../ui/Notice";
import { DutyDialog } from "./DutyDialog";
import { Grid, type GridRow } from "./Grid";
import { beginningOf, celled, type Duty, dutiesOf, gapsByDate, hoursOf } from "./month";

export type By = "person" | "window";

interface Props {
  month: GetMonthResponse;
  dates: string[];
  title: string;
  by: By;
  today: string;
  windowName: (windowId: string) => string;
  onChanged: () => void;
}

/** People against days, or days against windows. */
export function MonthTable({ month, dates, title, by, today, windowName, onChanged }: Props) {
  const words = useWords();
  const { language } = useLanguage();
  const [open, setOpen] = useState<{ title: string; duties: Duty[] }>();
  const [said, setSaid] = useState("");
  const duties = dutiesOf(month.shifts);
  const gaps = gapsByDate(month.gaps);
  const named = (staffId: string) => month.staff.find((one) => one.staffId === staffId)?.name || staffId;
  const kindOf = new Map(month.days.map((one) => [one.date, one]));
  const kindWords = (date: string) => [worded(words.rota.kinds, kindOf.get(date)?.kind ?? ""), kindOf.get(date)?.name].filter(Boolean).join(" ");
  const isFree = (date: string) => !["", "weekday"].includes(kindOf.get(date)?.kind ?? "");
  const whole = (date: string) => day(beginningOf(date), language);
  const gapWords = (date: string) => (gaps.has(date) ? words.rota.gapCount(gaps.get(date)?.length ?? 0) : "");
  const show = (about: string, date: string, own: Duty[]) => (setSaid(""), setOpen({ title: words.rota.shiftsOf(about, whole(date)), duties: own }));

  const byPerson = celled(duties, ({ staffId }) => [staffId]);
  const byWindow = celled(duties, ({ windowIds }) => windowIds);
  const people = month.staff.filter(({ staffId }) => duties.some((duty) => duty.staffId === staffId));
  const cell = (own: Duty[], about: string, date: string, text: (duty: Duty) => string) => ({
    key: date + about,
    lines: own.map((duty) => ({ key: duty.shiftId, text: text(duty), marked: duty.coverId !== "" })),
    label: `${about} ${whole(date)}: ${own.map((duty) => [text(duty), worded(words.rota.roles, duty.role)].join(" ")).join("、") || words.rota.noShift}`,
    ...(own.length > 0 ? { onOpen: () => show(about, date, own) } : {}),
    free: isFree(date),
  });
  const head = (date: string) => ({ key: date, text: String(Number(date.slice(8))), under: weekday(date, language), label: [whole(date), date === today && words.rota.today, kindWords(date), gapWords(date)].filter(Boolean).join(" "), free: isFree(date), gap: gaps.has(date), today: date === today });

  const rows: GridRow[] =
    by === "person"
      ? people.map(({ staffId, name }) => ({ key: staffId, head: { key: staffId, text: name || staffId, label: name || staffId }, cells: dates.map((date) => cell(byPerson.get(`${staffId} ${date}`) ?? [], name || staffId, date, hoursOf)) }))
      : dates.map((date) => ({
          key: date,
          head: { ...head(date), text: whole(date), under: kindWords(date) },
          cells: [
            ...month.windows.map(({ windowId }) => cell(byWindow.get(`${windowId} ${date}`) ?? [], windowName(windowId), date, (duty) => `${hoursOf(duty)} ${named(duty.staffId)}`)),
            { key: "gaps", lines: gaps.has(date) ? [{ key: "gaps", text: gapWords(date), marked: false, gap: true }] : [], label: gapWords(date) || words.rota.noGaps, free: isFree(date) },
          ],
        }));
  const columns = by === "person" ? dates.map(head) : [...month.windows.map(({ windowId }) => ({ key: windowId, text: windowName(windowId), label: windowName(windowId) })), { key: "gaps", text: words.night.gap, label: words.night.gap }];
  return (
    <>
      {said && <Notice tone="good" live>{said}</Notice>}
      <Grid title={words.rota.table(title)} hint={words.rota.tableHint} corner={by === "person" ? words.rota.person : words.rota.day} columns={columns} rows={rows} narrow={by === "person"} />
      {open && (
        <DutyDialog
          {...open}
          all={duties}
          staff={month.staff}
          windowName={windowName}
          onClose={() => setOpen(undefined)}
          onDone={({ cover }) => (setOpen(undefined), setSaid(cover?.state === "agreed" ? words.rota.agreedNow : words.rota.proposed), onChanged())}
        />
      )}
    </>
  );
}

function weekday(date: string, language: string): string {
  return new Intl.DateTimeFormat(language === "ja" ? "ja-JP" : "en-GB", { weekday: "short", timeZone: "Asia/Tokyo" }).format(beginningOf(date));
}
