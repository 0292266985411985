// One stream a tab tells all that is shown. It resumes by itself, and says so while it is deaf.
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { Board } from "../gen/tomoshibi/console/v1/console_pb";
import { millis } from "../i18n/time";
import { useClients } from "../net/clients";
import { troubleOf } from "../net/trouble";
import { useOperator, useSession } from "../session/SessionProvider";
import { pauseBefore, STALE_AFTER_MS } from "./resume";

export type Link = "asking" | "live" | "stale";

interface Watched {
  board: Board | undefined;
  link: Link;
  /** Since when nothing was heard, by this computer's steady clock. */
  heardAt: number;
  /** What to add to the steady clock to have the line's clock. */
  offset: number;
}

/** Others have no board, and need none. */
const WATCHERS: ReadonlySet<string> = new Set(["counsellor", "psychiatrist", "supervisor", "rota_manager"]);

export function hasBoard(roles: string[]): boolean {
  return roles.some((role) => WATCHERS.has(role));
}

const NOTHING: Watched = { board: undefined, link: "asking", heardAt: 0, offset: Date.now() - performance.now() };
const Here = createContext<Watched>(NOTHING);

export function BoardProvider({ children }: { children: ReactNode }) {
  const { console } = useClients();
  const operator = useOperator();
  const { session, refresh } = useSession();
  const on = session.at === "in" && hasBoard(session.me.roles);
  const [watched, setWatched] = useState<Watched>(NOTHING);
  const heardAt = useRef(performance.now());

  useEffect(() => {
    if (!on) return undefined;
    const closed = new AbortController();
    let current = new AbortController();
    const hear = (board: Board) => {
      heardAt.current = performance.now();
      const now = millis(board.now) ?? Date.now();
      setWatched({ board, link: "live", heardAt: heardAt.current, offset: now - heardAt.current });
    };
    const watch = async () => {
      for (let failures = 0; !closed.signal.aborted; failures += 1) {
        current = new AbortController();
        try {
          for await (const { board } of console.watchBoard(operator, { signal: current.signal, timeoutMs: 0 })) {
            if (board) hear(board);
            failures = 0;
          }
        } catch (error) {
          // Whatever broke it, the answer is the same: come back, unless nobody is signed in any more.
          if (troubleOf(error).kind === "signed_out") void refresh();
        }
        await sleep(pauseBefore(failures, Math.random()), closed.signal);
      }
    };
    const listen = setInterval(() => {
      if (performance.now() - heardAt.current < STALE_AFTER_MS) return;
      setWatched((before) => (before.link === "stale" ? before : { ...before, link: "stale" }));
      heardAt.current = Math.max(heardAt.current, performance.now() - STALE_AFTER_MS / 2);
      current.abort();
    }, 500);
    heardAt.current = performance.now();
    void watch();
    return () => {
      closed.abort();
      current.abort();
      clearInterval(listen);
    };
  }, [console, operator, on, refresh]);

  return <Here.Provider value={watched}>{children}</Here.Provider>;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });
}

export function useWatched(): Watched {
  return useContext(Here);
}

export function useBoard(): Board | undefined {
  return useContext(Here).board;
}

/** The line's clock, moving once a second together for all timers of a page. */
export function useLineNow(): number {
  const { offset } = useContext(Here);
  const [steady, setSteady] = useState(() => performance.now());
  useEffect(() => {
    const tick = setInterval(() => setSteady(performance.now()), 500);
    return () => clearInterval(tick);
  }, []);
  return steady + offset;
}

/** Names of the people on the board. */
export function useStaffName(): (staffId: string) => string {
  const board = useBoard();
  return useMemo(() => {
    const names = new Map(board?.staff.map((staff) => [staff.staffId, staff.name]));
    return (staffId: string) => names.get(staffId) || staffId;
  }, [board]);
}

/** The desk at which the person signed in here sits. */
export function useMyDesk() {
  const board = useBoard();
  const { session } = useSession();
  const staff = session.at === "in" || session.at === "ended" ? session.me.staffId : "";
  return staff === "" ? undefined : board?.desks.find((desk) => desk.staffId === staff && desk.presence !== "signed_out");
}
