// A session ends when nobody is there. Somebody who types, clicks or talks in a call is there.
import { useEffect, useRef, useState } from "react";
import { useLineNow, useMyDesk } from "../board/BoardProvider";
import type { Me } from "../gen/tomoshibi/console/v1/access_pb";
import { useWords } from "../i18n";
import { millis, span } from "../i18n/time";
import { onCall } from "../net/calls";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { endOf, isWarned, type Seen, SIGN_OF_LIFE_MS } from "./idle";
import { useMe, useSession } from "./SessionProvider";

export function IdleWatch() {
  const words = useWords();
  const me = useMe();
  const { session, refresh } = useSession();
  const now = useLineNow();
  const seen = useSeen(me, now);
  const active = useActivity();
  const talking = useMyDesk()?.presence === "in_call";

  const on = session.at === "in";
  const until = endOf(seen);
  const due = on && now - seen.lastCallAt > SIGN_OF_LIFE_MS && (talking || active.current);
  const over = on && until !== undefined && now > until + 1_000;
  useEffect(() => {
    if (!due && !over) return;
    active.current = false;
    void refresh();
  }, [due, over, refresh, active]);

  if (!on || until === undefined || !isWarned(until, now)) return null;
  return (
    <Dialog title={words.session.idle} open onClose={() => void refresh()} alert>
      <div className="stack">
        <p>{words.session.idleWhy}</p>
        <p className="figure" role="timer">{span(until - now)}</p>
        <Button weight="primary" autoFocus onPress={() => void refresh()}>{words.session.stay}</Button>
      </div>
    </Dialog>
  );
}

function useSeen(me: Me, now: number): Seen {
  const latest = useRef(now);
  latest.current = now;
  const told = (at: number): Seen => ({ idleUntil: millis(me.idleUntil), sessionUntil: millis(me.sessionUntil), toldAt: at, lastCallAt: at });
  const [seen, setSeen] = useState<Seen>(() => told(now));
  useEffect(() => setSeen(told(latest.current)), [me]);
  useEffect(() => onCall((news) => {
    if (news.outcome === "answered") setSeen((before) => ({ ...before, lastCallAt: latest.current }));
  }), []);
  return seen;
}

function useActivity() {
  const active = useRef(false);
  useEffect(() => {
    const act = () => {
      active.current = true;
    };
    document.addEventListener("keydown", act);
    document.addEventListener("pointerdown", act);
    return () => {
      document.removeEventListener("keydown", act);
      document.removeEventListener("pointerdown", act);
    };
  }, []);
  return active;
}
