import { useState } from "react";
import { useStaffName } from "../board/BoardProvider";
import type { BoardCall } from "../gen/tomoshibi/console/v1/console_pb";
import type { Escalation } from "../gen/tomoshibi/escalation/v1/escalation_pb";
import { useWords, worded } from "../i18n";
import { millis, span } from "../i18n/time";
import { useClients } from "../net/clients";
import type { Keeper } from "../record/keeper";
import { useValues } from "../record/sheet";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { Elapsed } from "../ui/Timer";
import { useAct } from "../ui/useAct";
import { EscalateDialog } from "./EscalateDialog";
import { markRelay, markSilent } from "./marks";
import { useWindowName } from "./RingBanner";
import { TransferDialog } from "./TransferDialog";

interface Props {
  call: BoardCall;
  keeper: Keeper | undefined;
  escalations: Escalation[];
}

export function CallControls({ call, keeper, escalations }: Props) {
  const words = useWords();
  const windowName = useWindowName();
  const nameOf = useStaffName();
  const { console } = useClients();
  const operator = useOperator();
  const [open, setOpen] = useState<"escalate" | "transfer" | "hangUp">();
  const close = () => setOpen(undefined);
  const about = { ...operator, callId: call.callId };
  const hold = useAct(() => console.holdCall(about));
  const resume = useAct(() => console.resumeCall(about));
  const consult = useAct(() => console.consultPrivately(about));
  const hangUp = useAct(async () => {
    await console.hangUp(about);
    close();
  });
  const held = call.state === "on_hold";
  const consulting = call.state === "consulting";
  const isOpen = escalations.some(({ state }) => state === "climbing" || state === "accepted");
  const begun = millis(call.begunAt);
  const answered = millis(call.answeredAt);
  return (
    <Panel title={windowName(call.windowId)} tone="strong" aside={<strong className="tag">{worded(words.desk.callState, call.state)}</strong>}>
      <div className="row">
        <span>{words.desk.talkTime} <strong className="talk-time"><Elapsed since={answered} /></strong></span>
        {begun !== undefined && answered !== undefined && <span className="dim small">{words.desk.waited} {span(answered - begun)}</span>}
      </div>
      {call.psychiatrist && <Notice tone="good" live>{words.desk.inCallDoctor(nameOf(call.psychiatrist))}</Notice>}
      <div className="controls">
        {held ? (
          <Button weight="go" hotkey="h" busy={resume.busy} onPress={() => void resume.run()}>{words.desk.unhold}</Button>
        ) : (
          <Button hotkey="h" busy={hold.busy} disabled={consulting} onPress={() => void hold.run()}>{words.desk.hold}</Button>
        )}
        {consulting ? (
          <Button weight="go" hotkey="c" busy={resume.busy} onPress={() => void resume.run()}>{words.desk.together}</Button>
        ) : (
          <Button hotkey="c" busy={consult.busy} disabled={call.psychiatrist === ""} onPress={() => void consult.run()}>{words.desk.consult}</Button>
        )}
        <Button className="control-wide" weight="primary" hotkey="p" disabled={isOpen} onPress={() => setOpen("escalate")}>{words.desk.psychiatrist}</Button>
        <Button hotkey="t" onPress={() => setOpen("transfer")}>{words.desk.transfer}</Button>
        {keeper?.record.state === "draft" && <Marks keeper={keeper} />}
        <Button weight="danger" hotkey="e" onPress={() => setOpen("hangUp")}>{words.desk.hangUp}</Button>
      </div>
      {keeper?.record.state === "draft" && <RelayNotice keeper={keeper} />}
      <TroubleNotice trouble={hold.trouble ?? resume.trouble ?? consult.trouble} />
      {open === "escalate" && <EscalateDialog call={call} code={keeper?.record.assessment?.code ?? ""} onClose={close} />}
      {open === "transfer" && <TransferDialog call={call} keeper={keeper} onClose={close} />}
      <Dialog title={words.desk.hangUp} open={open === "hangUp"} onClose={close} alert>
        <p>{words.desk.hangUpSure}</p>
        <TroubleNotice trouble={hangUp.trouble} />
        <div className="row">
          <Button weight="danger" autoFocus busy={hangUp.busy} onPress={() => void hangUp.run()}>{words.desk.hangUpYes}</Button>
          <Button onPress={close}>{words.desk.hangUpNo}</Button>
        </div>
      </Dialog>
    </Panel>
  );
}

/** One key each. Whoever speaks through an interpreter is not silent: a relay call has long pauses. */
function Marks({ keeper }: { keeper: Keeper }) {
  const words = useWords();
  const flags = useValues(keeper, "special_flags");
  const [relay, silent] = [flags.includes("relay"), flags.includes("silent")];
  return (
    <>
      <Button hotkey="s" pressed={silent} disabled={relay && !silent} onPress={() => markSilent(keeper, !silent)}>{words.desk.silent}</Button>
      <Button hotkey="r" pressed={relay} onPress={() => markRelay(keeper, !relay)}>{words.desk.relay}</Button>
    </>
  );
}

function RelayNotice({ keeper }: { keeper: Keeper }) {
  const words = useWords();
  const relay = useValues(keeper, "special_flags").includes("relay");
  return relay ? <Notice tone="busy">{words.desk.relayNow}</Notice> : null;
}
