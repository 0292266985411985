// A directory as a file: read as UTF-8 and nothing else, since other letters would come out as other names.
import type { Trouble } from "../net/trouble";

/** As the server has it. */
const MOST_BYTES = 1 << 20;

export type Read = { text: string } | { fault: "too_long" | "not_utf8" };

export function textOf(bytes: Uint8Array): Read {
  if (bytes.length > MOST_BYTES) return { fault: "too_long" };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { fault: "not_utf8" };
  }
}

const OF_FILE = "invalid csv: ";
const MORE = /^and (\d+) more$/;

/** The faults of a file, line by line as the server tells them, and how many there are with those that it left out. */
export function faultsIn(trouble: Trouble | undefined): { lines: string[]; count: number } {
  if (!trouble?.words.startsWith(OF_FILE)) return { lines: [], count: 0 };
  const lines = trouble.words.slice(OF_FILE.length).split("\n");
  const more = MORE.exec(lines.at(-1) ?? "")?.[1];
  return { lines, count: more === undefined ? lines.length : lines.length - 1 + Number(more) };
}
