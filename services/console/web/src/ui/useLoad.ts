import { useCallback, useEffect, useRef, useState } from "react";
import { type Trouble, troubleOf } from "../net/trouble";

interface Loaded<T> {
  value: T | undefined;
  trouble: Trouble | undefined;
  busy: boolean;
  again: () => void;
}

/** Reads when the key changes or when asked again; an answer that came too late is dropped. */
export function useLoad<T>(key: string | undefined, read: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key?: string | undefined; value?: T | undefined; trouble?: Trouble | undefined; busy: boolean }>({ busy: key !== undefined });
  const [turn, setTurn] = useState(0);
  const latest = useRef(read);
  latest.current = read;
  useEffect(() => {
    if (key === undefined) return undefined;
    const gone = new AbortController();
    setState((before) => ({ key, value: before.key === key ? before.value : undefined, busy: true }));
    latest.current(gone.signal).then(
      (value) => !gone.signal.aborted && setState({ key, value, busy: false }),
      (error: unknown) => !gone.signal.aborted && setState((before) => ({ ...before, trouble: troubleOf(error), busy: false })),
    );
    return () => gone.abort();
  }, [key, turn]);
  const again = useCallback(() => setTurn((before) => before + 1), []);
  return { value: state.key === key ? state.value : undefined, trouble: state.trouble, busy: state.busy, again };
}
