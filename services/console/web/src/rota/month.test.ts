import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { BoardStaffSchema, GapSchema, ShiftSchema } from "../gen/tomoshibi/console/v1/console_pb";
import { ja } from "../i18n/ja";
import { missingIn } from "./missing";
import { celled, dateAt, datesOf, dutiesOf, gapsByDate, hoursOf, monthAfter, monthAt, takersFor } from "./month";

const japan = (text: string) => timestampFromMs(Date.parse(`${text}:00+09:00`));
const shift = (shiftId: string, windowId: string, staffId: string, from: string, to: string) => create(ShiftSchema, { shiftId, windowId, staffId, role: "counsellor", from: japan(from), to: japan(to) });

it("knows the days of a month, also in a leap year and over the turn of the year", () => {
  expect(datesOf({ year: 2028, month: 2 })).toHaveLength(29);
  expect(datesOf({ year: 2026, month: 12 }).at(-1)).toBe("2026-12-31");
  expect(monthAfter({ year: 2026, month: 12 }, 1)).toEqual({ year: 2027, month: 1 });
  expect(monthAfter({ year: 2026, month: 1 }, -1)).toEqual({ year: 2025, month: 12 });
});

it("reads days on the line's clock, not the world's", () => {
  const justAfterMidnight = Date.parse("2026-12-01T00:10:00+09:00");
  expect(dateAt(justAfterMidnight)).toBe("2026-12-01");
  expect(monthAt(justAfterMidnight)).toEqual({ year: 2026, month: 12 });
});

it("shows a shift once, with all the windows it serves", () => {
  const [duty, ...others] = dutiesOf([shift("night/1", "main", "ito", "2026-11-21T22:00", "2026-11-22T06:00"), shift("night/1", "agency", "ito", "2026-11-21T22:00", "2026-11-22T06:00")]);
  expect(others).toEqual([]);
  expect(duty?.windowIds).toEqual(["main", "agency"]);
});

it("puts a night on the day on which it begins", () => {
  const duties = dutiesOf([shift("night/1", "main", "ito", "2026-11-21T22:00", "2026-11-22T06:30")]);
  expect([...celled(duties, ({ staffId }) => [staffId]).keys()]).toEqual(["ito 2026-11-21"]);
  expect(duties.map(hoursOf)).toEqual(["22–6:30"]);
});

it("marks every day that a gap touches, and not the one it only reaches", () => {
  const gap = create(GapSchema, { windowId: "main", from: japan("2026-11-21T22:00"), to: japan("2026-11-23T00:00") });
  expect([...gapsByDate([gap]).keys()]).toEqual(["2026-11-21", "2026-11-22"]);
});

it("says in words what is missing, and leaves alone what it does not know", () => {
  expect(missingIn(ja, "staffed: 0 of 2 on duty")).toBe("配置：2 人必要なところ 0 人");
  expect(missingIn(ja, "night-two: 1 of 2 on duty")).toBe("night-two：2 人必要なところ 1 人");
  expect(missingIn(ja, "open: no window is open")).toBe("開設：開いている窓口がない");
  expect(missingIn(ja, "something else")).toBe("something else");
});

it("offers first who does the same work, and never the one who has the shift", () => {
  const doctor = create(ShiftSchema, { ...shift("on-call/1", "main", "aoki", "2026-11-21T17:00", "2026-11-22T08:30"), role: "psychiatrist" });
  const duties = dutiesOf([shift("night/1", "main", "ito", "2026-11-21T22:00", "2026-11-22T06:00"), shift("night/2", "main", "sato", "2026-11-22T22:00", "2026-11-23T06:00"), doctor]);
  const staff = ["aoki", "ito", "sato"].map((staffId) => create(BoardStaffSchema, { staffId }));
  const [night] = duties.filter(({ staffId }) => staffId === "ito");
  expect(night && takersFor(night, duties, staff).map(({ staffId }) => staffId)).toEqual(["sato", "aoki"]);
});
