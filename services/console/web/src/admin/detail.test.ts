import { expect, it } from "vitest";
import { detailIn } from "./detail";

it("says the detail of an audit entry in words", () => {
  expect(detailIn('{"reason":"引き継ぎのため","revision":4}')).toBe("reason: 引き継ぎのため · revision: 4");
  expect(detailIn('{"years":["2019: deleted (3)","2020: kept (0)"]}')).toBe("years: 2019: deleted (3), 2020: kept (0)");
  expect(detailIn("{}")).toBe("");
});

it("leaves what it cannot read as it is", () => {
  expect(detailIn("torn {")).toBe("torn {");
  expect(detailIn("[1]")).toBe("[1]");
});
