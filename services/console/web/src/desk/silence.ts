// What to say to a caller who says nothing. Pure.
import type { SilentPrompt } from "../gen/tomoshibi/console/v1/console_pb";

type Prompt = Pick<SilentPrompt, "afterS">;

export interface Standing<P> {
  /** To be said now. */
  now: P | undefined;
  before: P[];
  /** Milliseconds until the next; none after the last. */
  next: number | undefined;
}

/** Where the phrases stand after so much silence. */
export function standingAfter<P extends Prompt>(silentMs: number, prompts: readonly P[]): Standing<P> {
  const sorted = [...prompts].sort((a, b) => a.afterS - b.afterS);
  const due = sorted.filter(({ afterS }) => afterS * 1000 <= silentMs);
  const next = sorted[due.length];
  return { now: due.at(-1), before: due.slice(0, -1), next: next && next.afterS * 1000 - silentMs };
}

const PLACE = "tomoshibi.silent.";

/** Since when the caller of this call has been silent: it survives a reload of the page. */
export function silentSince(callId: string, now: number): number {
  const kept = Number(sessionStorage.getItem(PLACE + callId));
  if (kept > 0 && kept <= now) return kept;
  sessionStorage.setItem(PLACE + callId, String(now));
  return now;
}

export function silenceIsOver(callId: string): void {
  sessionStorage.removeItem(PLACE + callId);
}
