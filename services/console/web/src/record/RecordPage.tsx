import { useState } from "react";
import { useWords } from "../i18n";
import { ReferralPanel, ReferralState } from "../referral/ReferralPanel";
import { useMe } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Notice, TroubleNotice } from "../ui/Notice";
import { DraftForm } from "./DraftForm";
import { useForm } from "./forms";
import type { Keeper } from "./keeper";
import { ReasonGate } from "./ReasonGate";
import { ReadFields, RecordHead, SignedRecord } from "./SignedRecord";
import { useRecord } from "./useOpened";
import type { Record as RecordMessage } from "../gen/tomoshibi/triage/v1/triage_pb";

export function RecordPage({ recordId }: { recordId: string }) {
  const words = useWords();
  return (
    <div className="page">
      <h1>{words.app.record}</h1>
      <RecordView recordId={recordId} />
    </div>
  );
}

/** One's own at once; somebody else's after the server asked for a reason. */
export function RecordView({ recordId }: { recordId: string }) {
  const first = useRecord(recordId, "");
  const words = useWords();
  if (first.trouble?.kind === "not_allowed") {
    return <ReasonGate>{(reason) => <WithReason recordId={recordId} reason={reason} />}</ReasonGate>;
  }
  if (first.trouble && !first.value) return <Failed trouble={first.trouble} again={first.again} />;
  if (!first.value) return <p role="status">{words.common.loading}</p>;
  return <Shown recordId={recordId} reason="" record={first.value.record} keeper={first.value.keeper} again={first.again} />;
}

function WithReason({ recordId, reason }: { recordId: string; reason: string }) {
  const words = useWords();
  const asked = useRecord(recordId, reason);
  if (asked.trouble && !asked.value) return <Failed trouble={asked.trouble} again={asked.again} />;
  if (!asked.value) return <p role="status">{words.common.loading}</p>;
  return <Shown recordId={recordId} reason={reason} record={asked.value.record} keeper={undefined} again={asked.again} />;
}

function Failed({ trouble, again }: { trouble: Parameters<typeof TroubleNotice>[0]["trouble"]; again: () => void }) {
  const words = useWords();
  return (
    <div className="stack">
      <TroubleNotice trouble={trouble} />
      <div><Button onPress={again}>{words.common.again}</Button></div>
    </div>
  );
}

interface Props {
  recordId: string;
  reason: string;
  record: RecordMessage;
  keeper: Keeper | undefined;
  again: () => void;
}

function Shown({ recordId, reason, record, keeper, again }: Props) {
  const words = useWords();
  const me = useMe();
  const [revision, setRevision] = useState(0);
  const { value: form } = useForm(record.protocolVersion);
  if (!form) return <p role="status">{words.common.loading}</p>;
  if (revision > 0) return <Old recordId={recordId} reason={reason} revision={revision} onLatest={() => setRevision(0)} />;
  const mine = record.authorAccount === me.accountId || (record.authorStaff !== "" && record.authorStaff === me.staffId);
  const mayWrite = me.roles.includes("counsellor") || me.roles.includes("supervisor");
  return (
    <>
      <RecordHead record={record} />
      <ReferralState recordId={recordId} />
      {keeper && mine ? (
        <DraftForm keeper={keeper} onSigned={again} />
      ) : (
        <SignedRecord record={record} form={form} mayAmend={mayWrite && record.state !== "draft"} onChanged={again} onShow={setRevision} />
      )}
      <ReferralPanel recordId={recordId} keeper={keeper && mine ? keeper : undefined} signed={record.state !== "draft"} />
    </>
  );
}

function Old({ recordId, reason, revision, onLatest }: { recordId: string; reason: string; revision: number; onLatest: () => void }) {
  const words = useWords();
  const old = useRecord(recordId, reason, revision);
  const { value: form } = useForm(old.value?.record.protocolVersion);
  return (
    <div className="stack">
      <Notice tone="warn">{words.record.oldRevision(revision)}</Notice>
      <div><Button weight="primary" onPress={onLatest}>{words.record.latest}</Button></div>
      <TroubleNotice trouble={old.trouble} />
      {old.value && form && <ReadFields record={old.value.record} form={form} />}
    </div>
  );
}
