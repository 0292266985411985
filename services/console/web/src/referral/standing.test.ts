import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { ContentSchema, QuestionSchema, ReferralEventSchema, ReferralSchema } from "../gen/tomoshibi/referral/v1/referral_pb";
import { byNeed, changesOf, detailOf, dueOf, expectedOf, inOrder, momentOf, openQuestion, toggled } from "./standing";

const referral = (referralId: string, deadline: number | undefined, late = false) => create(ReferralSchema, { referralId, late, deadlineKind: "decision", ...(deadline === undefined ? {} : { deadline: timestampFromMs(deadline) }) });

it("puts late referrals first, then the nearest deadline, and what waits for nothing last", () => {
  const sorted = byNeed([referral("rest", undefined), referral("far", 9_000), referral("late", 20_000, true), referral("near", 4_000)]);
  expect(sorted.map(({ referralId }) => referralId)).toEqual(["late", "near", "far", "rest"]);
});

it("counts down to the deadline and on past it", () => {
  expect(dueOf(referral("r", 5_000), 2_000)).toEqual({ kind: "decision", left: 3_000, at: 5_000 });
  expect(dueOf(referral("r", 5_000), 6_000)?.left).toBe(-1_000);
  expect(dueOf(referral("r", undefined), 0)).toBeUndefined();
});

it("asks for the answer to the oldest question that has none", () => {
  const asked = (question: string, answered: boolean) => create(QuestionSchema, { question, ...(answered ? { answeredAt: timestampFromMs(1) } : {}) });
  expect(openQuestion([asked("first", true), asked("second", false), asked("third", false)])?.question).toBe("second");
  expect(openQuestion([asked("first", true)])).toBeUndefined();
});

it("reads why from an event, and nothing from one that says nothing", () => {
  expect(detailOf('{"happened":"declined","target":"h1","reason":"no_bed"}')).toEqual({ list: "refusal", code: "no_bed" });
  expect(detailOf('{"happened":"recalled","reason":"resolved"}')).toEqual({ list: "recallReason", code: "resolved" });
  expect(detailOf('{"happened":"raised","alarm":"silent"}')).toEqual({ list: "alarm", code: "silent" });
  expect(detailOf("")).toBeUndefined();
});

it("tells when the person is expected, by who accepted and until they are there", () => {
  const expected = (by: string, at: string) => create(ReferralEventSchema, { happened: "expected", by, body: JSON.stringify({ at }) });
  const events = [expected("h1", "2026-11-21T10:00:00Z"), expected("h2", "2026-11-21T12:00:00Z")];
  const taken = create(ReferralSchema, { state: "accepted", targetId: "h2", events });
  expect(expectedOf(taken)).toBe(Date.UTC(2026, 10, 21, 12));
  expect(expectedOf(create(ReferralSchema, { ...taken, state: "arrived" }))).toBeUndefined();
  expect(expectedOf(create(ReferralSchema, { state: "accepted", targetId: "h3", events }))).toBeUndefined();
  expect(momentOf('{"at":"tomorrow"}')).toBeUndefined();
});

it("sends only what was said for this referral", () => {
  expect(changesOf({ purpose: "admission", transport: "", location: "  " })).toEqual([{ field: "purpose", values: ["admission"] }]);
});

it("tells fields in the order of their names, and what is unknown last", () => {
  const content = ["new_field", "presenting", "purpose"].map((field) => create(ContentSchema, { field }));
  expect(inOrder(content, ["purpose", "presenting"]).map(({ field }) => field)).toEqual(["purpose", "presenting", "new_field"]);
});

it("asks receivers in the order in which they were chosen", () => {
  expect(toggled(toggled(toggled([], "b"), "a"), "c")).toEqual(["b", "a", "c"]);
  expect(toggled(["b", "a"], "b")).toEqual(["a"]);
});
