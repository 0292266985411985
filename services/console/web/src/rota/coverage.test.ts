import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { CoverageStepSchema, GapSchema } from "../gen/tomoshibi/console/v1/console_pb";
import { bandsOf, holesOf, placeOf, ticksOf } from "./coverage";

const SHOWN = { from: 100, to: 200 };
const step = (windowId: string, from: number, counsellors: number) => create(CoverageStepSchema, { windowId, from: timestampFromMs(from), counsellors, onCall: 1, open: true });
const gap = (windowId: string, from: number, to: number, missing = "staffed: 0 of 1 on duty") => create(GapSchema, { windowId, from: timestampFromMs(from), to: timestampFromMs(to), missing });

it("draws each band until the next step of the same window, the last one until the edge", () => {
  const found = bandsOf([step("main", 90, 2), step("agency", 100, 1), step("main", 150, 3)], SHOWN);
  expect(found.get("main")).toEqual([
    { from: 100, to: 150, counsellors: 2, onCall: 1, open: true },
    { from: 150, to: 200, counsellors: 3, onCall: 1, open: true },
  ]);
  expect(found.get("agency")).toMatchObject([{ from: 100, to: 200, counsellors: 1 }]);
});

it("leaves out what lies outside", () => {
  expect(bandsOf([step("main", 10, 2), step("main", 50, 1), step("main", 300, 3)], SHOWN).get("main")).toMatchObject([{ from: 100, to: 200, counsellors: 1 }]);
  expect(holesOf([gap("main", 10, 100), gap("main", 200, 220)], SHOWN)).toEqual([]);
});

it("lists gaps by time and joins those that touch and lack the same", () => {
  const holes = holesOf([gap("main", 150, 160), gap("agency", 110, 120), gap("main", 140, 150), gap("main", 160, 170, "other")], SHOWN);
  expect(holes.map(({ windowId, from, to }) => `${windowId} ${from}-${to}`)).toEqual(["agency 110-120", "main 140-160", "main 160-170"]);
});

it("keeps gaps apart that do not touch", () => {
  expect(holesOf([gap("main", 110, 120), gap("main", 130, 140)], SHOWN)).toHaveLength(2);
});

it("places a stretch on the picture", () => {
  expect(placeOf({ from: 125, to: 150 }, SHOWN)).toEqual({ left: 25, width: 25 });
});

it("ticks on the line's own midnight", () => {
  const from = Date.UTC(2026, 10, 21, 13, 20);
  const ticks = ticksOf({ from, to: from + 2 * 86_400_000 }, 24);
  expect(ticks.map((at) => new Date(at).toISOString())).toEqual(["2026-11-21T15:00:00.000Z", "2026-11-22T15:00:00.000Z"]);
});
