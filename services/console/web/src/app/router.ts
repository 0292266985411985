// Addresses after "#": the server serves one page and needs to know none of them.
import { useSyncExternalStore } from "react";

function subscribe(changed: () => void): () => void {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
}

export function here(): string {
  const path = window.location.hash.slice(1);
  return path.startsWith("/") ? path : "/";
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, here);
}

export function go(path: string): void {
  window.location.hash = path;
}

export type Params = Record<string, string>;

/** `/record/:id` against `/record/7` → `{ id: "7" }`; undefined when it is another page. */
export function matched(pattern: string, path: string): Params | undefined {
  const wanted = pattern.split("/");
  const given = (path.split("?")[0] ?? "").split("/");
  if (wanted.length !== given.length) return undefined;
  const params: Params = {};
  for (const [at, part] of wanted.entries()) {
    const value = given[at] ?? "";
    if (part.startsWith(":")) params[part.slice(1)] = decoded(value);
    else if (part !== value) return undefined;
  }
  return params;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
