import { useState } from "react";
import type { Referral } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { dayTime, millis } from "../i18n/time";
import { CodeMark } from "../record/CodeMark";
import { Deadline, Expected } from "../referral/Head";
import { QuestionList } from "../referral/Questions";
import { SheetDialog } from "../referral/SheetDialog";
import { toneOf } from "../referral/standing";
import { Story } from "../referral/Story";
import { Told } from "../referral/Told";
import { Button } from "../ui/Button";
import { Sign } from "../ui/Sign";
import { AcceptDialog, AskDialog, DeclineDialog } from "./DecideDialogs";
import { ArrivalDialog, OutcomeDialog } from "./ReportDialogs";
import { isTaken, needsWord, standingOf } from "./standing";

type Open = "accept" | "decline" | "ask" | "arrival" | "outcome" | "sheet";

/** One referral as its receiver sees it, with everything they can say to it. */
export function CaseCard({ referral, centreId, onChanged }: { referral: Referral; centreId: string; onChanged: (said: string) => void }) {
  const words = useWords();
  const [open, setOpen] = useState<Open>();
  const standing = standingOf(referral);
  const done = (what: string) => {
    setOpen(undefined);
    onChanged(what);
  };
  const at = { referralId: referral.referralId, centreId, onClose: () => setOpen(undefined), onDone: done };
  const name = nameOf(referral);
  const act = (what: Open, label: string, weight: "go" | "plain" | "quiet" | "primary" = "plain") => <Button weight={weight} label={name ? `${label}: ${name}` : label} onPress={() => setOpen(what)}>{label}</Button>;
  return (
    <div className="stack-small">
      <CaseHead referral={referral} />
      <Expected referral={referral} />
      {(needsWord(standing) ? standing === "decide" : isTaken(standing)) && <Deadline referral={referral} />}
      {referral.content.length > 0 ? <Told content={referral.content} /> : <p className="dim">{words.centre.noContent}</p>}
      <QuestionList questions={referral.questions} />
      {referral.events.length > 0 && <Story referral={referral} />}
      <div className="row">
        {needsWord(standing) && act("accept", words.centre.accept, "go")}
        {needsWord(standing) && act("decline", words.centre.decline)}
        {needsWord(standing) && act("ask", words.centre.askBack)}
        {(standing === "taken" || standing === "not_arrived") && act("arrival", words.centre.arrival, "primary")}
        {isTaken(standing) && act("outcome", words.centre.outcome, standing === "arrived" ? "primary" : "plain")}
        {standing === "taken" && act("decline", words.centre.giveBack)}
        {referral.content.length > 0 && act("sheet", words.referral.sheet, "quiet")}
      </div>
      {open === "accept" && <AcceptDialog {...at} />}
      {open === "decline" && <DeclineDialog {...at} givesBack={standing === "taken"} />}
      {open === "ask" && <AskDialog {...at} />}
      {open === "arrival" && <ArrivalDialog {...at} />}
      {open === "outcome" && <OutcomeDialog {...at} />}
      {open === "sheet" && <SheetDialog referralId={referral.referralId} onClose={() => setOpen(undefined)} />}
    </div>
  );
}

export function nameOf({ content }: Referral): string {
  return content.find(({ field }) => field === "subject_name")?.values[0] ?? "";
}

function CaseHead({ referral }: { referral: Referral }) {
  const words = useWords();
  const { language } = useLanguage();
  const standing = standingOf(referral);
  const tone = needsWord(standing) || isTaken(standing) ? toneOf(referral) : "plain";
  const at = millis(referral.offered.at(-1)?.at ?? referral.releasedAt);
  return (
    <div className="spread">
      <span className={`state tone-${tone}`}><Sign tone={tone} /><strong>{[referral.late && isTaken(standing) && words.referral.late, worded(words.centre.standing, standing), worded(words.referral.outcome, referral.outcome)].filter(Boolean).join(" · ")}</strong></span>
      <span className="row">{at !== undefined && <span className="dim small">{words.centre.handedOver(dayTime(at, language))}</span>}<CodeMark code={referral.triageCode} /></span>
    </div>
  );
}
