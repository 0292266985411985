import { useState } from "react";
import { useBoard, useLineNow } from "../board/BoardProvider";
import { useLabel, useWords } from "../i18n";
import { span } from "../i18n/time";
import { useClients } from "../net/clients";
import type { Keeper } from "../record/keeper";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useAct } from "../ui/useAct";
import { closeAsSilent, markSilent } from "./marks";
import { silenceIsOver, silentSince, standingAfter } from "./silence";

/** The caller says nothing: what to say and when, until they speak or the line is freed. */
export function SilencePanel({ callId, keeper }: { callId: string; keeper: Keeper }) {
  const words = useWords();
  const label = useLabel();
  const now = useLineNow();
  const [since] = useState(() => silentSince(callId, now));
  const [ending, setEnding] = useState(false);
  const { now: say, before, next } = standingAfter(now - since, useBoard()?.silentPrompts ?? []);
  const speaks = () => {
    silenceIsOver(callId);
    markSilent(keeper, false);
  };
  return (
    <Panel title={words.desk.silence} tone="strong" aside={<span>{words.desk.silentFor} <strong className="clock talk-time">{span(now - since)}</strong></span>}>
      {say && (
        <div className="say-now">
          <span className="dim small">{words.desk.sayNow}</span>
          <p role="status">{label(say)}</p>
        </div>
      )}
      {next !== undefined && <p className="clock">{words.desk.sayNext(span(next + 999))}</p>}
      {next === undefined && say && <p>{words.desk.saidAll}</p>}
      <div className="row">
        <Button weight="go" onPress={speaks}>{words.desk.voiceHeard}</Button>
        <Button weight={next === undefined ? "danger" : "plain"} onPress={() => setEnding(true)}>{words.desk.silentEnd}</Button>
      </div>
      {before.length > 0 && (
        <details>
          <summary>{words.common.counted(words.desk.said, before.length)}</summary>
          <ul className="plain-list small">{before.map((one) => <li key={one.afterS}><span className="dim clock">{span(one.afterS * 1000)}</span> {label(one)}</li>)}</ul>
        </details>
      )}
      {ending && <EndAsSilent callId={callId} keeper={keeper} onClose={() => setEnding(false)} />}
    </Panel>
  );
}

/** The record first: should the line go, it is known how the call ended. */
function EndAsSilent({ callId, keeper, onClose }: { callId: string; keeper: Keeper; onClose: () => void }) {
  const words = useWords();
  const { console } = useClients();
  const operator = useOperator();
  const end = useAct(async () => {
    closeAsSilent(keeper);
    // The line itself says how a call ended where nobody has said it.
    await keeper.flush();
    await console.hangUp({ ...operator, callId });
    silenceIsOver(callId);
    onClose();
  });
  return (
    <Dialog title={words.desk.silentEnd} open onClose={onClose} alert>
      <p>{words.desk.silentEndSure}</p>
      <TroubleNotice trouble={end.trouble} />
      <div className="row">
        <Button weight="danger" autoFocus busy={end.busy} onPress={() => void end.run()}>{words.desk.silentEndYes}</Button>
        <Button onPress={onClose}>{words.desk.hangUpNo}</Button>
      </div>
    </Dialog>
  );
}
