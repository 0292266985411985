import { expect, it } from "vitest";
import { contractFault, contractState } from "./contract";

const YEAR = { from: "2026-04-01", until: "2027-03-31" };

it("holds on its first and its last day, and without an end for good", () => {
  expect(["2026-03-31", "2026-04-01", "2027-03-31", "2027-04-01"].map((today) => contractState(YEAR, today))).toEqual(["before", "on", "on", "over"]);
  expect(contractState({ ...YEAR, until: "" }, "2099-01-01")).toBe("on");
  expect(contractState({ from: "", until: "" }, "2026-11-21")).toBeUndefined();
});

it("has no last day without a first, nor one before it", () => {
  expect(contractFault(YEAR)).toBeUndefined();
  expect(contractFault({ from: "", until: "" })).toBeUndefined();
  expect(contractFault({ from: "2026-04-01", until: "2026-04-01" })).toBeUndefined();
  expect(contractFault({ ...YEAR, from: "" })).toBe("needsFrom");
  expect(contractFault({ ...YEAR, until: "2026-03-31" })).toBe("backwards");
});
