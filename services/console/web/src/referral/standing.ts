// What a referral is waiting for, as far as the page must decide it. Pure.
import type { Content, Question, Referral } from "../gen/tomoshibi/referral/v1/referral_pb";
import { millis } from "../i18n/time";
import type { Tone } from "../ui/Sign";

const OVER: ReadonlySet<string> = new Set(["recalled", "closed", "cancelled"]);
const TONES: Record<string, Tone> = { drafted: "plain", offered: "busy", received: "busy", asked: "warn", accepted: "good", arrived: "good", not_arrived: "warn", exhausted: "bad", declined: "bad" };

export function isOver({ state }: Referral): boolean {
  return OVER.has(state);
}

export function toneOf({ state, late }: Referral): Tone {
  return late ? "bad" : (TONES[state] ?? "plain");
}

export type Due = { kind: string; left: number; at: number };

/** The deadline that runs; `left` is negative once it has passed. */
export function dueOf({ deadline, deadlineKind }: Referral, now: number): Due | undefined {
  const at = millis(deadline);
  return at === undefined ? undefined : { kind: deadlineKind, left: at - now, at };
}

/** Late ones first, then by the nearest deadline; those that wait for nothing come last. */
export function byNeed(referrals: readonly Referral[]): Referral[] {
  const due = (one: Referral) => millis(one.deadline) ?? Number.MAX_SAFE_INTEGER;
  return [...referrals].sort((a, b) => Number(b.late) - Number(a.late) || due(a) - due(b) || a.referralId.localeCompare(b.referralId));
}

/** Answers are taken for the oldest question that has none. */
export function openQuestion(questions: readonly Question[]): Question | undefined {
  return questions.find(({ answeredAt }) => answeredAt === undefined);
}

/** What may bring words with it. */
const SAYS: ReadonlySet<string> = new Set(["released", "asked", "answered", "corrected", "declined"]);

/** Changes when there are words that were not read yet. */
export function wordsTurn({ events }: Referral): string {
  return String(events.filter(({ happened }) => SAYS.has(happened)).length);
}

/** Words beside an event, as codes: its reason, arrival, outcome or alarm. */
export function detailOf(body: string): { list: "refusal" | "recallReason" | "arrival" | "outcome" | "alarm"; code: string } | undefined {
  const said = parsed(body);
  const word = (name: string) => (typeof said?.[name] === "string" ? said[name] : undefined);
  const [alarm, arrival, outcome, reason] = [word("alarm"), word("arrival"), word("outcome"), word("reason")];
  if (alarm) return { list: "alarm", code: alarm };
  if (arrival) return { list: "arrival", code: arrival };
  if (outcome) return { list: "outcome", code: outcome };
  if (reason) return { list: said?.["happened"] === "recalled" ? "recallReason" : "refusal", code: reason };
  return undefined;
}

/** The moment that was told with an event. */
export function momentOf(body: string): number | undefined {
  const at = parsed(body)?.["at"];
  const ms = typeof at === "string" ? Date.parse(at) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** When whoever accepted expects the person, until they know more. */
export function expectedOf({ state, targetId, events }: Referral): number | undefined {
  const told = events.filter(({ happened, by }) => happened === "expected" && by === targetId).at(-1);
  return state === "accepted" && told ? momentOf(told.body) : undefined;
}

function parsed(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** What is said for the referral alone, without what stays as in the record. */
export function changesOf(said: Readonly<Record<string, string>>): Pick<Content, "field" | "values">[] {
  return Object.entries(said).filter(([, value]) => value.trim() !== "").map(([field, value]) => ({ field, values: [value.trim()] }));
}

/** By the names as they are given here; what has no place among them comes last, as it came. */
export function inOrder(content: readonly Content[], names: readonly string[]): Content[] {
  const place = ({ field }: Content) => (names.includes(field) ? names.indexOf(field) : names.length);
  return [...content].sort((a, b) => place(a) - place(b));
}

/** Chosen is put last, chosen again is taken out: the order is that of asking. */
export function toggled(order: readonly string[], id: string): string[] {
  return order.includes(id) ? order.filter((one) => one !== id) : [...order, id];
}
