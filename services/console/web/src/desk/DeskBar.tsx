import { useState } from "react";
import type { BoardDesk } from "../gen/tomoshibi/console/v1/console_pb";
import { useWords, worded } from "../i18n";
import { millis } from "../i18n/time";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Sign, type Tone } from "../ui/Sign";
import { Elapsed } from "../ui/Timer";
import { useAct } from "../ui/useAct";
import { isMuted, ringOnce, setMuted } from "./ringer";

const TONES: Record<string, Tone> = { available: "good", paused: "warn", offered: "busy", in_call: "busy", wrap_up: "warn" };

/** One's desk: what the line thinks one is doing, and how to say otherwise. */
export function DeskBar({ desk }: { desk: BoardDesk }) {
  const words = useWords();
  const { console } = useClients();
  const operator = useOperator();
  const pause = useAct(() => console.pauseDesk({ ...operator, deskId: desk.deskId }));
  const resume = useAct(() => console.resumeDesk({ ...operator, deskId: desk.deskId }));
  const leave = useAct(() => console.signOutDesk({ ...operator, deskId: desk.deskId }));
  const tone = TONES[desk.presence] ?? "plain";
  const { presence } = desk;
  return (
    <section className="desk-bar" aria-label={words.desk.title}>
      <div className="row">
        <strong className="desk-name">{desk.deskId}</strong>
        <span className={`row presence tone-${tone}`} data-presence={presence}>
          <Sign tone={tone} />
          <span role="status">{worded(words.desk.presence, presence)}{desk.pauseReason && presence === "paused" && `（${worded(words.desk.pauseReason, desk.pauseReason)}）`}</span>
        </span>
        <Elapsed since={millis(desk.since)} />
        <span className="dim small">{desk.onDuty ? words.desk.onDuty : words.desk.offDuty}</span>
        {!desk.phoneRegistered && <strong className="tag tone-bad"><Sign tone="bad" size={16} />{words.desk.phoneGone}</strong>}
      </div>
      <div className="row">
        {presence === "available" && <Button busy={pause.busy} onPress={() => void pause.run()}>{words.desk.pause}</Button>}
        {presence === "paused" && <Button weight="go" busy={resume.busy} onPress={() => void resume.run()}>{words.desk.resume}</Button>}
        {presence === "wrap_up" && <Button weight="go" hotkey="w" busy={resume.busy} onPress={() => void resume.run()}>{words.desk.endWrapUp}</Button>}
        <Sound />
        {(presence === "available" || presence === "paused" || presence === "wrap_up") && <Button weight="quiet" busy={leave.busy} onPress={() => void leave.run()}>{words.desk.leave}</Button>}
      </div>
      {presence === "wrap_up" && <p className="dim small">{words.desk.wrapUpHint}</p>}
      <TroubleNotice trouble={pause.trouble ?? resume.trouble ?? leave.trouble} />
    </section>
  );
}

function Sound() {
  const words = useWords();
  const [muted, setIs] = useState(isMuted);
  const [blocked, setBlocked] = useState(false);
  const toggle = () => {
    setMuted(!muted);
    setIs(!muted);
  };
  return (
    <>
      <Button size="small" weight="quiet" pressed={muted} label={`${words.desk.sound}: ${muted ? words.desk.soundOff : words.desk.soundOn}`} onPress={toggle}>{muted ? words.desk.soundOff : words.desk.soundOn}</Button>
      <Button size="small" weight="quiet" onPress={() => void ringOnce().then((heard) => setBlocked(!heard))}>{words.desk.soundTest}</Button>
      {blocked && <Notice tone="warn" live>{words.desk.soundBlocked}</Notice>}
    </>
  );
}
