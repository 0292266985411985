// A month of duty for a handful of people, with two gaps and covers in every state.
import { create } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { type Cover, CoverSchema, type CoverageStep, CoverageStepSchema, type Gap, GapSchema, type RotaService, type Shift, ShiftSchema } from "../src/gen/tomoshibi/console/v1/console_pb";
import { millis } from "../src/i18n/time";
import { beginningOf, dateAt, datesOf, monthAt } from "../src/rota/month";
import { at, type Line } from "./line";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NIGHTS = ["sato", "suzuki", "tanaka", "watanabe"];
const DOCTORS = ["kimura", "ito", "mori"];
const STAFF = [["sato", "佐藤 彩"], ["suzuki", "鈴木 健"], ["tanaka", "田中 美咲"], ["watanabe", "渡辺 大輔"], ["ono", "小野 玲子"], ["kimura", "木村 航"], ["ito", "伊藤 遥"], ["mori", "森 直樹"]].map(([staffId = "", name = ""]) => ({ staffId, name }));

function shiftsOf(date: string): Shift[] {
  const start = beginningOf(date);
  const turn = Math.floor(start / DAY);
  const shift = (duty: string, staffId: string, role: string, from: number, to: number, windowId: string) => create(ShiftSchema, { shiftId: `${duty}/${date}/1/1/${staffId}`, windowId, staffId, role, from: at(start + from * HOUR), to: at(start + to * HOUR) });
  const pick = (people: string[], by: number) => people[(turn + by) % people.length] ?? "";
  const [first, second, day] = [pick(NIGHTS, 0), pick(NIGHTS, 1), pick(NIGHTS, 2)];
  return [
    shift("day", day, "counsellor", 8.5, 17.25, "night"),
    shift("day", day, "counsellor", 8.5, 17.25, "agency"),
    shift("night", first, "counsellor", 17, 32.75, "night"),
    ...(turn % 6 === 3 ? [] : [shift("night", second, "counsellor", 22, 30, "agency")]),
    shift("charge", "ono", "supervisor", 17, 32.75, "night"),
    shift("on-call", pick(DOCTORS, 0), "psychiatrist", 17, 32.5, "night"),
  ];
}

function gapsOf(date: string): Gap[] {
  const start = beginningOf(date);
  if (Math.floor(start / DAY) % 6 !== 3) return [];
  return [create(GapSchema, { windowId: "agency", from: at(start + 22 * HOUR), to: at(start + 30 * HOUR), missing: "staffed: 0 of 1 on duty" })];
}

function stepsOf(date: string): CoverageStep[] {
  const start = beginningOf(date);
  const hole = gapsOf(date).length > 0;
  const step = (windowId: string, hour: number, counsellors: number, onCall: number, open = true) => create(CoverageStepSchema, { windowId, from: at(start + hour * HOUR), counsellors, onCall, open });
  return [step("night", 8.5, 1, 0), step("night", 17, 2, 1), step("night", 22, 3, 1), step("night", 30, 2, 1), step("agency", 8.5, 1, 0), step("agency", 17.25, 0, 0, false), step("agency", 22, hole ? 0 : 1, 1), step("agency", 30, 0, 0, false)];
}

function covers(now: number): Cover[] {
  const [today, later] = [shiftsOf(dateAt(now + 3 * DAY)), shiftsOf(dateAt(now + 5 * DAY))];
  const base = (coverId: string, state: string) => ({ coverId, state, staffId: "sato", proposedBy: "suzuki", proposedAt: at(now - 5 * HOUR) });
  return [
    create(CoverSchema, { ...base("cov-1", "proposed"), ...(today[2] ? { shift: today[2] } : {}), ...(later[0] ? { inReturn: later[0] } : {}), waitingFor: ["sato"], note: "子どもの行事のため、代わっていただけますか" }),
    create(CoverSchema, { ...base("cov-2", "agreed"), staffId: "tanaka", ...(later[2] ? { shift: later[2] } : {}) }),
    create(CoverSchema, { ...base("cov-3", "refused"), staffId: "watanabe", ...(later[3] ? { shift: later[3] } : {}) }),
  ];
}

export function rotaService(line: Line, there: () => Promise<void>): Partial<ServiceImpl<typeof RotaService>> {
  const kept = covers(Date.now());
  return {
    getMonth: async ({ year, month }) => {
      await there();
      const dates = datesOf({ year, month });
      const days = dates.map((date) => {
        const weekday = new Date(beginningOf(date) + 9 * HOUR).getUTCDay();
        if (date.endsWith("11-03")) return { date, kind: "holiday", name: "文化の日" };
        if (date.endsWith("11-23")) return { date, kind: "holiday", name: "勤労感謝の日" };
        return { date, kind: weekday === 0 ? "sunday" : weekday === 6 ? "saturday" : "weekday", name: "" };
      });
      return { shifts: dates.flatMap(shiftsOf), gaps: dates.flatMap(gapsOf), staff: STAFF, days, windows: [{ windowId: "night", name: "夜間こころの相談", open: true }, { windowId: "agency", name: "警察・消防・医療機関専用", open: true }] };
    },
    getCoverage: async ({ from, to }) => {
      await there();
      const dates: string[] = [];
      for (let moment = (millis(from) ?? 0) - DAY; moment < (millis(to) ?? 0); moment += DAY) dates.push(dateAt(moment));
      return { steps: dates.flatMap(stepsOf), gaps: dates.flatMap(gapsOf) };
    },
    proposeCover: async ({ shiftId, staffId, inReturnShiftId, note, rehearse }) => {
      await there();
      const now = Date.now();
      const month = monthAt(now);
      const shift = datesOf(month).flatMap(shiftsOf).find((one) => one.shiftId === shiftId);
      const waitingFor = inReturnShiftId ? [staffId] : [];
      const cover = create(CoverSchema, { coverId: `cov-${kept.length + 1}`, staffId, note, state: waitingFor.length > 0 ? "proposed" : "agreed", proposedBy: line.me.staffId, proposedAt: at(now), waitingFor, ...(shift ? { shift } : {}) });
      if (!rehearse) kept.unshift(cover);
      const gap = gapsOf(dateAt(now)).concat(datesOf(month).flatMap(gapsOf)).slice(0, 1);
      return { cover, gapsClosed: staffId === "mori" ? [] : gap, gapsOpened: staffId === "tanaka" ? gap.map((one) => create(GapSchema, { ...one, from: at((millis(one.from) ?? 0) + DAY), to: at((millis(one.to) ?? 0) + DAY) })) : [] };
    },
    answerCover: async ({ coverId, agree }) => {
      await there();
      for (const cover of kept) if (cover.coverId === coverId) Object.assign(cover, { state: agree ? "agreed" : "refused", waitingFor: [] });
      return {};
    },
    withdrawCover: async ({ coverId }) => {
      await there();
      for (const cover of kept) if (cover.coverId === coverId) cover.state = "withdrawn";
      return {};
    },
    listCovers: async () => (await there(), { covers: kept }),
    renewFeed: async () => (await there(), { path: "/calendar/q2x7-fj3v-9mkd-44tz-p8rw.ics" }),
  };
}
