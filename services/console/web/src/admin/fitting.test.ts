import { expect, it } from "vitest";
import { fitting, isLogin, lineRange } from "./fitting";

const SETTINGS = ["sip.listen 127.0.0.1:5060", "sip.trunk_patience 4s", "access.idle 30m"];
const typed = (text: string) => fitting(SETTINGS, text, (one) => [one]);

it("keeps what holds every word that was typed, whatever its width or case", () => {
  expect(typed("")).toEqual(SETTINGS);
  expect(typed("SIP 4s")).toEqual(["sip.trunk_patience 4s"]);
  expect(typed("ｓｉｐ　ｌｉｓｔｅｎ")).toEqual(["sip.listen 127.0.0.1:5060"]);
  expect(typed("sip idle")).toEqual([]);
});

it("knows a login that the server takes", () => {
  expect(["aya", "a.b_c-d@e", "x".repeat(64)].every(isLogin)).toBe(true);
  expect(["ab", "Aya", "彩さん", "a b c", "x".repeat(65)].some(isLogin)).toBe(false);
});

it("finds a line of a text, and the last one when asked for more", () => {
  expect(lineRange("ab\ncde\n", 2)).toEqual({ from: 3, to: 6 });
  expect(lineRange("ab\ncde", 9)).toEqual({ from: 3, to: 6 });
  expect(lineRange("", 1)).toEqual({ from: 0, to: 0 });
});
