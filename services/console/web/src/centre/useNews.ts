// What came for this centre and no person has confirmed yet. It resumes by itself.
import { useCallback, useEffect, useRef, useState } from "react";
import { pauseBefore } from "../board/resume";
import type { Delivery } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useClients } from "../net/clients";
import { troubleOf } from "../net/trouble";
import { useOperator, useSession } from "../session/SessionProvider";
import { heard, lastSeq } from "./standing";

interface News {
  news: Delivery[];
  /** Whether the line can reach this page at once. */
  live: boolean;
  /** A person has seen all of it: the referrals among it are received from now on. */
  receive: () => Promise<void>;
}

export function useNews(centreId: string, onNews: () => void): News {
  const { centre } = useClients();
  const operator = useOperator();
  const { session, refresh } = useSession();
  const on = session.at === "in" && centreId !== "";
  const [news, setNews] = useState<Delivery[]>([]);
  const [live, setLive] = useState(true);
  const received = useRef(0n);
  const latest = useRef(onNews);
  latest.current = onNews;

  useEffect(() => {
    if (!on) return undefined;
    const closed = new AbortController();
    const listen = async () => {
      for (let failures = 0; !closed.signal.aborted; failures += 1) {
        const begun = performance.now();
        try {
          for await (const { delivery } of centre.subscribe({ ...operator, centreId }, { signal: closed.signal, timeoutMs: 0, onHeader: () => setLive(true) })) {
            failures = 0;
            if (!delivery || delivery.seq <= received.current) continue;
            setNews((before) => heard(before, delivery));
            latest.current();
          }
        } catch (error) {
          if (!closed.signal.aborted) setLive(false);
          if (troubleOf(error).kind === "signed_out") void refresh();
        }
        if (performance.now() - begun > LASTED_MS) failures = 0;
        await pause(pauseBefore(failures, Math.random()), closed.signal);
      }
    };
    void listen();
    return () => closed.abort();
  }, [centre, operator, centreId, on, refresh]);

  const receive = useCallback(async () => {
    const upTo = lastSeq(news);
    if (upTo > 0n) await centre.acknowledge({ ...operator, centreId, upTo });
    received.current = upTo > received.current ? upTo : received.current;
    setNews((before) => before.filter(({ seq }) => seq > upTo));
  }, [centre, operator, centreId, news]);

  return { news, live, receive };
}

/** A stream that lasted so long was no failure. */
const LASTED_MS = 10_000;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), done()), { once: true });
  });
}
