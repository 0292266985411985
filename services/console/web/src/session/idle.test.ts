import { expect, it } from "vitest";
import { endOf, isWarned } from "./idle";

it("moves the idle end with every call, but not the end of the session", () => {
  const told = { idleUntil: 1_000_000, sessionUntil: 5_000_000, toldAt: 0, lastCallAt: 0 };
  expect(endOf(told)).toBe(1_000_000);
  expect(endOf({ ...told, lastCallAt: 60_000 })).toBe(1_060_000);
  expect(endOf({ ...told, lastCallAt: 4_900_000 })).toBe(5_000_000);
});

it("warns two minutes before", () => {
  expect(isWarned(1_000_000, 879_000)).toBe(false);
  expect(isWarned(1_000_000, 881_000)).toBe(true);
  expect(isWarned(undefined, 881_000)).toBe(false);
});
