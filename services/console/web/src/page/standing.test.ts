import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { EscalationSchema } from "../gen/tomoshibi/escalation/v1/escalation_pb";
import { mayAccept, pagedFor, standingFor } from "./standing";

const out = timestampFromMs(1);
const climb = (state: string, acceptedBy = "", own = "out") =>
  create(EscalationSchema, { escalationId: `${state} ${acceptedBy}`, state, acceptedBy, priority: "P2", pages: [{ pageId: "pg-1", staffId: "kimura", state: own, outAt: out }] });

it("tells the one who is paged what is asked of them", () => {
  expect(standingFor(climb("climbing"), "kimura")).toBe("asked");
  expect(standingFor(climb("climbing", "", "declined"), "kimura")).toBe("declined");
  expect(standingFor(climb("accepted", "kimura"), "kimura")).toBe("mine");
  expect(standingFor(climb("accepted", "ito"), "kimura")).toBe("taken_over");
  expect(standingFor(climb("acted", "ito"), "kimura")).toBe("acted");
  expect(standingFor(climb("withdrawn"), "kimura")).toBe("withdrawn");
});

it("takes a late yes as long as nobody has it", () => {
  expect(mayAccept(standingFor(climb("unreached"), "kimura"))).toBe(true);
  expect(mayAccept(standingFor(climb("climbing", "", "declined"), "kimura"))).toBe(true);
  expect(mayAccept(standingFor(climb("accepted", "ito"), "kimura"))).toBe(false);
});

it("lists only open escalations that have paged this person, the most urgent first", () => {
  const urgent = create(EscalationSchema, { escalationId: "urgent", state: "climbing", priority: "P1", pages: [{ pageId: "a", staffId: "kimura", outAt: out }, { pageId: "b", staffId: "kimura", outAt: out }] });
  const notYet = create(EscalationSchema, { state: "climbing", pages: [{ pageId: "c", staffId: "kimura" }] });
  const found = pagedFor([climb("climbing"), urgent, notYet, climb("withdrawn"), climb("acted", "ito")], "kimura");
  expect(found.map(({ pageId }) => pageId)).toEqual(["b", "pg-1"]);
});
