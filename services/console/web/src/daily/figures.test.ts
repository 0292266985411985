import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { en } from "../i18n/en";
import { ja } from "../i18n/ja";
import { changesOf } from "./changes";
import { amount, cellOf, inOrder, listOf, sectionsOf, type Told, unitOf } from "./figures";

const row = (band: string, figures: Record<string, bigint>, counts: Record<string, bigint> = {}, suppressed: string[] = []): Told => ({ band, figures, counts, suppressed });

it("tells a figure that cannot be told from nought and from a hidden one", () => {
  const told = row("B3", { answered: 0n }, { "by_caller/family": 2n }, ["by_caller/person"]);
  expect(cellOf(told, "answered")).toEqual({ kind: "told", value: 0 });
  expect(cellOf(told, "asa_s")).toEqual({ kind: "untold" });
  expect(cellOf(told, "by_caller/police")).toEqual({ kind: "told", value: 0 });
  expect(cellOf(told, "by_caller/person")).toEqual({ kind: "hidden" });
});

it("leaves no figure out, whatever the server tells", () => {
  const sections = sectionsOf([row("day", { answered: 3n, moon_phase_s: 4n }, { "by_caller/family": 1n, "by_caller/alien": 1n, "by_moon/full": 2n })]);
  const keys = [...sections.values()].flat().flatMap(({ lines }) => lines.map(({ key }) => key));
  expect(keys).toContain("moon_phase_s");
  expect(keys).toContain("by_moon/full");
  expect(keys.indexOf("by_caller/alien")).toBeGreaterThan(keys.indexOf("by_caller/unknown"));
  expect(new Set(keys).size).toBe(keys.length);
  expect(unitOf("moon_phase_s")).toBe("seconds");
});

it("puts a line for a figure that is only suppressed", () => {
  const keys = [...sectionsOf([row("day", {}, {}, ["by_topic/home"])]).values()].flat().flatMap(({ lines }) => lines.map(({ key }) => key));
  expect(keys).toContain("by_topic/home");
});

it("writes tenths of a percent as percent", () => {
  expect(amount(453, "percent", "ja")).toBe("45.3");
  expect(amount(12_345, "seconds", "en")).toBe("12,345");
});

it("reads the whole day before its bands", () => {
  expect(inOrder([{ band: "B9" }, { band: "B1" }, { band: "day" }]).map(({ band }) => band)).toEqual(["day", "B1", "B9"]);
});

it("finds every changed cell of a newer version, also one that was not told before", () => {
  const before = [row("day", { answered: 3n, asa_s: 9n }), row("B3", { answered: 3n })];
  const after = [row("day", { answered: 4n, asa_s: 9n, unacked: 1n }), row("B3", { answered: 3n }, { "by_triage/B": 1n })];
  expect(changesOf(before, after)).toEqual([
    { band: "day", key: "answered", before: { kind: "told", value: 3 }, after: { kind: "told", value: 4 }, by: 1 },
    { band: "day", key: "unacked", before: { kind: "untold" }, after: { kind: "told", value: 1 }, by: undefined },
    { band: "B3", key: "by_triage/B", before: { kind: "told", value: 0 }, after: { kind: "told", value: 1 }, by: 1 },
  ]);
  expect(changesOf(after, after)).toEqual([]);
});

it("has a name in both languages, a place and a unit for every figure that the service counts", () => {
  const source = readFileSync(new URL("../../../../domain/src/daily_log/figure.rs", import.meta.url), "utf8");
  const told = [...source.matchAll(/row\(\s*(\w+),\s*"(\w+)",[^]*?(By\(|ByName|Sum|Measure::|Distinct|Mean|Percentile|Longest|Share|Without)/g)].map(([, , name = "", how = ""]) => ({ name, isList: how.startsWith("By") }));
  expect(told.length).toBeGreaterThan(50);
  const names = told.map(({ name, isList }) => (isList ? `${name}/x` : name));
  const sections = sectionsOf([row("day", Object.fromEntries(names.filter((name) => !listOf(name)).map((name) => [name, 1n])), Object.fromEntries(names.filter(listOf).map((name) => [name, 1n])))]);
  const rest = (sections.get("rest") ?? []).flatMap(({ lines }) => lines.map(({ key }) => key));
  expect(rest).toEqual(["incidents"]);
  for (const { name, isList } of told) {
    for (const { figures } of [ja, en]) expect((isList ? figures.lists : figures.names)[name], name).toBeTruthy();
  }
});
