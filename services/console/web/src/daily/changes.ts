// What a newer version of a day says otherwise than an older one.
import { type Cell, cellOf, keysOf, type Told } from "./figures";

export interface Change {
  band: string;
  key: string;
  before: Cell;
  after: Cell;
  /** Only where both versions tell a figure. */
  by: number | undefined;
}

/** In the order of the newer rows; bands that only one version has are compared with nothing. */
export function changesOf(before: readonly Told[], after: readonly Told[]): Change[] {
  const bands = [...new Set([...after, ...before].map(({ band }) => band))];
  return bands.flatMap((band) => changesIn(band, rowOf(before, band), rowOf(after, band)));
}

function changesIn(band: string, before: Told, after: Told): Change[] {
  const keys = [...new Set([...keysOf(after), ...keysOf(before)])].sort();
  return keys.flatMap((key) => {
    const [was, is] = [cellOf(before, key), cellOf(after, key)];
    return isSame(was, is) ? [] : [{ band, key, before: was, after: is, by: difference(was, is) }];
  });
}

function rowOf(rows: readonly Told[], band: string): Told {
  return rows.find((row) => row.band === band) ?? { band, figures: {}, counts: {}, suppressed: [] };
}

function isSame(a: Cell, b: Cell): boolean {
  return a.kind === b.kind && (a.kind !== "told" || b.kind !== "told" || a.value === b.value);
}

function difference(was: Cell, is: Cell): number | undefined {
  return was.kind === "told" && is.kind === "told" ? is.value - was.value : undefined;
}
