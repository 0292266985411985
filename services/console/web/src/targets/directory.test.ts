import { expect, it } from "vitest";
import { daysSince, entryOf, faultsOf, inOrder, mayKeep, type Order, toBeSaved } from "./directory";

const entry = (name: string, kind: string, catchment: string, lastChecked: string) => ({ ...entryOf(undefined), targetId: name, name, kind, catchment, lastChecked });
const ALL = [entry("丙", "police", "", "2026-11-01"), entry("甲 10", "centre", "県北", ""), entry("甲 9", "new_kind", "県南", "2025-11-01")];
const ordered = (order: Order) => inOrder(ALL, order, ["centre", "police"], "ja").map(({ name }) => name);

it("stands in the order that was asked for, unknown kinds and empty areas last, unchecked entries first", () => {
  expect(ordered("kind")).toEqual(["甲 10", "丙", "甲 9"]);
  expect(ordered("name").indexOf("甲 9")).toBeLessThan(ordered("name").indexOf("甲 10"));
  expect(ordered("catchment").at(-1)).toBe("丙");
  expect(ordered("checked")).toEqual(["甲 10", "甲 9", "丙"]);
});

it("is kept by administrators and supervisors, and read by others", () => {
  expect([["operator_admin"], ["supervisor"], ["counsellor", "centre"], []].map(mayKeep)).toEqual([true, true, false, false]);
});

it("needs an id of its own, a name and a kind", () => {
  const whole = entry("a", "centre", "", "");
  expect(faultsOf(entryOf(undefined), [])).toEqual({ target_id: "required", name: "required", kind: "required" });
  expect(faultsOf(whole, ["a"])).toEqual({ target_id: "taken" });
  expect(faultsOf(whole, ["b"])).toEqual({});
});

it("has an address only for a webhook", () => {
  const known = { ...entry("a", "centre", "", ""), url: " https://a.example " };
  expect(toBeSaved({ ...known, way: "grpc" }).url).toBe("");
  expect(toBeSaved({ ...known, way: "webhook" }).url).toBe("https://a.example");
});

it("counts the days since it was checked", () => {
  expect(["2026-11-21", "2026-11-20", "2025-11-21", "2026-11-22", ""].map((date) => daysSince(date, "2026-11-21"))).toEqual([0, 1, 365, undefined, undefined]);
});
