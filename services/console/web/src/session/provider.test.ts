import { expect, it } from "vitest";
import { place, returned } from "./provider";

it("knows how somebody came back, and no other word", () => {
  expect(returned("?oidc=code")).toBe("code");
  expect(returned("?oidc=late&x=1")).toBe("late");
  expect(returned("?oidc=https://evil.example")).toBeUndefined();
  expect(returned("")).toBeUndefined();
});

it("goes back to a place of this page only", () => {
  expect(place("#/page/7")).toBe("#/page/7");
  expect(place("https://evil.example")).toBe("");
  expect(place(null)).toBe("");
});
