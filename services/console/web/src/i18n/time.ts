// Local time lives on the screen only. The line is in Japan: its clock is shown, not the computer's zone.
import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";

const ZONE = "Asia/Tokyo";

export function millis(at: Timestamp | undefined): number | undefined {
  return at === undefined ? undefined : timestampMs(at);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(language === "ja" ? "ja-JP" : "en-GB", { timeZone: ZONE, ...options });
  formats.set(key, known);
  return known;
}

export function clockTime(ms: number, language: string): string {
  return format(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(ms);
}

export function clockSeconds(ms: number, language: string): string {
  return format(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(ms);
}

export function dayTime(ms: number, language: string): string {
  return format(language, { month: "short", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(ms);
}

export function day(ms: number, language: string): string {
  return format(language, { year: "numeric", month: "short", day: "numeric", weekday: "short" }).format(ms);
}

/** For an axis: the day of the month and of the week. */
export function shortDay(ms: number, language: string): string {
  return format(language, { day: "numeric", weekday: "short" }).format(ms);
}

/** 65 000 → "1:05", an hour and more → "1:00:05". Negative counts from zero. */
export function span(ms: number): string {
  const all = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (figure: number) => String(figure).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
