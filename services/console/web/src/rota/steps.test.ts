import { expect, it } from "vitest";
import { placeAfter } from "./steps";

const HERE = { row: 2, column: 3 };
const after = (key: string, wide = false, from = HERE) => placeAfter(key, wide, from, 5, 7);

it("walks a grid by arrows and stops at its edges", () => {
  expect(after("ArrowRight")).toEqual({ row: 2, column: 4 });
  expect(after("ArrowUp")).toEqual({ row: 1, column: 3 });
  expect(after("ArrowDown", false, { row: 4, column: 0 })).toEqual({ row: 4, column: 0 });
  expect(after("ArrowLeft", false, { row: 4, column: 0 })).toEqual({ row: 4, column: 0 });
  expect(after("PageDown")).toEqual({ row: 4, column: 3 });
});

it("jumps to the ends of a row, and with Control to the corners", () => {
  expect(after("Home")).toEqual({ row: 2, column: 0 });
  expect(after("End", true)).toEqual({ row: 4, column: 6 });
});

it("leaves other keys to the browser", () => {
  expect(after("Tab")).toBeUndefined();
  expect(after("a")).toBeUndefined();
});
