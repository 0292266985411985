import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { BoardSchema } from "../gen/tomoshibi/console/v1/console_pb";
import { EscalationSchema } from "../gen/tomoshibi/escalation/v1/escalation_pb";
import { byNeed, climbOf, figuresOf } from "./figures";

const at = (ms: number) => timestampFromMs(ms);

it("counts who waits, rings and talks, and knows who waits longest", () => {
  const board = create(BoardSchema, {
    calls: [
      { state: "waiting", begunAt: at(9_000) },
      { state: "ringing", begunAt: at(4_000) },
      { state: "on_hold", begunAt: at(1_000) },
      { state: "third_party", begunAt: at(2_000) },
    ],
    desks: [{ presence: "available" }, { presence: "paused" }, { presence: "paused" }, { presence: "signed_out" }],
  });
  expect(figuresOf(board)).toEqual({ waiting: 1, ringing: 1, talking: 2, free: 1, paused: 2, wrapUp: 0, longestSince: 4_000 });
});

it("says nothing of a longest wait when nobody waits", () => {
  expect(figuresOf(create(BoardSchema, { calls: [{ state: "talking", begunAt: at(1) }] })).longestSince).toBeUndefined();
});

it("puts the escalation that reached nobody before the ones that still climb", () => {
  const escalations = [["acted", 1], ["climbing", 3], ["climbing", 2], ["unreached", 4]] as const;
  const sorted = byNeed(escalations.map(([state, began]) => create(EscalationSchema, { escalationId: `${state} ${began}`, state, startedAt: at(began) })));
  expect(sorted.map(({ escalationId }) => escalationId)).toEqual(["unreached 4", "climbing 2", "climbing 3", "acted 1"]);
});

it("tells who is asked now and who of those on call would be next", () => {
  const climb = create(EscalationSchema, {
    pages: [
      { staffId: "kimura", rung: 1, state: "unanswered", outAt: at(1) },
      { staffId: "ito", rung: 2, state: "out", outAt: at(2) },
      { staffId: "ito", rung: 2, state: "delivered", outAt: at(2) },
      { staffId: "ito", rung: 2, state: "owed", dueAt: at(5) },
    ],
  });
  expect(climbOf(climb, ["kimura", "ito", "mori"])).toEqual({ rung: 2, ringing: ["ito"], next: "mori" });
});

it("begins anew in a new round, and knows the backstop", () => {
  const pages = [{ staffId: "ito", rung: 3, state: "unanswered", outAt: at(1) }, { staffId: "kimura", rung: 1, round: 1, state: "owed", dueAt: at(9) }];
  expect(climbOf(create(EscalationSchema, { round: 1, pages }), [])).toEqual({ rung: undefined, ringing: [], next: "kimura" });
  const backstop = [{ staffId: "ono", rung: 0, state: "out", outAt: at(1) }];
  expect(climbOf(create(EscalationSchema, { pages: backstop }), [])).toEqual({ rung: 0, ringing: ["ono"], next: undefined });
});
