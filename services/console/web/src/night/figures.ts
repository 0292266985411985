import type { Board } from "../gen/tomoshibi/console/v1/console_pb";
import type { Escalation } from "../gen/tomoshibi/escalation/v1/escalation_pb";
import { millis } from "../i18n/time";

export interface Figures {
  waiting: number;
  ringing: number;
  talking: number;
  free: number;
  paused: number;
  wrapUp: number;
  /** Since when the one who waits longest waits. */
  longestSince: number | undefined;
}

const TALKING = new Set(["talking", "on_hold", "consulting", "third_party"]);

/** Nobody has spoken with them yet. */
export function isUnanswered(state: string): boolean {
  return state === "waiting" || state === "ringing";
}

export function figuresOf(board: Pick<Board, "calls" | "desks">): Figures {
  const calls = (test: (state: string) => boolean) => board.calls.filter(({ state }) => test(state));
  const desks = (presence: string) => board.desks.filter((desk) => desk.presence === presence).length;
  const begun = calls(isUnanswered).flatMap(({ begunAt }) => millis(begunAt) ?? []);
  return {
    waiting: calls((state) => state === "waiting").length,
    ringing: calls((state) => state === "ringing").length,
    talking: calls((state) => TALKING.has(state)).length,
    free: desks("available"),
    paused: desks("paused"),
    wrapUp: desks("wrap_up"),
    longestSince: begun.length > 0 ? Math.min(...begun) : undefined,
  };
}

const LIVE = new Set(["climbing", "accepted"]);

export function isLive({ state }: Pick<Escalation, "state">): boolean {
  return LIVE.has(state);
}

/** Those that need somebody first: nobody reached, still climbing, then the rest; of equals the oldest. */
export function byNeed(escalations: readonly Escalation[]): Escalation[] {
  const order = ["unreached", "climbing", "accepted", "acted", "withdrawn"];
  const place = ({ state }: Escalation) => order.indexOf(state);
  return [...escalations].sort((a, b) => place(a) - place(b) || (millis(a.startedAt) ?? 0) - (millis(b.startedAt) ?? 0));
}

export interface Climb {
  /** The highest rung that was paged in this round; 0 is the backstop. */
  rung: number | undefined;
  ringing: string[];
  next: string | undefined;
}

const OUT = new Set(["out", "delivered"]);

/** Where a ladder stands: who is asked just now, and who of those on call would be next. */
export function climbOf({ pages, round }: Pick<Escalation, "pages" | "round">, onCall: readonly string[]): Climb {
  const now = pages.filter((page) => page.round === round);
  const reached = now.filter(({ outAt }) => outAt !== undefined);
  const ringing = different(now.filter(({ state }) => OUT.has(state)).map(({ staffId }) => staffId));
  const asked = new Set(reached.map(({ staffId }) => staffId));
  const owed = now.filter(({ state, staffId }) => state === "owed" && !asked.has(staffId)).map(({ staffId }) => staffId);
  const [soon] = owed.length > 0 ? owed : onCall.filter((staffId) => !asked.has(staffId));
  const rungs = reached.map(({ rung }) => rung);
  return { rung: rungs.includes(0) ? 0 : rungs.length > 0 ? Math.max(...rungs) : undefined, ringing, next: soon };
}

function different(staff: string[]): string[] {
  return [...new Set(staff)];
}
