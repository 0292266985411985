// Days of two windows in every state, with versions, a report and night support.
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { type DailyLogService, type Day, DaySchema, HourOfDaySchema, IncidentSchema, NamedSchema, NightSupportSchema, type Review, ReviewSchema, type Row, RowSchema } from "../src/gen/tomoshibi/daily_log/v1/daily_log_pb";
import { at, type Line } from "./line";

const DAY = 86_400_000;
const HASH = "3f9a1c07be52d84460f1a7cc90e2b5d1837fe6042b9ac51d70e8f3a6bb214c9d";
const DISPOSITIONS = { D01: 9, D02: 4, D03: 7, D04: 2, D05: 1, D06: 1, D08: 1, D11: 3, D13: 2 };

// The centre has no board: the server tells the names. `yoru-b` is a window that the rota has no longer.
const WINDOWS = [{ id: "night", name: "夜間こころの電話" }, { id: "yoru-b", name: "" }].map((named) => create(NamedSchema, named));
const STAFF = [{ id: "sato", name: "佐藤 由美" }, { id: "suzuki", name: "鈴木 健" }, { id: "kimura", name: "木村 直子" }, { id: "aoki", name: "青木 誠" }].map((named) => create(NamedSchema, named));

const dateOf = (ms: number) => new Date(ms + 9 * 3_600_000).toISOString().slice(0, 10);
const big = (figures: Record<string, number>) => Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, BigInt(figure)]));

function row(band: string, share: number, more = 0): Row {
  const of = (whole: number) => Math.round(whole * share);
  const answered = of(34) + more;
  const told = { staff_on_duty: 4, staff_min: of(2880), on_call_doctors: 2, on_call_min: of(1440), repeat_callers: of(3), call_backs: of(2), call_backs_reached: of(2), cut_off: 0, waiting: 0, test_calls: of(1), handled: answered, records: answered, referrals: of(3), referrals_withdrawn: 0, declines: of(1), hours_without_acceptance: of(1), escalations: of(2), incidents: of(2), offered: of(37) + more, answered, abandoned_lt30: of(2), abandoned_ge30: of(1), blocked: 0, silent: of(2), redials: of(5), frequent_caller_calls: of(6), relay_or_text_calls: of(1), suicidal: of(8), self_harm: of(3), harm_others: of(1), advised_to_medical: of(7), referred_to_centre: of(2), to_rota_outpatient: of(1), to_rota_admission: of(1), to_somatic: 0, to_119: of(1), to_110: 0, referrals_accepted: of(2), referrals_rejected: 0, referrals_pending: of(1), pages: of(3), unacked: 0, escalated: of(1), uncovered_min: band === "B3" ? 45 : 0 };
  const times = { in20s: of(28), in60s: of(33), asa_s: 11, p95_answer_s: 48, longest_wait_s: 131, talk_s: 984, acw_s: 260, aht_s: 1244, occupancy_permille: 453, median_decision_min: 17, ack_median_s: 62, ack_p90_s: 171 };
  const counts = { by_caller: { person: of(19), family: of(9), medical: of(2), police: of(1), other: of(3) }, by_sex: { female: of(18), male: of(13), unknown: of(3) }, by_age: { "20s": of(8), "30s": of(9), "40s": of(7), "50s": of(5), unknown: of(5) }, by_topic: { psychiatric: of(12), relationships: of(9), home: of(6), work_school: of(4), other: of(3) }, by_triage: { A: 0, B: of(3), C: of(6), D: of(9), E: of(10), F: of(4), G: of(2) }, by_disposition: Object.fromEntries(Object.entries(DISPOSITIONS).map(([code, count]) => [code, of(count)])), by_qual: { nurse: 2, psw: 1, psychologist: 1 }, by_state: { suicidal: of(8), anxiety: of(9), sleep: of(6), psychosis: of(3) }, by_decline: { no_bed: of(1) } };
  const listed = Object.entries(counts).flatMap(([list, codes]) => Object.entries(codes).map(([code, count]) => [`${list}/${code}`, count] as const));
  return create(RowSchema, { band, figures: big(answered > 0 ? { ...told, ...times } : told), counts: big(Object.fromEntries(listed)) });
}

const rowsOf = (more = 0) => [row("day", 1, more), row("B1", 0.32), row("B2", 0.36, more), row("B3", 0.3), row("B6", 0.01)];

/** Small numbers away, as the server does it. */
function published(whole: Row): Row {
  const small = [...Object.entries(whole.figures), ...Object.entries(whole.counts)].filter(([name, count]) => !/_s$|_min$|permille/.test(name) && count > 0n && count < 5n).map(([name]) => name);
  const kept = (all: Record<string, bigint>) => Object.fromEntries(Object.entries(all).filter(([name]) => !small.includes(name)));
  return create(RowSchema, { band: whole.band, figures: kept(whole.figures), counts: kept(whole.counts), suppressed: small });
}

export function dailyLogService(line: Line, there: () => Promise<void>, how: URLSearchParams): ServiceImpl<typeof DailyLogService> {
  const now = Date.now();
  const reviews: Review[] = [create(ReviewSchema, { version: 1, verdict: "returned", staffId: "c-hokuto", at: at(now - 3 * DAY), comments: "深夜帯の 119 の件数が、紹介の控えと合いません。\n記録を確かめてください。" })];
  const told = new Map<string, { state: string; comments: string }>();
  const dayOf = (windowId: string, ago: number): Day => {
    const serviceDate = dateOf(now - ago * DAY);
    const weekday = new Date(`${serviceDate}T00:00:00Z`).getUTCDay();
    const state = ago === 0 ? "open" : ago === 1 ? "sealed" : ago === 4 ? "returned" : "approved";
    const open = ago === 0 ? [{ why: "not_over", id: "" }, { why: "live_call", id: "call-1" }, { why: "unsigned_record", id: "rec-1", staffId: "sato" }, { why: "open_referral", id: "ref-1" }, { why: "unsigned_record", id: "rec-9", staffId: "suzuki" }, { why: "unsigned_record", id: "0192f0c4-call", staffId: "" }] : [];
    const version = ago === 0 ? 0 : ago === 1 ? 2 : 1;
    return create(DaySchema, { windowId, serviceDate, state, version, calls: 37 - ago, dayKind: weekday === 0 ? "sunday" : weekday === 6 ? "saturday" : "weekday", keptOpenBy: open, ...(version > 0 ? { hash: HASH, sealedAt: at(now - ago * DAY + 7_200_000) } : {}), ...(state === "returned" ? { comments: reviews[0]?.comments ?? "", reviewer: "c-hokuto" } : {}), ...told.get(`${windowId} ${serviceDate}`) });
  };
  const all = () => Array.from({ length: 20 }, (_, ago) => ["night", "yoru-b"].map((windowId) => dayOf(windowId, ago))).flat();
  const find = (windowId: string, date: string) => {
    const day = all().find((one) => one.windowId === windowId && one.serviceDate === date);
    if (!day) throw new ConnectError("service_date is not known", Code.NotFound);
    return day;
  };
  const file = (name: string, format: string) => ({ file: new TextEncoder().encode("\ufeff業務日,窓口,入電\r\n"), name: `${name}.${format}`, contentType: "text/csv" });
  return {
    listDays: async ({ windowId, from, to }) => (await there(), { days: all().filter((day) => (windowId === "" || day.windowId === windowId) && day.serviceDate >= from && day.serviceDate <= to), windows: WINDOWS, staff: STAFF }),
    getDay: async ({ windowId, serviceDate, version }) => {
      await there();
      const day = find(windowId, serviceDate);
      const shown = version || day.version;
      const versions = Array.from({ length: day.version }, (_, n) => create(DaySchema, { ...day, version: n + 1, state: n + 1 < day.version ? "returned" : day.state, hash: n === 0 ? HASH.split("").reverse().join("") : HASH }));
      const hours = Array.from({ length: 24 }, (_, n) => create(HourOfDaySchema, { hour: (n + 9) % 24, calls: (n * 7) % 5, answered: Math.max(0, ((n * 7) % 5) - (n % 6 === 2 ? 1 : 0)), longestWaitS: (n * 37) % 131 }));
      return { day: versions[shown - 1] ?? day, rows: rowsOf(shown > 1 ? 2 : 0), versions, hours, reviews: day.version > 1 || day.state === "returned" ? reviews : [], onCallIds: ["kimura", "aoki"], windows: WINDOWS, staff: STAFF, incidents: [create(IncidentSchema, { kind: "redis_away", raisedAt: at(now - DAY), clearedAt: at(now - DAY + 600_000) }), create(IncidentSchema, { kind: "nobody_signed_in", raisedAt: at(now - DAY / 2) })] };
    },
    verifyDay: async () => (await there(), how.has("broken") ? { outcome: "differs", differs: ["day answered", "B3 by_triage/B"] } : { outcome: "same" }),
    reviewDay: async ({ windowId, serviceDate, version, approve, comments }) => {
      await there();
      line.mustBeFresh();
      if (how.has("newer")) throw new ConnectError("day is sealed anew as version 3: read it, then review that", Code.Aborted);
      const state = approve ? "approved" : "returned";
      told.set(`${windowId} ${serviceDate}`, { state, comments });
      reviews.push(create(ReviewSchema, { version, verdict: state, staffId: "c-hokuto", at: at(Date.now()), comments }));
      return { day: find(windowId, serviceDate) };
    },
    exportDays: async ({ format }) => (await there(), line.mustBeFresh(), file("nippo-2026-11", format)),
    getReport: async ({ period, publish }) => {
      await there();
      const rows = rowsOf().map((one) => (publish ? published(one) : one));
      const months = /^\d{4}$/.test(period) ? Array.from({ length: 12 }, (_, n) => `${Number(period) + (n > 8 ? 1 : 0)}-${String(((n + 3) % 12) + 1).padStart(2, "0")}`) : ["10", "11", "12"].map((month) => `${period.slice(0, 4)}-${month}`);
      const names = /-\d\d$/.test(period) ? Array.from({ length: 30 }, (_, n) => `${period}-${String(n + 1).padStart(2, "0")}`) : months;
      const parts = names.map((name, n) => ({ name, row: publish ? published(row("day", 0.5 + (n % 7) / 8)) : row("day", 0.5 + (n % 7) / 8) }));
      const region = create(RowSchema, { band: "region", figures: big({ offered: 811, records: 702, referrals: 61, declines: 14, hours_without_acceptance: 22, repeat_callers: 9 }), counts: big({ "by_topic/psychiatric": 240, "by_topic/home": 66, "by_decline/no_bed": 8, "by_decline/out_of_area": 6, "by_area_decline/県北:no_bed": 8, "by_area_decline/県南:out_of_area": 3 }) });
      return { period, rows, parts, openDays: 2, windows: WINDOWS, ...(period.includes("Q") ? { region: publish ? published(region) : region } : {}) };
    },
    exportReport: async ({ period, format }) => (await there(), line.mustBeFresh(), file(`report-${period}`, format)),
    listNightSupport: async ({ from }) => {
      await there();
      line.mustBeFresh();
      const begun = Date.parse(`${from}T23:10:00+09:00`);
      return { staff: STAFF, calls: [0, 1, 4, 9].map((days, n) => create(NightSupportSchema, { personId: `0192f0c4-7a11-70${n % 2}`, recordId: `0192f0c4-9b${n}1-7c02`, answeredAt: at(begun + days * DAY), endedAt: at(begun + days * DAY + (18 + n * 7) * 60_000), minutes: 18 + n * 7, disposition: n === 2 ? "D03" : "D01", staffId: "sato" })) };
    },
  };
}
