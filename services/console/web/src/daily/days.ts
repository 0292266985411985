// Days of the log: dates as they are written, what a state means.
import { Code, ConnectError } from "@connectrpc/connect";
import type { KeptOpen } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";
import { type Month, datesOf } from "../rota/month";
import type { Tone } from "../ui/Sign";

const TONES: Record<string, Tone> = { open: "busy", sealed: "warn", returned: "bad", approved: "good" };

export function toneOf(state: string): Tone {
  return TONES[state] ?? "plain";
}

export function dateAfter(date: string, by: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + by * 86_400_000).toISOString().slice(0, 10);
}

/** First and last date of a month. */
export function rangeOf(month: Month): { from: string; to: string } {
  const dates = datesOf(month);
  return { from: dates[0] ?? "", to: dates.at(-1) ?? "" };
}

export interface Range {
  from: string;
  to: string;
}

/** Why a range cannot be asked for. */
export function faultOf({ from, to }: Range): "missing" | "backwards" | undefined {
  const isDate = (date: string) => /^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(Date.parse(date));
  if (!isDate(from) || !isDate(to)) return "missing";
  return from > to ? "backwards" : undefined;
}

export function addressOf(windowId: string, date: string, version = 0): string {
  return `#/day/${encodeURIComponent(windowId)}/${date}${version > 0 ? `?version=${version}` : ""}`;
}

/** Where whatever keeps a day open can be looked at; `isOpen` says which pages are for the person. */
export function placeOf({ why, id, staffId }: Pick<KeptOpen, "why" | "id" | "staffId">, isOpen: (path: string) => boolean): string | undefined {
  const open = (path: string, address = path) => (isOpen(path) ? `#${address}` : undefined);
  switch (why) {
    case "unsigned_record":
      return isUnwritten({ why, staffId }) ? undefined : open("/record/:id", `/record/${encodeURIComponent(id)}`);
    case "open_referral":
      return open("/centre") ?? open("/night");
    case "live_call":
      return open("/night");
    default:
      return undefined;
  }
}

/** A call was answered and nobody has begun its record yet: the id is the call's, and nobody holds it. */
export function isUnwritten({ why, staffId }: Pick<KeptOpen, "why" | "staffId">): boolean {
  return why === "unsigned_record" && staffId === "";
}

/** As many days as one file of what they are counted from may hold. */
const RAW_DAYS = 31;

/** What days are counted from is told of one window at a time. */
export function mayBeRaw({ windowId, from, to }: Range & { windowId: string }): boolean {
  return windowId !== "" && faultOf({ from, to }) === undefined && to < dateAfter(from, RAW_DAYS);
}

/** What was read is no longer the latest. */
export function isStale(error: unknown): boolean {
  return ConnectError.from(error).code === Code.Aborted;
}

/** Whose the pages are, as the server judges it. */
export const MAY: Record<"read" | "report" | "review" | "export" | "support", ReadonlySet<string>> = {
  read: new Set(["counsellor", "supervisor", "centre", "operator_admin", "auditor"]),
  report: new Set(["supervisor", "centre", "operator_admin", "auditor"]),
  review: new Set(["centre"]),
  export: new Set(["supervisor", "centre", "operator_admin"]),
  support: new Set(["supervisor", "operator_admin"]),
};

export function may(what: keyof typeof MAY, roles: string[]): boolean {
  return roles.some((role) => MAY[what].has(role));
}
