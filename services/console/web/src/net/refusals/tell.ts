// The server's refusals in Japanese. A dictionary maps the server's templates to ours:
// `{0}` is told as it is, `{0@}` as the form's own name of a field, `{0!}` as a message of the dictionary,
// `{0?}` as such a message or else as it is.
import { labelOf } from "./labels";

export type Refusals = Readonly<Record<string, string>>;

export interface Entry {
  template: string;
  japanese: string;
  pattern: RegExp;
  slots: string[];
  /** It has no words of its own: a name, and what is right. */
  frame: boolean;
}

const SLOT = /\{([^{}]*)\}/g;
/** A word of the contract: the name of a field, a code, an id. */
const WORD = /^[^\s,;]+$/;
/** A name that no form has is a name all the same. */
const UNKNOWN_NAME = /^[a-z]\w*([_.:[][\w.:\]]*)+$/;
/** Ids, numbers and lists of codes hold no sentence. */
const AS_IT_IS = "([^\\s;]+(?:, [^\\s;]+)*)";
const ANYTHING = "([\\s\\S]+?)";
const CODES = /^[A-Za-z0-9_-]+(, [A-Za-z0-9_-]+)+$/;
/** A message within a message within a message is the deepest that there is; twice that is a loop. */
const DEEPEST = 8;

export function entriesOf(...dictionaries: Refusals[]): Entry[] {
  const all = dictionaries.flatMap((dictionary) => Object.entries(dictionary).map(([template, japanese]) => entryOf(template, japanese)));
  return all.sort((one, other) => literal(other.template).length - literal(one.template).length);
}

/** Undefined where the dictionary does not know the message, or a part of it. */
export function told(entries: readonly Entry[], message: string, depth = 0): string | undefined {
  if (depth > DEEPEST) return undefined;
  const whole = (frame: boolean) => first(entries, (entry) => (entry.frame === frame ? matched(entries, entry, message, depth) : undefined));
  return whole(false) ?? each(entries, message, "\n", "\n", depth) ?? each(entries, message, "; ", "", depth) ?? whole(true);
}

function matched(entries: readonly Entry[], entry: Entry, message: string, depth: number): string | undefined {
  const values = entry.pattern.exec(message);
  return values ? filled(entries, entry, values.slice(1), depth) : undefined;
}

function first<T, R>(all: readonly T[], of: (one: T) => R | undefined): R | undefined {
  for (const one of all) {
    const found = of(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Templates and messages with other names for the same slots are the same. */
export function bare(template: string): string {
  return template.replaceAll(SLOT, "{}");
}

export function literal(template: string): string {
  return template.replaceAll(SLOT, "");
}

function entryOf(template: string, japanese: string): Entry {
  const slots: string[] = [];
  const parts = template.split(SLOT).map((part, place) => {
    if (place % 2 === 0) return part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const slot = part.split(":")[0] || String(slots.length);
    slots.push(slot);
    return japanese.includes(`{${slot}}`) ? AS_IT_IS : ANYTHING;
  });
  return { template, japanese, pattern: new RegExp(`^${parts.join("")}$`), slots, frame: !/[A-Za-z]/.test(literal(template)) };
}

function filled(entries: readonly Entry[], entry: Entry, values: string[], depth: number): string | undefined {
  const { japanese, slots } = entry;
  const given = new Map(slots.map((slot, place) => [slot, values[place] ?? ""]));
  let known = true;
  const said = japanese.replaceAll(/\{(\w+)([@!?]?)\}/g, (_, slot: string, how: string) => {
    const put = shown(entries, entry, given, { slot, how }, depth);
    known &&= put !== undefined;
    return put ?? "";
  });
  return known ? said : undefined;
}

function shown(entries: readonly Entry[], entry: Entry, given: Map<string, string>, { slot, how }: { slot: string; how: string }, depth: number): string | undefined {
  const value = given.get(slot) ?? "";
  switch (how) {
    case "@":
      return labels(entries, value, entry.frame, depth);
    case "!":
      return reason(entries, value, given.get("field"), depth);
    case "?":
      return told(entries, value, depth + 1) ?? value;
    default:
      return value;
  }
}

function labels(entries: readonly Entry[], value: string, framed: boolean, depth: number): string | undefined {
  const names = value.split(", ");
  const isName = (name: string) => (framed ? labelOf(name) !== undefined || UNKNOWN_NAME.test(name) : WORD.test(name));
  if (names.every(isName)) return names.map((name) => labelOf(name) ?? name).join("、");
  return framed ? undefined : told(entries, value, depth + 1);
}

/** What is right: a message, or a bare list of codes. A field that is named twice is told once. */
function reason(entries: readonly Entry[], value: string, field: string | undefined, depth: number): string | undefined {
  if (CODES.test(value)) return `次のいずれかを指定してください：${value}`;
  const rest = field && value.startsWith(`${field} `) ? value.slice(field.length + 1) : value;
  return told(entries, rest, depth + 1) ?? told(entries, value, depth + 1);
}

function each(entries: readonly Entry[], message: string, between: string, joined: string, depth: number): string | undefined {
  const parts = message.split(between);
  if (parts.length < 2) return undefined;
  const said = parts.map((part) => told(entries, part, depth + 1));
  return said.every((part) => part !== undefined) ? said.join(joined) : undefined;
}
