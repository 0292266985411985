import { useCallback, useRef, useState } from "react";
import { type Trouble, troubleOf } from "../net/trouble";

interface Act<A extends unknown[]> {
  run: (...args: A) => Promise<boolean>;
  busy: boolean;
  trouble: Trouble | undefined;
  clear: () => void;
}

/** A deed that takes time and may fail: not done twice at once, its trouble shown. True when it went well. */
export function useAct<A extends unknown[]>(deed: (...args: A) => Promise<unknown>): Act<A> {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>();
  const latest = useRef(deed);
  latest.current = deed;
  const running = useRef(false);
  const run = useCallback(async (...args: A) => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    setTrouble(undefined);
    try {
      await latest.current(...args);
      return true;
    } catch (error) {
      setTrouble(troubleOf(error));
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setTrouble(undefined), []);
  return { run, busy, trouble, clear };
}
