// What a referral is to the centre that looks at it. Pure.
import type { Delivery, Referral } from "../gen/tomoshibi/referral/v1/referral_pb";
import { isOver } from "../referral/standing";

/** late_yes: others are asked by now, a yes still counts. */
export type Standing = "decide" | "late_yes" | "taken" | "arrived" | "not_arrived" | "declined" | "not_needed" | "recalled" | "closed";

const ASKING: ReadonlySet<string> = new Set(["offered", "received", "asked", "exhausted"]);

/** The server shows a centre only its own offer. */
export function standingOf(referral: Referral): Standing {
  const own = referral.offered.at(-1)?.state ?? "";
  if (referral.state === "recalled") return "recalled";
  if (own === "declined") return "declined";
  if (own === "stood_down") return "not_needed";
  if (isOver(referral)) return "closed";
  if (own === "accepted") return referral.state === "arrived" || referral.state === "not_arrived" ? referral.state : "taken";
  if (!ASKING.has(referral.state)) return "not_needed";
  return own === "silent" || own === "passed_over" ? "late_yes" : "decide";
}

export function needsWord(standing: Standing): boolean {
  return standing === "decide" || standing === "late_yes";
}

export function isTaken(standing: Standing): boolean {
  return standing === "taken" || standing === "arrived" || standing === "not_arrived";
}

/** Deliveries come at least once: the same event twice is one piece of news. */
export function heard(before: readonly Delivery[], delivery: Delivery): Delivery[] {
  return before.some(({ eventId }) => eventId === delivery.eventId) ? [...before] : [...before, delivery];
}

export function lastSeq(news: readonly Delivery[]): bigint {
  return news.reduce((last, { seq }) => (seq > last ? seq : last), 0n);
}

/** How many of each kind, in the order in which they came. */
export function counted(news: readonly Delivery[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { kind } of news) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts];
}
