import { expect, it } from "vitest";
import { numbersIn } from "./numbers";

const dialled = (text: string) => numbersIn(text).flatMap(({ dial }) => dial ?? []);

it("finds the numbers of a text, however they are written", () => {
  expect(dialled("03-1234-5678")).toEqual(["0312345678"]);
  expect(dialled("(03)1234-5678、03(1234)5679")).toEqual(["0312345678", "0312345679"]);
  expect(dialled("０１２０－０００－１１１（24時間）")).toEqual(["0120000111"]);
  expect(dialled("夜間 090-1234-5678 / 昼 0312345678(内線 12)")).toEqual(["09012345678", "0312345678"]);
  expect(dialled("+81-3-1234-5678")).toEqual(["+81312345678"]);
});

it("leaves times, days, short numbers and faxes alone, and loses no letter", () => {
  for (const text of ["", "17:00–9:00", "2026-11-21", "110", "内線 1234", "FAX 03-1234-5678", "ファクス：03-1234-5678", "03-1234-5678-9012"]) expect(dialled(text)).toEqual([]);
  const text = "代表 03-1234-5678（FAX 03-1234-5679）";
  expect(dialled(text)).toEqual(["0312345678"]);
  expect(numbersIn(text).map((part) => part.text).join("")).toBe(text);
});
