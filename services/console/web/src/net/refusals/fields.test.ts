import { expect, it } from "vitest";
import { fieldsRefused } from "./fields";

const refused = (words: string) => Object.fromEntries(fieldsRefused({ kind: "invalid", words }));

it("finds what would be right of one field, and of several", () => {
  expect(refused("invalid kind: centre, police, fire")).toEqual({ kind: "centre, police, fire" });
  expect(refused("invalid name, last_checked: name: 1 to 200 characters; last_checked: a day such as 2026-11-21, or empty")).toEqual({ name: "1 to 200 characters", last_checked: "a day such as 2026-11-21, or empty" });
  expect(refused("invalid way, name: name: 1 to 200 characters; way: webhook needs a secret: add it")).toEqual({ name: "1 to 200 characters", way: "webhook needs a secret: add it" });
});

it("finds none in other refusals", () => {
  expect(refused("your roles do not allow this")).toEqual({});
  expect(fieldsRefused(undefined).size).toBe(0);
});
