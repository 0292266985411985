// Figures of a day in the order in which they are read; whatever a server tells beyond these comes last.
import type { Row } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";

export type Unit = "cases" | "people" | "seconds" | "minutes" | "hours" | "percent" | "none";
export type Group = "handling" | "times" | "callers" | "content" | "triage" | "dispositions" | "referrals" | "pages" | "staff" | "rest";
export type Told = Pick<Row, "band" | "figures" | "counts" | "suppressed">;

/** What stands in a cell. A figure that cannot be told is not zero. */
export type Cell = { kind: "told"; value: number } | { kind: "hidden" } | { kind: "untold" };

export interface Line {
  /** `answered`, or `by_caller/family`. */
  key: string;
  unit: Unit;
}

export interface Section {
  /** The list whose counts these are; none for single figures. */
  list: string | undefined;
  lines: Line[];
}

interface Known {
  group: Group;
  figures: [string, Unit][];
  /** Lists of counts, each with the codes that always stand there. */
  lists: [string, Unit, string[]][];
}

const LETTERS = ["A", "B", "C", "D", "E", "F", "G"];
const CALLERS = ["person", "family", "medical", "police", "fire", "government", "other", "unknown"];

const KNOWN: Known[] = [
  { group: "handling", figures: [["offered", "cases"], ["answered", "cases"], ["blocked", "cases"], ["abandoned_lt30", "cases"], ["abandoned_ge30", "cases"], ["cut_off", "cases"], ["waiting", "cases"], ["silent", "cases"], ["redials", "cases"], ["repeat_callers", "cases"], ["call_backs", "cases"], ["call_backs_reached", "cases"], ["test_calls", "cases"]], lists: [] },
  { group: "times", figures: [["asa_s", "seconds"], ["p95_answer_s", "seconds"], ["longest_wait_s", "seconds"], ["in20s", "cases"], ["in60s", "cases"], ["handled", "cases"], ["aht_s", "seconds"], ["talk_s", "seconds"], ["acw_s", "seconds"], ["occupancy_permille", "percent"]], lists: [] },
  { group: "callers", figures: [["records", "cases"], ["frequent_caller_calls", "cases"], ["relay_or_text_calls", "cases"]], lists: [["by_caller", "cases", CALLERS], ["by_sex", "cases", []], ["by_age", "cases", []]] },
  { group: "content", figures: [], lists: [["by_topic", "cases", []], ["by_state", "cases", []]] },
  { group: "triage", figures: [["suicidal", "cases"], ["self_harm", "cases"], ["harm_others", "cases"]], lists: [["by_triage", "cases", LETTERS]] },
  { group: "dispositions", figures: [["advised_to_medical", "cases"], ["referred_to_centre", "cases"], ["to_rota_outpatient", "cases"], ["to_rota_admission", "cases"], ["to_somatic", "cases"], ["to_119", "cases"], ["to_110", "cases"]], lists: [["by_disposition", "cases", []]] },
  { group: "referrals", figures: [["referrals", "cases"], ["referrals_accepted", "cases"], ["referrals_rejected", "cases"], ["referrals_pending", "cases"], ["referrals_withdrawn", "cases"], ["median_decision_min", "minutes"], ["declines", "cases"], ["hours_without_acceptance", "hours"]], lists: [["by_decline", "cases", []], ["by_area_decline", "cases", []]] },
  { group: "pages", figures: [["escalations", "cases"], ["pages", "cases"], ["ack_median_s", "seconds"], ["ack_p90_s", "seconds"], ["unacked", "cases"], ["escalated", "cases"]], lists: [] },
  { group: "staff", figures: [["staff_on_duty", "people"], ["staff_min", "minutes"], ["on_call_doctors", "people"], ["on_call_min", "minutes"], ["uncovered_min", "minutes"]], lists: [["by_qual", "people", []], ["min_by_qual", "minutes", []]] },
  { group: "rest", figures: [["incidents", "cases"]], lists: [] },
];

/** Where a group stands in the table, line by line. Figures that no row tells are left out only when nobody knows them. */
export function sectionsOf(rows: readonly Told[]): Map<Group, Section[]> {
  const keys = new Set(rows.flatMap(keysOf));
  const taken = new Set<string>();
  const take = (line: Line): Line => (taken.add(line.key), line);
  const sections = new Map<Group, Section[]>();
  for (const { group, figures, lists } of KNOWN) {
    const single = figures.filter(([name]) => !OPTIONAL.has(name) || keys.has(name)).map(([key, unit]) => take({ key, unit }));
    const listed = lists.map(([list, unit, codes]) => ({ list, lines: codesOf(list, codes, keys).map((code) => take({ key: `${list}/${code}`, unit })) }));
    sections.set(group, [...(single.length > 0 ? [{ list: undefined, lines: single }] : []), ...listed.filter(({ lines }) => lines.length > 0)]);
  }
  const rest = restOf([...keys].filter((key) => !taken.has(key)).sort());
  sections.set("rest", [...(sections.get("rest") ?? []), ...rest]);
  return sections;
}

/** Only what the rows tell: a region's report has few of the figures. */
export function toldOf(rows: readonly Told[]): Map<Group, Section[]> {
  const keys = new Set(rows.flatMap(keysOf));
  const told = (section: Section) => ({ ...section, lines: section.lines.filter(({ key }) => keys.has(key)) });
  return new Map([...sectionsOf(rows)].map(([group, sections]) => [group, sections.map(told).filter(({ lines }) => lines.length > 0)]));
}

/** Told by some servers and days only. */
const OPTIONAL: ReadonlySet<string> = new Set(["waiting", "cut_off", "test_calls"]);

function restOf(keys: string[]): Section[] {
  const lists = new Map<string | undefined, Line[]>();
  for (const key of keys) {
    const list = listOf(key);
    lists.set(list, [...(lists.get(list) ?? []), { key, unit: unitOf(key) }]);
  }
  return [...lists].map(([list, lines]) => ({ list, lines }));
}

export function keysOf({ figures, counts, suppressed }: Told): string[] {
  return [...Object.keys(figures), ...Object.keys(counts), ...suppressed];
}

function codesOf(list: string, first: string[], keys: Set<string>): string[] {
  const told = [...keys].filter((key) => listOf(key) === list).map((key) => key.slice(list.length + 1));
  return [...first, ...told.filter((code) => !first.includes(code)).sort()];
}

/** `by_caller` of `by_caller/family`. */
export function listOf(key: string): string | undefined {
  const at = key.indexOf("/");
  return at < 0 ? undefined : key.slice(0, at);
}

const ENDS: [string, Unit][] = [["_s", "seconds"], ["_min", "minutes"], ["_hours", "hours"], ["_permille", "percent"]];

export function unitOf(key: string): Unit {
  if (listOf(key) !== undefined) return KNOWN.flatMap(({ lists }) => lists).find(([list]) => list === listOf(key))?.[1] ?? "cases";
  const known = KNOWN.flatMap(({ figures }) => figures).find(([name]) => name === key);
  return known?.[1] ?? ENDS.find(([end]) => key.endsWith(end))?.[1] ?? "none";
}

/** A count that no row names is nought; a figure that it does not name cannot be told. */
export function cellOf(row: Told, key: string): Cell {
  if (row.suppressed.includes(key)) return { kind: "hidden" };
  const told = listOf(key) === undefined ? row.figures[key] : row.counts[key] ?? 0n;
  return told === undefined ? { kind: "untold" } : { kind: "told", value: Number(told) };
}

/** Whole numbers come over the wire; an occupancy in tenths of a percent. */
export function amount(value: number, unit: Unit, language: string): string {
  const locale = language === "ja" ? "ja-JP" : "en-GB";
  if (unit === "percent") return new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value / 10);
  return new Intl.NumberFormat(locale).format(value);
}

/** The whole first, then the bands in their order. */
export function inOrder<T extends Pick<Told, "band">>(rows: readonly T[]): T[] {
  const place = (band: string) => (isBand(band) ? band : "");
  return [...rows].sort((a, b) => place(a.band).localeCompare(place(b.band)));
}

/** A part of the day, rather than the whole. */
export function isBand(band: string): boolean {
  return /^B\d$/.test(band);
}

export function isEmpty(row: Told): boolean {
  return keysOf(row).length === 0;
}
