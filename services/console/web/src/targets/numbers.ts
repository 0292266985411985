// Telephone numbers in a text that people wrote for people.

export interface Part {
  text: string;
  /** The number to dial, where the part is one. */
  dial?: string;
}

const DASH = "[-‐‑‒–—−－ー]";
const GROUP = "[(（]\\p{Nd}+[)）]";
const NUMBER = new RegExp(`[+＋]?(?:${GROUP}${DASH}?)?\\p{Nd}+(?:${DASH}?${GROUP}${DASH}?\\p{Nd}+|${DASH}\\p{Nd}+)*`, "gu");
/** In Japan, or with a country's code. */
const WHOLE = /^(0\d{9,10}|\+\d{8,15})$/;
const FAX = /(fax|ファッ?クス)[\s:]*$/i;

/** Nobody is rung at a fax. */
export function numbersIn(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(NUMBER)) {
    const dial = found.normalize("NFKC").replaceAll(/[^\d+]/g, "");
    if (!WHOLE.test(dial) || FAX.test(text.slice(0, index).normalize("NFKC"))) continue;
    if (index > from) parts.push({ text: text.slice(from, index) });
    parts.push({ text: found, dial });
    from = index + found.length;
  }
  return from < text.length ? [...parts, { text: text.slice(from) }] : parts;
}
