import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { BoardWindowSchema } from "../gen/tomoshibi/console/v1/console_pb";
import { ladderNamed, ladderOf } from "./ladder";

it("names whom a window pages, in order, those of one rung together, though nobody has a shift", () => {
  const window = create(BoardWindowSchema, { ladder: [{ staffIds: ["aoki"] }, { staffIds: ["endo", "noda"] }] });
  expect(ladderNamed(window, (id) => id.toUpperCase())).toBe("AOKI → ENDO・NODA");
  expect(ladderOf(window)).toEqual(["aoki", "endo", "noda"]);
  expect(ladderNamed(undefined, String)).toBe("");
});
