import { expect, it } from "vitest";
import { standingOf } from "./budget";

const STEPS = [
  { step: "supervisor", seconds: 120 },
  { step: "announcement", seconds: 20 },
  { step: "next_window", seconds: 60 },
];

it("names the step that comes and the one that is overrun", () => {
  expect(standingOf(5, STEPS)).toEqual({ past: undefined, next: { step: "announcement", left: 15 }, tone: "good" });
  expect(standingOf(20, STEPS)).toMatchObject({ past: { step: "announcement", over: 0 }, next: { step: "next_window", left: 40 }, tone: "warn" });
  expect(standingOf(200, STEPS)).toMatchObject({ past: { step: "supervisor", over: 80 }, next: undefined, tone: "bad" });
});

it("stays calm where no budget is known", () => {
  expect(standingOf(200, [])).toEqual({ past: undefined, next: undefined, tone: "good" });
});
