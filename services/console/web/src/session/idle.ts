export const WARN_BEFORE_MS = 120_000;
/** How old the last call to the server may be before activity on the page is told to it. */
export const SIGN_OF_LIFE_MS = 60_000;

export interface Seen {
  /** What the server said, and when. */
  idleUntil: number | undefined;
  sessionUntil: number | undefined;
  toldAt: number;
  /** Every answered call moves the idle end, but tells no new one. */
  lastCallAt: number;
}

/** When the server will end the session, by what is known here. */
export function endOf({ idleUntil, sessionUntil, toldAt, lastCallAt }: Seen): number | undefined {
  const idle = idleUntil === undefined ? undefined : idleUntil + Math.max(0, lastCallAt - toldAt);
  const ends = [idle, sessionUntil].filter((end) => end !== undefined);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

export function isWarned(until: number | undefined, now: number): boolean {
  return until !== undefined && now > until - WARN_BEFORE_MS;
}
