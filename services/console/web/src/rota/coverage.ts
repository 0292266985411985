// Coverage as bands: from each step to the next one of the same window, within what is shown.
import type { CoverageStep, Gap } from "../gen/tomoshibi/console/v1/console_pb";
import { millis } from "../i18n/time";

export interface Stretch {
  from: number;
  to: number;
}

export interface Band extends Stretch {
  counsellors: number;
  onCall: number;
  open: boolean;
}

export interface Hole extends Stretch {
  windowId: string;
  missing: string;
}

export function bandsOf(steps: readonly CoverageStep[], shown: Stretch): Map<string, Band[]> {
  const windows = new Map<string, CoverageStep[]>();
  for (const step of steps) windows.set(step.windowId, [...(windows.get(step.windowId) ?? []), step]);
  return new Map([...windows].map(([windowId, own]) => [windowId, bands(own, shown)]));
}

function bands(steps: CoverageStep[], shown: Stretch): Band[] {
  const sorted = [...steps].sort((a, b) => (millis(a.from) ?? 0) - (millis(b.from) ?? 0));
  return sorted.flatMap((step, index) => {
    const stretch = within({ from: millis(step.from) ?? 0, to: millis(sorted[index + 1]?.from) ?? shown.to }, shown);
    return stretch ? { ...stretch, counsellors: step.counsellors, onCall: step.onCall, open: step.open } : [];
  });
}

/** By time; those that touch and lack the same are one line. */
export function holesOf(gaps: readonly Gap[], shown: Stretch): Hole[] {
  const holes = gaps.flatMap((gap) => {
    const stretch = within({ from: millis(gap.from) ?? 0, to: millis(gap.to) ?? 0 }, shown);
    return stretch ? { ...stretch, windowId: gap.windowId, missing: gap.missing } : [];
  });
  holes.sort((a, b) => a.from - b.from || a.windowId.localeCompare(b.windowId));
  const joined: Hole[] = [];
  for (const hole of holes) {
    const before = joined.find((one) => one.to === hole.from && one.windowId === hole.windowId && one.missing === hole.missing);
    if (before) before.to = hole.to;
    else joined.push({ ...hole });
  }
  return joined;
}

function within(stretch: Stretch, shown: Stretch): Stretch | undefined {
  const [from, to] = [Math.max(stretch.from, shown.from), Math.min(stretch.to, shown.to)];
  return from < to ? { from, to } : undefined;
}

/** A place on the picture, in per cent of its width. */
export function placeOf(stretch: Stretch, shown: Stretch): { left: number; width: number } {
  const whole = shown.to - shown.from;
  return { left: ((stretch.from - shown.from) / whole) * 100, width: ((stretch.to - stretch.from) / whole) * 100 };
}

const HOUR = 3_600_000;
/** Japan has no summer time: midnight of the line lies nine hours before that of the world. */
const JAPAN = 9 * HOUR;

/** Moments at whole multiples of so many hours on the line's clock. */
export function ticksOf(shown: Stretch, hours: number): number[] {
  const step = hours * HOUR;
  const first = Math.ceil((shown.from + JAPAN) / step) * step - JAPAN;
  const ticks: number[] = [];
  for (let at = first; at < shown.to; at += step) ticks.push(at);
  return ticks;
}
