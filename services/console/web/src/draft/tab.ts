// Which tab wrote a draft, and whether that tab is still there: a living tab sends its drafts itself.

const LOCK = "tomoshibi-tab-";
export const thisTab: string = crypto.randomUUID?.() ?? String(Math.random()).slice(2);

/** Held until the tab is closed, reloaded or killed. */
export function holdTab(): void {
  if (!("locks" in navigator)) return;
  void navigator.locks.request(LOCK + thisTab, () => new Promise(() => undefined));
}

export async function livingTabs(): Promise<Set<string>> {
  const living = new Set([thisTab]);
  if (!("locks" in navigator)) return living;
  const { held = [] } = await navigator.locks.query();
  for (const lock of held) if (lock.name?.startsWith(LOCK)) living.add(lock.name.slice(LOCK.length));
  return living;
}
