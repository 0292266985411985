import { useState } from "react";
import type { Referral } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { TroubleNotice } from "../ui/Notice";
import { useLoad } from "../ui/useLoad";
import { CorrectDialog, RecallDialog } from "./ChangeDialogs";
import { Deadline, Expected, Head } from "./Head";
import { AnswerForm, QuestionList } from "./Questions";
import { SheetDialog } from "./SheetDialog";
import { isOver, wordsTurn } from "./standing";
import { OfferedList, Story } from "./Story";
import { Told } from "./Told";

/** A referral that went out: where it stands, who said what, and what can still be done. */
export function ReleasedPanel({ referral, onChanged }: { referral: Referral; onChanged: () => void }) {
  const words = useWords();
  const [open, setOpen] = useState<"recall" | "correct" | "sheet">();
  const [reads, setReads] = useState(false);
  const asked = referral.events.some(({ happened }) => happened === "asked");
  const whole = useWhole(referral, reads || asked || referral.offered.some(({ state }) => state === "declined"));
  const done = () => {
    setOpen(undefined);
    onChanged();
  };
  return (
    <div className="stack">
      <Head referral={referral} />
      <Expected referral={referral} />
      <Deadline referral={referral} />
      <TroubleNotice trouble={whole.trouble} />
      {asked && whole.value && <Words referral={whole.value} over={isOver(referral)} onChanged={onChanged} />}
      <OfferedList offered={referral.offered.map((one, at) => ({ ...one, note: whole.value?.offered[at]?.note ?? "" }))} />
      <details onToggle={(event) => setReads(event.currentTarget.open)}>
        <summary>{words.referral.readContent}</summary>
        {whole.value && <Told content={whole.value.content} />}
      </details>
      <Story referral={referral} />
      <div className="row">
        {!isOver(referral) && <Button size="small" onPress={() => setOpen("correct")}>{words.referral.correct}</Button>}
        {!isOver(referral) && <Button size="small" weight="danger" onPress={() => setOpen("recall")}>{words.referral.recall}</Button>}
        <Button size="small" weight="quiet" onPress={() => setOpen("sheet")}>{words.referral.sheet}</Button>
      </div>
      {open === "recall" && <RecallDialog referralId={referral.referralId} onClose={() => setOpen(undefined)} onDone={done} />}
      {open === "correct" && <CorrectDialog referralId={referral.referralId} onClose={() => setOpen(undefined)} onDone={done} />}
      {open === "sheet" && <SheetDialog referralId={referral.referralId} onClose={() => setOpen(undefined)} />}
    </div>
  );
}

/** Looking at what was said is audited: it is read once for each new word. */
function useWhole(referral: Referral, wanted: boolean) {
  const { referral: service } = useClients();
  const operator = useOperator();
  const { referralId } = referral;
  return useLoad(wanted ? `${referralId} ${wordsTurn(referral)}` : undefined, async (signal) => (await service.getReferral({ ...operator, referralId }, { signal })).referral);
}

function Words({ referral, over, onChanged }: { referral: Referral; over: boolean; onChanged: () => void }) {
  return (
    <>
      <QuestionList questions={referral.questions} />
      {!over && <AnswerForm referral={referral} onDone={onChanged} />}
    </>
  );
}
