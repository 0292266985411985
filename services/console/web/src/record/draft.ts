// What somebody has typed and the server has not confirmed. Pure: every function answers a new draft.
//
// An edit knows what the server had when it was begun. When the server has something else by now,
// nobody's words win by themselves: the field becomes a conflict, with both.

export type Fields = Record<string, string[]>;

export interface Edit {
  values: string[];
  seen: string[];
}

export interface Conflict {
  mine: string[];
  theirs: string[];
}

/** A save on its way; sent again unchanged until it is answered. */
export interface Sending {
  saveId: string;
  seenRevision: number;
  edits: Record<string, Edit>;
}

export interface Draft {
  edits: Record<string, Edit>;
  conflicts: Record<string, Conflict>;
  sending?: Sending | undefined;
}

export const EMPTY: Draft = { edits: {}, conflicts: {} };

export function isEmpty(draft: Draft): boolean {
  return !draft.sending && count(draft.edits) === 0 && count(draft.conflicts) === 0;
}

export function isToBeSent(draft: Draft, heldBack: ReadonlySet<string>): boolean {
  return Object.keys(draft.edits).some((name) => !heldBack.has(name));
}

/** What the form shows: what is typed, over what is on its way, over what the server has. */
export function valuesOf(draft: Draft, server: Fields, name: string): string[] {
  return draft.edits[name]?.values ?? draft.conflicts[name]?.mine ?? draft.sending?.edits[name]?.values ?? server[name] ?? NONE;
}

export const NONE: string[] = [];

export function edited(draft: Draft, server: Fields, name: string, values: string[]): Draft {
  const conflict = draft.conflicts[name];
  if (conflict) return { ...draft, conflicts: { ...draft.conflicts, [name]: { ...conflict, mine: values } } };
  const seen = draft.edits[name]?.seen ?? draft.sending?.edits[name]?.values ?? server[name] ?? NONE;
  if (same(seen, values)) return { ...draft, edits: without(draft.edits, name) };
  return { ...draft, edits: { ...draft.edits, [name]: { values, seen } } };
}

/** All that may go, as one save. */
export function sent(draft: Draft, revision: number, saveId: string, heldBack: ReadonlySet<string>): Draft {
  if (draft.sending || !isToBeSent(draft, heldBack)) return draft;
  const going = Object.entries(draft.edits).filter(([name]) => !heldBack.has(name));
  const staying = Object.entries(draft.edits).filter(([name]) => heldBack.has(name));
  return { ...draft, edits: Object.fromEntries(staying), sending: { saveId, seenRevision: revision, edits: Object.fromEntries(going) } };
}

/** The server has it; its record may also hold what others changed meanwhile. */
export function saved(draft: Draft, server: Fields): Draft {
  return rebased({ ...draft, sending: undefined }, server);
}

/** The server took nothing: fields that both changed are conflicts, the others go again. */
export function refusedAsStale(draft: Draft, server: Fields, conflicting: readonly string[]): Draft {
  const back = takenBack(draft);
  const forced = new Set(conflicting);
  const edits: Record<string, Edit> = {};
  const conflicts = { ...back.conflicts };
  for (const [name, edit] of Object.entries(back.edits)) {
    const theirs = server[name] ?? NONE;
    if (same(theirs, edit.values)) continue;
    if (forced.has(name) || !same(theirs, edit.seen)) conflicts[name] = { mine: edit.values, theirs };
    else edits[name] = edit;
  }
  return { edits, conflicts };
}

/** The save is given up; its words become edits again, under what was typed since. */
export function takenBack(draft: Draft): Draft {
  if (!draft.sending) return draft;
  const edits = { ...draft.edits };
  for (const [name, edit] of Object.entries(draft.sending.edits)) {
    edits[name] = { values: edits[name]?.values ?? edit.values, seen: edit.seen };
  }
  return { edits, conflicts: draft.conflicts };
}

/** The server's record changed under what is typed. */
export function rebased(draft: Draft, server: Fields): Draft {
  const edits: Record<string, Edit> = {};
  const conflicts: Record<string, Conflict> = {};
  for (const [name, conflict] of Object.entries(draft.conflicts)) {
    const theirs = server[name] ?? NONE;
    if (!same(theirs, conflict.mine)) conflicts[name] = { mine: conflict.mine, theirs };
  }
  for (const [name, edit] of Object.entries(draft.edits)) {
    const theirs = server[name] ?? NONE;
    if (same(theirs, edit.values)) continue;
    if (same(theirs, edit.seen) || draft.sending?.edits[name]) edits[name] = edit;
    else conflicts[name] = { mine: edit.values, theirs };
  }
  return { ...draft, edits, conflicts };
}

export function keptMine(draft: Draft, name: string): Draft {
  const conflict = draft.conflicts[name];
  if (!conflict) return draft;
  return { ...draft, conflicts: without(draft.conflicts, name), edits: { ...draft.edits, [name]: { values: conflict.mine, seen: conflict.theirs } } };
}

export function keptTheirs(draft: Draft, name: string): Draft {
  return { ...draft, conflicts: without(draft.conflicts, name) };
}

/** Both texts, theirs first: nothing is lost while somebody decides. */
export function keptBoth(draft: Draft, name: string): Draft {
  const conflict = draft.conflicts[name];
  if (!conflict) return draft;
  const values = [[...conflict.theirs, ...conflict.mine].join("\n")];
  return keptMine({ ...draft, conflicts: { ...draft.conflicts, [name]: { ...conflict, mine: values } } }, name);
}

/** What a tab that is gone left behind, under what is typed here. */
export function adopted(draft: Draft, left: Draft): Draft {
  const back = takenBack(left);
  const sending = draft.sending ? undefined : left.sending;
  const edits = { ...(sending ? left.edits : back.edits), ...draft.edits };
  return { edits, conflicts: { ...left.conflicts, ...draft.conflicts }, sending: draft.sending ?? sending };
}

export function same(one: readonly string[], other: readonly string[]): boolean {
  const [a, b] = [one.filter((value) => value !== ""), other.filter((value) => value !== "")];
  return a.length === b.length && a.every((value, at) => value === b[at]);
}

function without<T>(all: Record<string, T>, name: string): Record<string, T> {
  const { [name]: _gone, ...rest } = all;
  return rest;
}

function count(all: object): number {
  return Object.keys(all).length;
}
