// A month, a fiscal year (April to March) or a quarter of the calendar year, as the server writes them.
import { monthAfter } from "../rota/month";

export type Kind = "month" | "fiscal" | "quarter";
export type Period = { kind: "month"; year: number; month: number } | { kind: "fiscal"; year: number } | { kind: "quarter"; year: number; quarter: number };

/** The one in which a date (YYYY-MM-DD) lies. */
export function periodAt(kind: Kind, date: string): Period {
  const [year = 0, month = 1] = date.split("-").map(Number);
  switch (kind) {
    case "month":
      return { kind, year, month };
    case "fiscal":
      return { kind, year: month >= 4 ? year : year - 1 };
    case "quarter":
      return { kind, year, quarter: Math.ceil(month / 3) };
  }
}

export function periodAfter(period: Period, by: number): Period {
  switch (period.kind) {
    case "month":
      return { kind: "month", ...monthAfter(period, by) };
    case "fiscal":
      return { kind: "fiscal", year: period.year + by };
    case "quarter": {
      const whole = period.year * 4 + period.quarter - 1 + by;
      return { kind: "quarter", year: Math.floor(whole / 4), quarter: (((whole % 4) + 4) % 4) + 1 };
    }
  }
}

/** As it goes over the wire: `2026-11`, `2026`, `2026-Q4`. */
export function written(period: Period): string {
  switch (period.kind) {
    case "month":
      return `${period.year}-${String(period.month).padStart(2, "0")}`;
    case "fiscal":
      return String(period.year);
    case "quarter":
      return `${period.year}-Q${period.quarter}`;
  }
}

export function periodOf(text: string): Period | undefined {
  const [, year, month, quarter] = /^(\d{4})(?:-(\d{2})|-Q([1-4]))?$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  if (quarter !== undefined) return { kind: "quarter", year: Number(year), quarter: Number(quarter) };
  if (month === undefined) return { kind: "fiscal", year: Number(year) };
  return Number(month) >= 1 && Number(month) <= 12 ? { kind: "month", year: Number(year), month: Number(month) } : undefined;
}

/** The year of the era Reiwa, as offices write it; undefined before it. */
export function reiwa(year: number): number | undefined {
  return year >= 2019 ? year - 2018 : undefined;
}
