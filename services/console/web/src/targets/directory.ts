// The directory of targets: who keeps it, its order, and what an entry of it needs.
import type { Target } from "../gen/tomoshibi/referral/v1/referral_pb";

/** As the server judges it; whoever else may open the page reads. */
const KEEPERS: ReadonlySet<string> = new Set(["operator_admin", "supervisor"]);

export function mayKeep(roles: readonly string[]): boolean {
  return roles.some((role) => KEEPERS.has(role));
}

export type Entry = Pick<Target, "targetId" | "name" | "kind" | "hours" | "number" | "catchment" | "lastChecked" | "way" | "url">;

export function entryOf(target: Target | undefined): Entry {
  const { targetId = "", name = "", kind = "", hours = "", number = "", catchment = "", lastChecked = "", way = "none", url = "" } = target ?? {};
  return { targetId, name, kind, hours, number, catchment, lastChecked, way, url };
}

/** Only a webhook has an address. */
export function toBeSaved(entry: Entry): Entry {
  return { ...entry, url: entry.way === "webhook" ? entry.url.trim() : "" };
}

/** By the server's name of the field. Saving a new one under a known id would write over the other. */
export function faultsOf({ targetId, name, kind }: Entry, taken: readonly string[]): Record<string, "required" | "taken"> {
  const blank = Object.entries({ target_id: targetId, name, kind }).filter(([, value]) => value.trim() === "");
  const missing = Object.fromEntries(blank.map(([field]) => [field, "required" as const]));
  return taken.includes(targetId) ? { ...missing, target_id: "taken" } : missing;
}

export type Order = "kind" | "name" | "catchment" | "checked";

/** `kinds` in their own order. What was never checked comes before what was checked long ago; an empty area comes last. */
export function inOrder<T extends Entry>(all: readonly T[], order: Order, kinds: readonly string[], language: string): T[] {
  const { compare } = new Intl.Collator(language, { numeric: true });
  const place = ({ kind }: T) => (kinds.includes(kind) ? kinds.indexOf(kind) : kinds.length);
  const by: Record<Order, (one: T, other: T) => number> = {
    kind: (one, other) => place(one) - place(other),
    name: () => 0,
    catchment: (one, other) => Number(one.catchment === "") - Number(other.catchment === "") || compare(one.catchment, other.catchment),
    checked: (one, other) => Number(one.lastChecked > other.lastChecked) - Number(one.lastChecked < other.lastChecked),
  };
  return [...all].sort((one, other) => by[order](one, other) || compare(one.name, other.name));
}

/** Whole days since then; undefined for what is no day, or still to come. */
export function daysSince(date: string, today: string): number | undefined {
  const days = Math.round((Date.parse(today) - Date.parse(date)) / 86_400_000);
  return days >= 0 ? days : undefined;
}
