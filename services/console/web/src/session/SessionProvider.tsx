// Who sits here. A session that the server ends covers the page but does not unmount it: what was typed
// is still there when the same person comes back.
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import type { Me } from "../gen/tomoshibi/console/v1/access_pb";
import { onCall } from "../net/calls";
import { useClients } from "../net/clients";
import { type Trouble, troubleOf } from "../net/trouble";
import { comeBack, forget } from "./provider";

export type Session =
  | { at: "asking" }
  | { at: "away"; trouble: Trouble }
  | { at: "out" }
  /** Ended by the server: idle, its absolute end, revoked. */
  | { at: "ended"; me: Me }
  | { at: "in"; me: Me };

interface Sessions {
  session: Session;
  enter: (me: Me) => void;
  leave: () => Promise<void>;
  /** Asks the server anew; also what keeps an idle session alive. */
  refresh: () => Promise<void>;
}

const Here = createContext<Sessions | null>(null);

/** Refusals of these say that a secret was wrong, not that the session is gone. */
const PROOFS = new Set(["SignIn", "BreakGlass", "DescribeProvider", "FinishOidc", "Reauthenticate", "ChangePassword", "BeginTotp", "ConfirmTotp", "DescribeMe", "SignOut"]);

export function SessionProvider({ children }: { children: ReactNode }) {
  const { access } = useClients();
  const [session, setSession] = useState<Session>({ at: "asking" });
  const operator = useRef("");

  const enter = useCallback((me: Me) => {
    operator.current = me.operatorId;
    forget();
    setSession({ at: "in", me });
  }, []);

  const end = useCallback(() => {
    setSession((before) => (before.at === "in" || before.at === "ended" ? { at: "ended", me: before.me } : { at: "out" }));
  }, []);

  const refresh = useCallback(async () => {
    try {
      const { me } = await access.describeMe({ operatorId: operator.current });
      if (me) enter(me);
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble.kind === "signed_out") end();
      else setSession((before) => (before.at === "asking" || before.at === "away" ? { at: "away", trouble } : before));
    }
  }, [access, enter, end]);

  const leave = useCallback(async () => {
    await access.signOut({ operatorId: operator.current });
    operator.current = "";
    setSession({ at: "out" });
  }, [access]);

  useEffect(() => {
    comeBack();
    void refresh();
  }, [refresh]);
  useEffect(() => onCall((news) => news.outcome === "signed_out" && !PROOFS.has(news.method) && end()), [end]);

  const sessions = useMemo(() => ({ session, enter, leave, refresh }), [session, enter, leave, refresh]);
  return <Here.Provider value={sessions}>{children}</Here.Provider>;
}

export function useSession(): Sessions {
  const sessions = useContext(Here);
  if (!sessions) throw new Error("no session above this component");
  return sessions;
}

/** Inside the shell somebody is always there, if only behind the cover. */
export function useMe(): Me {
  const { session } = useSession();
  if (session.at !== "in" && session.at !== "ended") throw new Error("nobody is signed in");
  return session.me;
}

/** What every request begins with. */
export function useOperator(): { operatorId: string } {
  const { operatorId } = useMe();
  return useMemo(() => ({ operatorId }), [operatorId]);
}
