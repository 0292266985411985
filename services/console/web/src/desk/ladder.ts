import type { BoardWindow } from "../gen/tomoshibi/console/v1/console_pb";

/** Whom a window would page now, one after the other. */
export function ladderOf(window: Pick<BoardWindow, "ladder"> | undefined): string[] {
  return [...new Set(window?.ladder.flatMap(({ staffIds }) => staffIds))];
}

/** "Aoki → Endo and Noda": those of one rung are paged together. */
export function ladderNamed(window: Pick<BoardWindow, "ladder"> | undefined, nameOf: (staffId: string) => string): string {
  return window?.ladder.map(({ staffIds }) => staffIds.map(nameOf).join("・")).join(" → ") ?? "";
}
