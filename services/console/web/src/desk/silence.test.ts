import { expect, it } from "vitest";
import { standingAfter } from "./silence";

const PROMPTS = [{ afterS: 30, say: "second" }, { afterS: 0, say: "first" }, { afterS: 120, say: "last" }];

it("walks through the phrases by the time of silence, whatever their order", () => {
  expect(standingAfter(0, PROMPTS)).toEqual({ now: PROMPTS[1], before: [], next: 30_000 });
  expect(standingAfter(29_999, PROMPTS)).toEqual({ now: PROMPTS[1], before: [], next: 1 });
  expect(standingAfter(30_000, PROMPTS)).toEqual({ now: PROMPTS[0], before: [PROMPTS[1]], next: 90_000 });
  expect(standingAfter(500_000, PROMPTS)).toEqual({ now: PROMPTS[2], before: [PROMPTS[1], PROMPTS[0]], next: undefined });
});

it("has nothing to say where no phrase is set, or none is due yet", () => {
  expect(standingAfter(5_000, [])).toEqual({ now: undefined, before: [], next: undefined });
  expect(standingAfter(0, [{ afterS: 10 }])).toEqual({ now: undefined, before: [], next: 10_000 });
});
