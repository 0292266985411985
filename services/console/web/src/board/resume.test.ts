import { expect, it } from "vitest";
import { pauseBefore } from "./resume";

it("waits longer each time, never longer than five seconds, and not in step with other tabs", () => {
  expect(pauseBefore(0, 0)).toBe(150);
  expect(pauseBefore(3, 1)).toBe(2_400);
  expect(pauseBefore(50, 1)).toBe(5_000);
  expect(pauseBefore(50, 0)).toBe(2_500);
});
