// On every page while the desk of the person here rings.
import { useEffect, useRef, useState } from "react";
import { go } from "../app/router";
import { useBoard, useLineNow, useMyDesk } from "../board/BoardProvider";
import { useWords, worded } from "../i18n";
import { millis, span } from "../i18n/time";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { isTyping } from "../ui/hotkey";
import { Notice, TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { ring, unlock } from "./ringer";

/** The call that rings at this person's desk. */
export function useRingingCall() {
  const board = useBoard();
  const desk = useMyDesk();
  if (desk?.presence !== "offered") return undefined;
  return board?.calls.find((call) => call.callId === desk.callId) ?? board?.calls.find((call) => call.state === "ringing" && call.deskIds.includes(desk.deskId));
}

export function useWindowName(): (windowId: string) => string {
  const board = useBoard();
  return (windowId) => board?.windows.find((window) => window.windowId === windowId)?.name || windowId;
}

export function RingBanner() {
  const call = useRingingCall();
  return call ? <Ringing key={call.callId} callId={call.callId} windowId={call.windowId} placeClass={call.placeClass} begunAt={millis(call.begunAt)} until={millis(call.offerUntil)} /> : null;
}

interface Props {
  callId: string;
  windowId: string;
  placeClass: string;
  begunAt: number | undefined;
  until: number | undefined;
}

function Ringing({ callId, windowId, placeClass, begunAt, until }: Props) {
  const words = useWords();
  const { console } = useClients();
  const operator = useOperator();
  const desk = useMyDesk();
  const now = useLineNow();
  const nameOf = useWindowName();
  const [audible, setAudible] = useState(true);
  const banner = useRef<HTMLElement>(null);
  const answer = useAct(async () => {
    await console.answerCall({ ...operator, callId });
    go("/desk");
  });
  const decline = useAct(() => console.declineCall({ ...operator, callId }));

  useEffect(() => ring(setAudible), []);
  // Enter answers, unless somebody is in the middle of a text.
  useEffect(() => {
    if (!isTyping(document.activeElement)) banner.current?.querySelector<HTMLElement>(".button-go")?.focus();
  }, []);

  return (
    <section className="ringing" ref={banner} aria-label={words.desk.ringing}>
      <div className="ringing-words">
        <p className="ringing-title" role="alert">{words.desk.incoming(nameOf(windowId))}</p>
        <p className="row">
          {worded(words.desk.placeClass, placeClass) && <strong className="tag">{worded(words.desk.placeClass, placeClass)}</strong>}
          {begunAt !== undefined && <span>{words.desk.waitingFor} {span(now - begunAt)}</span>}
          {until !== undefined && <span>{words.desk.nextDeskIn(span(until - now))}</span>}
        </p>
        <p className="small">{desk?.kind === "phone_first" && words.desk.liftPhone} {words.desk.answerHint}</p>
      </div>
      <div className="row">
        <Button weight="go" size="big" hotkey="a" busy={answer.busy} onPress={() => void answer.run()}>{words.desk.answer}</Button>
        <Button weight="plain" size="big" hotkey="d" busy={decline.busy} onPress={() => void decline.run()}>{words.desk.decline}</Button>
      </div>
      <TroubleNotice trouble={answer.trouble ?? decline.trouble} />
      {!audible && (
        <Notice tone="warn">
          {words.desk.soundBlocked} <Button size="small" onPress={() => void unlock().then(setAudible)}>{words.desk.soundTest}</Button>
        </Notice>
      )}
    </section>
  );
}
