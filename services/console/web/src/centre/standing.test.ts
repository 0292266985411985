import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { DeliverySchema, ReferralSchema } from "../gen/tomoshibi/referral/v1/referral_pb";
import { counted, heard, lastSeq, standingOf } from "./standing";

const standing = (state: string, own: string) => standingOf(create(ReferralSchema, { state, offered: [{ targetId: "c", state: own }] }));
const delivery = (seq: bigint, eventId: string, kind = "referral") => create(DeliverySchema, { seq, eventId, kind });

it("asks the centre for its decision while nobody has accepted", () => {
  expect(standing("offered", "sent")).toBe("decide");
  expect(standing("asked", "received")).toBe("decide");
});

it("still takes a yes from who was silent, until somebody else has it", () => {
  expect(standing("offered", "silent")).toBe("late_yes");
  expect(standing("exhausted", "passed_over")).toBe("late_yes");
  expect(standing("accepted", "silent")).toBe("not_needed");
  expect(standing("accepted", "stood_down")).toBe("not_needed");
});

it("follows what the centre accepted until the end", () => {
  expect(["accepted", "arrived", "not_arrived", "closed"].map((state) => standing(state, "accepted"))).toEqual(["taken", "arrived", "not_arrived", "closed"]);
});

it("never offers to accept what was recalled or declined", () => {
  expect(standing("recalled", "recalled")).toBe("recalled");
  expect(standing("offered", "declined")).toBe("declined");
});

it("hears the same event once, and acknowledges up to the last", () => {
  const news = [delivery(4n, "a"), delivery(6n, "c", "answer"), delivery(4n, "a"), delivery(5n, "b")].reduce(heard, []);
  expect(news.map(({ eventId }) => eventId)).toEqual(["a", "c", "b"]);
  expect(lastSeq(news)).toBe(6n);
  expect(counted(news)).toEqual([["referral", 2], ["answer", 1]]);
});
