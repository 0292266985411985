import { useLanguage, useWords, type Words, worded } from "../i18n";
import { day, shortDay } from "../i18n/time";
import { beginningOf } from "../rota/month";
import { listOf } from "./figures";

/** A figure's own name: of a count, the code's. */
export function nameOf(key: string, words: Words): string {
  const list = listOf(key);
  if (list === undefined) return worded(words.figures.names, key);
  const code = key.slice(list.length + 1);
  if (list === AREAS) return areaOf(code, words);
  return worded(words.figures.codes[ALIKE[list] ?? list] ?? {}, code);
}

/** Lists that go by the codes of another. */
const ALIKE: Record<string, string> = { min_by_qual: "by_qual" };
const AREAS = "by_area_decline";

/** `県北:no_bed`: the operator's own name of an area, and why. */
function areaOf(code: string, words: Words): string {
  const at = code.lastIndexOf(":");
  const reason = worded(words.figures.codes["by_decline"] ?? {}, code.slice(at + 1));
  return at < 0 ? reason : `${code.slice(0, at)} ${reason}`;
}

/** Where no list stands above it. */
export function fullNameOf(key: string, words: Words): string {
  const list = listOf(key);
  return list === undefined ? nameOf(key, words) : words.common.pair(worded(words.figures.lists, list), nameOf(key, words));
}

export function bandName(band: string, words: Words): string {
  return worded(words.daily.bands, band);
}

/** A service date in words, with its weekday; a date that is none is shown as it is. */
export function useDateName(): (date: string) => string {
  const { language } = useLanguage();
  return (date) => (Number.isNaN(Date.parse(date)) ? date : day(beginningOf(date), language));
}

/** Parts of a report: days of a month, months of a longer time. */
export function usePartName(): (part: string) => string {
  const words = useWords();
  const { language } = useLanguage();
  return (part) => {
    const [year = 0, month = 0, date] = part.split("-").map(Number);
    if (date !== undefined && !Number.isNaN(date)) return shortDay(beginningOf(part), language);
    return month > 0 ? words.daily.month(year, month) : part;
  };
}

