import { Code, ConnectError } from "@connectrpc/connect";
import { expect, it } from "vitest";
import { dateAfter, faultOf, isStale, isUnwritten, may, mayBeRaw, placeOf, rangeOf } from "./days";
import { periodAfter, periodAt, periodOf, written } from "./period";

it("begins the fiscal year in April", () => {
  expect(periodAt("fiscal", "2027-03-31")).toEqual({ kind: "fiscal", year: 2026 });
  expect(periodAt("fiscal", "2027-04-01")).toEqual({ kind: "fiscal", year: 2027 });
});

it("goes over the end of a year in both directions", () => {
  expect(written(periodAfter(periodAt("month", "2026-12-05"), 1))).toBe("2027-01");
  expect(written(periodAfter(periodAt("quarter", "2026-02-05"), -1))).toBe("2025-Q4");
  expect(written(periodAfter(periodAt("quarter", "2026-11-05"), 1))).toBe("2027-Q1");
});

it("reads back what it writes, and nothing else", () => {
  for (const text of ["2026-11", "2026", "2026-Q3"]) expect(written(periodOf(text) ?? periodAt("month", "1999-01-01"))).toBe(text);
  for (const text of ["2026-13", "2026-Q5", "26", "", "2026-1"]) expect(periodOf(text)).toBeUndefined();
});

it("says why a range of dates cannot be asked for", () => {
  expect(faultOf({ from: "2026-11-01", to: "2026-11-30" })).toBeUndefined();
  expect(faultOf({ from: "2026-11-30", to: "2026-11-01" })).toBe("backwards");
  expect(faultOf({ from: "", to: "2026-11-01" })).toBe("missing");
  expect(rangeOf({ year: 2028, month: 2 })).toEqual({ from: "2028-02-01", to: "2028-02-29" });
  expect(dateAfter("2026-12-31", 1)).toBe("2027-01-01");
});

it("leads to what keeps a day open only where that page is for the person", () => {
  const only = (open: string) => (path: string) => path === open;
  expect(placeOf({ why: "unsigned_record", id: "r/1", staffId: "ito" }, only("/record/:id"))).toBe("#/record/r%2F1");
  expect(placeOf({ why: "unsigned_record", id: "r1", staffId: "ito" }, only("/centre"))).toBeUndefined();
  expect(placeOf({ why: "open_referral", id: "f1", staffId: "" }, only("/centre"))).toBe("#/centre");
  expect(placeOf({ why: "not_over", id: "", staffId: "" }, only("/night"))).toBeUndefined();
});

it("leads nowhere for a call whose record nobody has begun", () => {
  const unwritten = { why: "unsigned_record", id: "call-1", staffId: "" };
  expect(isUnwritten(unwritten)).toBe(true);
  expect(placeOf(unwritten, () => true)).toBeUndefined();
});

it("offers what days are counted from for one window and 31 days at most", () => {
  const october = { windowId: "main", from: "2026-10-01", to: "2026-10-31" };
  expect(mayBeRaw(october)).toBe(true);
  expect(mayBeRaw({ ...october, to: "2026-11-01" })).toBe(false);
  expect(mayBeRaw({ ...october, windowId: "" })).toBe(false);
});

it("knows a version that is no longer the latest from a server that is away", () => {
  expect(isStale(new ConnectError("version 2 stands", Code.Aborted))).toBe(true);
  expect(isStale(new ConnectError("away", Code.Unavailable))).toBe(false);
  expect(may("review", ["supervisor"])).toBe(false);
});
