// Drafts that could not be sent yet, on this computer only: sealed with a key that no script can read out.

export interface Shelf {
  /** False where the browser gives no safe place (no https): drafts then live in memory only. */
  readonly lasting: boolean;
  put: (id: string, draft: unknown) => Promise<void>;
  drop: (id: string) => Promise<void>;
  /** Those whose id begins so. What cannot be opened any more is left out. */
  all: (prefix: string) => Promise<{ id: string; draft: unknown }[]>;
}

interface Row {
  id: string;
  iv: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
  at: number;
}

const KEEP_MS = 30 * 24 * 3600 * 1000;

export async function openShelf(account: string): Promise<Shelf> {
  try {
    const base = await openBase();
    const key = await keyOf(base, account);
    await dropOld(base);
    return sealedShelf(base, key, account);
  } catch {
    return memoryShelf();
  }
}

export function memoryShelf(): Shelf {
  const rows = new Map<string, unknown>();
  return {
    lasting: false,
    put: async (id, draft) => void rows.set(id, structuredClone(draft)),
    drop: async (id) => void rows.delete(id),
    all: async (prefix) => [...rows].filter(([id]) => id.startsWith(prefix)).map(([id, draft]) => ({ id, draft })),
  };
}

function sealedShelf(base: IDBDatabase, key: CryptoKey, account: string): Shelf {
  const own = (id: string) => `${account}/${id}`;
  const place = (id: string) => new TextEncoder().encode(id);
  return {
    lasting: true,
    put: async (id, draft) => {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const open = new TextEncoder().encode(JSON.stringify(draft));
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: place(own(id)) }, key, open);
      const row: Row = { id: own(id), iv, sealed, at: Date.now() };
      await done(base.transaction("drafts", "readwrite").objectStore("drafts").put(row));
    },
    drop: async (id) => void (await done(base.transaction("drafts", "readwrite").objectStore("drafts").delete(own(id)))),
    all: async (prefix) => {
      const from = own(prefix);
      const rows: Row[] = await done(base.transaction("drafts").objectStore("drafts").getAll(IDBKeyRange.bound(from, `${from}\uffff`)));
      const opened = await Promise.all(rows.map((row) => unsealed(key, row)));
      return opened.flatMap((one) => (one ? [{ id: one.id.slice(account.length + 1), draft: one.draft }] : []));
    },
  };
}

async function unsealed(key: CryptoKey, row: Row): Promise<{ id: string; draft: unknown } | undefined> {
  try {
    const additionalData = new TextEncoder().encode(row.id);
    const open = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv, additionalData }, key, row.sealed);
    return { id: row.id, draft: JSON.parse(new TextDecoder().decode(open)) };
  } catch {
    return undefined;
  }
}

function openBase(): Promise<IDBDatabase> {
  const opening = indexedDB.open("tomoshibi", 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("keys", { keyPath: "account" });
    opening.result.createObjectStore("drafts", { keyPath: "id" });
  };
  return done(opening);
}

/** The account's key in this browser: made once, never to be exported. */
async function keyOf(base: IDBDatabase, account: string): Promise<CryptoKey> {
  const found = await done<{ key: CryptoKey } | undefined>(base.transaction("keys").objectStore("keys").get(account));
  if (found) return found.key;
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  // Of two tabs that make one at the same time, the first stays.
  const keys = base.transaction("keys", "readwrite").objectStore("keys");
  const there = await done<{ key: CryptoKey } | undefined>(keys.get(account));
  if (there) return there.key;
  await done(keys.put({ account, key }));
  return key;
}

async function dropOld(base: IDBDatabase): Promise<void> {
  const drafts = base.transaction("drafts", "readwrite").objectStore("drafts");
  const rows: Row[] = await done(drafts.getAll());
  for (const row of rows) if (row.at < Date.now() - KEEP_MS) drafts.delete(row.id);
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser's store refused"));
  });
}
