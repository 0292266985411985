// Which key answers what.
import type { Question } from "../gen/tomoshibi/triage/v1/triage_pb";

const WORDS: Record<string, string> = { yes: "y", no: "n", unknown: "u" };

/** Yes and no by their letters; all others by their place. */
export function keyOf(question: Pick<Question, "kind" | "options">, at: number): string {
  const code = question.options[at]?.code ?? "";
  if (question.kind === "yes_no") return WORDS[code] ?? "u";
  return at < 9 ? String(at + 1) : "";
}

export function answerBy(question: Pick<Question, "kind" | "options">, key: string): string | undefined {
  const pressed = key.toLowerCase();
  const place = /^[1-9]$/.test(pressed) ? Number(pressed) - 1 : -1;
  if (place >= 0) return question.options[place]?.code;
  if (question.kind !== "yes_no") return undefined;
  return question.options.find((_, at) => keyOf(question, at) === pressed)?.code;
}

export function isNumberIn(text: string, least: bigint, most: bigint): boolean {
  if (text === "") return true;
  if (!/^-?\d{1,15}$/.test(text)) return false;
  return least === most || (BigInt(text) >= least && BigInt(text) <= most);
}
