// The keepers of a tab: one for each record that is open or still has something to send.
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { useWatched } from "../board/BoardProvider";
import { memoryShelf, openShelf, type Shelf } from "../draft/shelf";
import { holdTab, livingTabs, thisTab } from "../draft/tab";
import type { Record as RecordMessage } from "../gen/tomoshibi/triage/v1/triage_pb";
import { type Clients, useClients } from "../net/clients";
import { troubleOf } from "../net/trouble";
import { useMe, useSession } from "../session/SessionProvider";
import type { Draft } from "./draft";
import { changesOf, Keeper, type Outside } from "./keeper";

interface Keepers {
  shelf: Shelf;
  /** `reason`: why it could be read. */
  keeperOf: (record: RecordMessage, reason?: string) => Promise<Keeper>;
  /** Records of which a tab that is gone left something here. */
  leftBehind: () => Promise<string[]>;
}

const Here = createContext<Keepers>({ shelf: memoryShelf(), keeperOf: () => Promise.reject(new Error("no keepers")), leftBehind: async () => [] });

export function KeepersProvider({ children }: { children: ReactNode }) {
  const clients = useClients();
  const me = useMe();
  const { session } = useSession();
  const { link, board } = useWatched();
  const [shelf, setShelf] = useState<Shelf>();
  const keepers = useMemo(() => new Map<string, Keeper>(), []);

  useEffect(() => {
    holdTab();
    void openShelf(me.accountId).then(setShelf);
  }, [me.accountId]);

  const value = useMemo<Keepers | undefined>(() => {
    if (!shelf) return undefined;
    const outside = outsideOf(clients, me.operatorId);
    return {
      shelf,
      leftBehind: () => recordsLeft(shelf),
      keeperOf: async (record, reason = "") => {
        const open = keepers.get(record.recordId);
        if (open) {
          open.take(record);
          return open;
        }
        const keeper = new Keeper(record, shelf, `${record.recordId}/${thisTab}`, outside, reason);
        keepers.set(record.recordId, keeper);
        keeper.adopt(await takeLeft(shelf, record.recordId));
        return keeper;
      },
    };
  }, [shelf, clients, me.operatorId, keepers]);

  // News from the server, from the browser or from a new sign-in: what waits is tried at once.
  useEffect(() => {
    const nudge = () => keepers.forEach((keeper) => keeper.nudge());
    if (link === "live" && session.at === "in") nudge();
    window.addEventListener("online", nudge);
    return () => window.removeEventListener("online", nudge);
  }, [link, session.at, keepers]);

  // Another hand in an open record: the line tells its revision, the words are read anew.
  useEffect(() => {
    for (const { recordId, revision } of board?.records ?? []) keepers.get(recordId)?.heard(revision);
  }, [board, keepers]);

  // What a tab that is gone could not send goes out from here, whether its record is looked at or not.
  const live = link === "live" && session.at === "in";
  useEffect(() => {
    if (!live || !value) return;
    void resend(clients, me.operatorId, value);
  }, [live, value, clients, me.operatorId]);

  useEffect(() => {
    const leave = (event: BeforeUnloadEvent) => {
      const unsafe = [...keepers.values()].some((keeper) => keeper.standing() !== "saved" && !keeper.lasting);
      if (unsafe) event.preventDefault();
    };
    window.addEventListener("beforeunload", leave);
    return () => window.removeEventListener("beforeunload", leave);
  }, [keepers]);

  return value ? <Here.Provider value={value}>{children}</Here.Provider> : null;
}

export function useKeepers(): Keepers {
  return useContext(Here);
}

function outsideOf({ triage }: Clients, operatorId: string): Outside {
  return {
    save: async (recordId, seenRevision, saveId, changes) => {
      const { outcome, escalationId } = await triage.saveRecord({ operatorId, recordId, seenRevision, saveId, changes: changesOf(changes) });
      if (outcome.case === "saved") return { kind: "saved", record: outcome.value, escalationId };
      if (outcome.case === "stale" && outcome.value.record) return { kind: "stale", record: outcome.value.record, conflicting: outcome.value.conflicting };
      throw new Error("the server's answer to a save says nothing");
    },
    read: async (recordId, reason) => {
      const { record } = await triage.getRecord({ operatorId, recordId, reason });
      if (!record) throw new Error("the server answered no record");
      return record;
    },
    troubleOf,
    newId: () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`,
    later: (ms, deed) => {
      const timer = setTimeout(deed, ms);
      return () => clearTimeout(timer);
    },
  };
}

/** Records that cannot be read as one's own any more stay on the shelf and are named on the records' page. */
async function resend({ triage }: Clients, operatorId: string, { leftBehind, keeperOf }: Keepers): Promise<void> {
  for (const recordId of await leftBehind()) {
    try {
      const { record } = await triage.getRecord({ operatorId, recordId });
      if (record?.state === "draft") await keeperOf(record);
    } catch {
      // Tried again when the line is next heard.
    }
  }
}

/** Drafts are `<record>/<tab>`; amendments begin with `amend/` and are none of these. */
async function left(shelf: Shelf, prefix: string) {
  const living = await livingTabs();
  const rows = await shelf.all(prefix);
  return rows.filter(({ id }) => !id.startsWith("amend/") && !living.has(id.slice(id.lastIndexOf("/") + 1)));
}

async function recordsLeft(shelf: Shelf): Promise<string[]> {
  const rows = await left(shelf, "");
  return [...new Set(rows.map(({ id }) => id.slice(0, id.lastIndexOf("/"))))];
}

/** They lie here under this tab's name from now on. */
async function takeLeft(shelf: Shelf, recordId: string): Promise<Draft[]> {
  const rows = await left(shelf, `${recordId}/`);
  return rows.map(({ id, draft }) => {
    // Dropped a moment later: by then the keeper has laid the same words down again.
    setTimeout(() => void shelf.drop(id), 2_000);
    return draft as Draft;
  });
}
