import { useState } from "react";
import { useLineNow, useStaffName } from "../board/BoardProvider";
import type { Escalation, Page } from "../gen/tomoshibi/escalation/v1/escalation_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { clockSeconds, clockTime, millis, span } from "../i18n/time";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Select } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { Sign, type Tone } from "../ui/Sign";
import { useAct } from "../ui/useAct";
import { AdviceDialog } from "./AdviceDialog";

const TONES: Record<string, Tone> = { climbing: "busy", accepted: "good", acted: "good", withdrawn: "plain", unreached: "bad" };

/** Who is being rung just now, who said what, and what happens next. */
export function EscalationPanel({ escalation }: { escalation: Escalation }) {
  const words = useWords();
  const nameOf = useStaffName();
  const now = useLineNow();
  const [open, setOpen] = useState<"advice" | "withdraw">();
  const next = millis(escalation.nextAt);
  const tone = TONES[escalation.state] ?? "plain";
  const live = escalation.state === "climbing" || escalation.state === "accepted";
  const who = escalation.acceptedBy ? nameOf(escalation.acceptedBy) : "";
  return (
    <Panel title={words.desk.escalation} tone={escalation.state === "unreached" ? "bad" : "plain"} aside={<strong className="tag">{escalation.priority}</strong>}>
      <p className={`row tone-${tone}`} role="status">
        <Sign tone={tone} />
        <strong>{[who, worded(words.desk.escalationState, escalation.state), escalation.act && worded(words.desk.act, escalation.act)].filter(Boolean).join(" · ")}</strong>
      </p>
      <p className="small dim">
        {escalation.reasons.map((reason) => worded(words.desk.reason, reason)).join("・")}
        {escalation.round > 0 && ` · ${words.desk.round(escalation.round + 1)}`}
      </p>
      {live && next !== undefined && <p>{words.desk.nextAt(span(next - now))}</p>}
      <Pages pages={escalation.pages} />
      {escalation.advice.map((advice) => <AdviceLine key={`${advice.staffId} ${millis(advice.at)}`} advice={advice} />)}
      <div className="row">
        {live && <Button size="small" onPress={() => setOpen("withdraw")}>{words.desk.withdraw}</Button>}
        {escalation.state !== "withdrawn" && <Button size="small" onPress={() => setOpen("advice")}>{words.desk.adviceWrite}</Button>}
      </div>
      {open === "advice" && <AdviceDialog escalation={escalation} onClose={() => setOpen(undefined)} />}
      {open === "withdraw" && <Withdraw escalationId={escalation.escalationId} onClose={() => setOpen(undefined)} />}
    </Panel>
  );
}

function Pages({ pages }: { pages: Page[] }) {
  const words = useWords();
  const nameOf = useStaffName();
  const { language } = useLanguage();
  return (
    <ol className="plain-list small">
      {pages.map((page) => {
        const at = millis(page.outAt) ?? millis(page.dueAt);
        return (
          <li key={page.pageId} className="row">
            <span>{words.desk.rung(page.rung)} {nameOf(page.staffId)}</span>
            <span className="dim">{worded(words.desk.channel, page.channel)}</span>
            <strong>{worded(words.desk.pageState, page.state)}</strong>
            {at !== undefined && <span className="dim">{clockSeconds(at, language)}</span>}
          </li>
        );
      })}
    </ol>
  );
}

function AdviceLine({ advice }: { advice: Escalation["advice"][number] }) {
  const words = useWords();
  const nameOf = useStaffName();
  const { language } = useLanguage();
  return (
    <blockquote className="advice">
      <p className="written">{advice.advice}</p>
      <footer className="dim small">
        {nameOf(advice.staffId)} · {clockTime(millis(advice.at) ?? 0, language)} · {advice.readBack ? words.desk.readBack : words.desk.notReadBack}
      </footer>
    </blockquote>
  );
}

function Withdraw({ escalationId, onClose }: { escalationId: string; onClose: () => void }) {
  const words = useWords();
  const { console } = useClients();
  const operator = useOperator();
  const [reason, setReason] = useState("resolved");
  const withdraw = useAct(async () => {
    await console.withdrawEscalation({ ...operator, escalationId, reason });
    onClose();
  });
  return (
    <Dialog title={words.desk.withdraw} open onClose={onClose}>
      <Select label={words.desk.withdrawReason} value={reason} onChange={setReason} options={Object.entries(words.desk.withdrawReasons).map(([value, label]) => ({ value, label }))} />
      <TroubleNotice trouble={withdraw.trouble} />
      <div className="row">
        <Button weight="danger" busy={withdraw.busy} onPress={() => void withdraw.run()}>{words.desk.withdraw}</Button>
        <Button onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}
