// The way by the organisation's provider leaves this page and comes back to it, with a word in the address.

const WORDS = ["code", "refused", "late", "away", "busy"] as const;
/** How somebody came back without being in: `code` asks for the second factor, the others say why not. */
export type Return = (typeof WORDS)[number];

const KEPT_AS = "tomoshibi.place";

export function returned(search: string): Return | undefined {
  const word = new URLSearchParams(search).get("oidc");
  return WORDS.find((known) => known === word);
}

/** A place of this page, whatever lies in the store. */
export function place(kept: string | null): string {
  return kept?.startsWith("#/") ? kept : "";
}

/** Off to the provider. `again`: to show oneself anew there. */
export function leave(again = false): void {
  sessionStorage.setItem(KEPT_AS, window.location.hash);
  window.location.assign(again ? "/oidc/start?again=yes" : "/oidc/start");
}

let arrival: { word: Return | undefined } | undefined;

/** Reads how somebody came, once, and puts them where they were. */
export function comeBack(): Return | undefined {
  arrival ??= { word: arrived() };
  return arrival.word;
}

/** Whoever is in needs no word of how they came. */
export function forget(): void {
  arrival = { word: undefined };
}

function arrived(): Return | undefined {
  const word = returned(window.location.search);
  const kept = place(sessionStorage.getItem(KEPT_AS));
  if (word !== "code") sessionStorage.removeItem(KEPT_AS);
  const hash = window.location.hash || kept;
  if (word || kept) window.history.replaceState(null, "", `${window.location.pathname}${hash}`);
  return word;
}
