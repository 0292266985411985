/** A board comes at least every five seconds. */
export const STALE_AFTER_MS = 8_000;
const FIRST_MS = 300;
const MOST_MS = 5_000;

/** How long to wait before coming back: longer each time, never longer than a glance, not all tabs at once. */
export function pauseBefore(failures: number, random: number): number {
  const full = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return full / 2 + (full / 2) * random;
}
