import type { Words } from "../i18n";
import { worded } from "../i18n";

/** What the rota says of a gap ("staffed: 0 of 2 on duty"), in the reader's language; unknown words stay. */
export function missingIn(words: Words, missing: string): string {
  const [, rule = "", what = missing] = /^([^:]+): (.*)$/.exec(missing) ?? [];
  const said = saidIn(words, what);
  return rule ? words.rota.ruled(worded(words.rota.rule, rule), said) : said;
}

function saidIn(words: Words, what: string): string {
  if (what === "no window is open") return words.rota.noWindowOpen;
  const [, onDuty, need] = /^(\d+) of (\d+) on duty$/.exec(what) ?? [];
  if (onDuty && need) return words.rota.tooFew(onDuty, need);
  const [, there, reachable, wanted] = /^(\d+) on duty, but only (\d+) of (\d+) with a working telephone$/.exec(what) ?? [];
  if (there && reachable && wanted) return words.rota.unreachable(there, reachable, wanted);
  return what;
}
