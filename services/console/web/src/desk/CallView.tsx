import { useEffect } from "react";
import { useBoard } from "../board/BoardProvider";
import type { BoardDesk } from "../gen/tomoshibi/console/v1/console_pb";
import { useWords } from "../i18n";
import { DraftForm } from "../record/DraftForm";
import type { Keeper } from "../record/keeper";
import { useValues } from "../record/sheet";
import { useRecordOfCall } from "../record/useOpened";
import { ReferralPanel, ReferralState } from "../referral/ReferralPanel";
import { Notice, TroubleNotice } from "../ui/Notice";
import { CallControls } from "./CallControls";
import { CasePanel } from "./CasePanel";
import { EscalationPanel } from "./EscalationPanel";
import { silenceIsOver } from "./silence";
import { SilencePanel } from "./SilencePanel";

/** A call and its record side by side; after the call, the record alone. */
export function CallView({ callId, desk }: { callId: string; desk: BoardDesk }) {
  const words = useWords();
  const board = useBoard();
  const call = board?.calls.find((one) => one.callId === callId);
  const opened = useRecordOfCall(callId);
  const keeper = opened.value;
  const escalations = board?.escalations.filter((one) => one.callId === callId) ?? [];
  return (
    <div className="call-view">
      <div className="call-side">
        {call && desk.presence === "in_call" && <CallControls call={call} keeper={keeper} escalations={escalations} />}
        {call && desk.presence === "in_call" && keeper?.record.state === "draft" && <Silence callId={callId} keeper={keeper} />}
        {escalations.map((escalation) => <EscalationPanel key={escalation.escalationId} escalation={escalation} />)}
        <CasePanel callId={callId} keeper={keeper} />
      </div>
      <div className="stack">
        {!keeper && <TroubleNotice trouble={opened.trouble} />}
        {!keeper && !opened.trouble && <p role="status">{words.common.loading}</p>}
        {keeper && <ReferralState recordId={keeper.record.recordId} />}
        {keeper?.record.state === "draft" && <DraftForm keeper={keeper} onSigned={opened.again} />}
        {keeper && keeper.record.state !== "draft" && (
          <Notice tone="good" live>{words.record.signed} <a href={`#/record/${encodeURIComponent(keeper.record.recordId)}`}>{words.record.open}</a></Notice>
        )}
        {keeper && <ReferralPanel recordId={keeper.record.recordId} keeper={keeper} signed={keeper.record.state !== "draft"} />}
      </div>
    </div>
  );
}

function Silence({ callId, keeper }: { callId: string; keeper: Keeper }) {
  const silent = useValues(keeper, "special_flags").includes("silent");
  // However the mark went away, the next silence is counted from its own beginning.
  useEffect(() => void (!silent && silenceIsOver(callId)), [silent, callId]);
  return silent ? <SilencePanel callId={callId} keeper={keeper} /> : null;
}
