// A month of duty, as a table wants it. Days are those of the line's clock.
import type { BoardStaff, Gap, Shift } from "../gen/tomoshibi/console/v1/console_pb";
import { millis } from "../i18n/time";

const DAY = 86_400_000;
const JAPAN = 9 * 3_600_000;

export interface Month {
  year: number;
  month: number;
}

/** One person's shift, once, with all the windows it serves. */
export interface Duty {
  shiftId: string;
  staffId: string;
  role: string;
  windowIds: string[];
  from: number;
  to: number;
  coverId: string;
}

/** ISO date on the line's clock. */
export function dateAt(ms: number): string {
  return new Date(ms + JAPAN).toISOString().slice(0, 10);
}

export function monthAt(ms: number): Month {
  const [year = 0, month = 1] = dateAt(ms).split("-").map(Number);
  return { year, month };
}

export function monthAfter({ year, month }: Month, by: number): Month {
  const whole = year * 12 + (month - 1) + by;
  return { year: Math.floor(whole / 12), month: (whole % 12) + 1 };
}

export function datesOf({ year, month }: Month): string[] {
  const first = Date.UTC(year, month - 1, 1);
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return Array.from({ length: days }, (_, day) => new Date(first + day * DAY).toISOString().slice(0, 10));
}

/** Midnight at which a date begins on the line's clock. */
export function beginningOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) - JAPAN;
}

/** By beginning; the same shift for several windows is one. */
export function dutiesOf(shifts: readonly Shift[]): Duty[] {
  const duties = new Map<string, Duty>();
  for (const shift of shifts) {
    const known = duties.get(shift.shiftId);
    if (known) {
      if (shift.windowId && !known.windowIds.includes(shift.windowId)) known.windowIds.push(shift.windowId);
      continue;
    }
    const { shiftId, staffId, role, coverId } = shift;
    duties.set(shiftId, { shiftId, staffId, role, coverId, windowIds: shift.windowId ? [shift.windowId] : [], from: millis(shift.from) ?? 0, to: millis(shift.to) ?? 0 });
  }
  return [...duties.values()].sort((a, b) => a.from - b.from || a.staffId.localeCompare(b.staffId));
}

/** Duties in cells, named `row date`. A night stands on the day on which it begins. */
export function celled(duties: readonly Duty[], rowsOf: (duty: Duty) => readonly string[]): Map<string, Duty[]> {
  const cells = new Map<string, Duty[]>();
  for (const duty of duties) {
    for (const row of rowsOf(duty)) {
      const cell = `${row} ${dateAt(duty.from)}`;
      cells.set(cell, [...(cells.get(cell) ?? []), duty]);
    }
  }
  return cells;
}

/** Dates on which somebody is missing for a part of the day. */
export function gapsByDate(gaps: readonly Gap[]): Map<string, Gap[]> {
  const dates = new Map<string, Gap[]>();
  for (const gap of gaps) {
    const to = millis(gap.to) ?? 0;
    for (let at = millis(gap.from) ?? 0; at < to; at = beginningOf(dateAt(at)) + DAY) {
      const date = dateAt(at);
      dates.set(date, [...(dates.get(date) ?? []), gap]);
    }
  }
  return dates;
}

/** "22–6" or "8:30–17:15": as short as it can be said. */
export function hoursOf({ from, to }: Pick<Duty, "from" | "to">): string {
  return `${hourAt(from)}–${hourAt(to)}`;
}

function hourAt(ms: number): string {
  const local = new Date(ms + JAPAN);
  const minutes = local.getUTCMinutes();
  return minutes === 0 ? `${local.getUTCHours()}` : `${local.getUTCHours()}:${String(minutes).padStart(2, "0")}`;
}

/** Who may take a shift: all but who has it; those who do the same work this month come first. */
export function takersFor(duty: Duty, duties: readonly Duty[], staff: readonly BoardStaff[]): BoardStaff[] {
  const alike = new Set(duties.filter(({ role }) => role === duty.role).map(({ staffId }) => staffId));
  const others = staff.filter(({ staffId }) => staffId !== duty.staffId);
  return [...others.filter(({ staffId }) => alike.has(staffId)), ...others.filter(({ staffId }) => !alike.has(staffId))];
}
