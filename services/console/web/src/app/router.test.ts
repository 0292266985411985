import { expect, it } from "vitest";
import { matched } from "./router";

it("knows a page by its address", () => {
  expect(matched("/record/:id", "/record/a%2Fb")).toEqual({ id: "a/b" });
  expect(matched("/record/:id", "/record/7?from=desk")).toEqual({ id: "7" });
  expect(matched("/desk", "/desk")).toEqual({});
  expect(matched("/desk", "/desk/3")).toBeUndefined();
  expect(matched("/record/:id", "/record/%E0%A4%A")).toEqual({ id: "%E0%A4%A" });
});
