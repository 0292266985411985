import { useState } from "react";
import type { Referral } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import type { Keeper } from "../record/keeper";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Sign } from "../ui/Sign";
import { useAct } from "../ui/useAct";
import { useLoad } from "../ui/useLoad";
import { Candidates } from "./Candidates";
import { Journey, MissingFields } from "./Extra";
import { SheetDialog } from "./SheetDialog";
import { SheetFrame } from "./SheetFrame";
import { changesOf } from "./standing";
import { Targets } from "./Targets";
import { Told } from "./Told";

interface Props {
  recordId: string;
  keeper: Keeper | undefined;
  signed: boolean;
  onChanged: () => void;
}

/** What goes out, to whom, and what is still missing. The same record twice is one draft. */
export function DraftPanel({ recordId, keeper, signed, onChanged }: Props) {
  const words = useWords();
  const { referral: service } = useClients();
  const operator = useOperator();
  const [said, setSaid] = useState<Record<string, string>>({});
  const [chosen, setChosen] = useState<string[]>([]);
  const [byHand, setByHand] = useState(false);
  const [open, setOpen] = useState<"release" | "sheet">();
  const [unsaved, setUnsaved] = useState(false);
  const [kept, setKept] = useState<{ referral: Referral; turn: number }>();
  const first = useLoad(recordId, async () => (await service.draftReferral({ ...operator, recordId })).referral);
  const draft = kept?.referral ?? first.value;
  const keep = useAct(async () => {
    const { referral } = await service.draftReferral({ ...operator, recordId, targetIds: byHand ? chosen : [], changes: changesOf(said) });
    if (referral) setKept((before) => ({ referral, turn: (before?.turn ?? 0) + 1 }));
  });
  // The server reads the record as it is kept there.
  const keepAll = async () => {
    const allSaved = (await keeper?.flush()) ?? true;
    setUnsaved(!allSaved);
    return allSaved && keep.run();
  };
  const ask = async () => {
    if (await keepAll()) setOpen("release");
  };
  if (!draft) return first.trouble ? <div className="stack"><TroubleNotice trouble={first.trouble} /><div><Button onPress={first.again}>{words.common.again}</Button></div></div> : <p role="status">{words.common.loading}</p>;
  return (
    <div className="stack">
      <h3>{words.referral.draftTitle}</h3>
      <Journey said={{ ...purposeOf(draft), ...said }} onSay={setSaid} />
      <Targets chosen={chosen} onChoose={setChosen} byHand={byHand} onByHand={setByHand} />
      <Candidates referralId={draft.referralId} turn={String(kept?.turn ?? 0)} />
      {draft.missing.length > 0 ? <MissingFields missing={draft.missing} said={said} onSay={setSaid} /> : <p className="row tone-good"><Sign tone="good" size={18} />{words.referral.missingNone}</p>}
      {draft.content.length > 0 && <details><summary>{words.referral.content}</summary><Told content={draft.content} /></details>}
      {!signed && draft.triageCode > "B" && <Notice tone="plain">{words.referral.afterSigning}</Notice>}
      {unsaved && <Notice tone="bad" live>{words.referral.notAllSaved}</Notice>}
      {kept && !unsaved && !keep.busy && !keep.trouble && open === undefined && <Notice tone="good" live>{words.referral.kept}</Notice>}
      {open === undefined && <TroubleNotice trouble={keep.trouble} />}
      <div className="row">
        <Button weight="primary" busy={keep.busy} disabled={byHand && chosen.length === 0} onPress={() => void ask()}>{words.referral.release}</Button>
        <Button busy={keep.busy} onPress={() => void keepAll()}>{words.referral.keep}</Button>
        <Button weight="quiet" onPress={() => setOpen("sheet")}>{words.referral.sheet}</Button>
      </div>
      {open === "release" && <ReleaseDialog draft={draft} onClose={() => setOpen(undefined)} onReleased={onChanged} />}
      {open === "sheet" && <SheetDialog referralId={draft.referralId} onClose={() => setOpen(undefined)} />}
    </div>
  );
}

function purposeOf({ content }: Referral): Record<string, string> {
  const told = content.filter(({ field }) => field === "purpose" || field === "accompanying" || field === "transport" || field === "police_involved");
  return Object.fromEntries(told.map(({ field, values }) => [field, values[0] ?? ""]));
}

function ReleaseDialog({ draft, onClose, onReleased }: { draft: Referral; onClose: () => void; onReleased: () => void }) {
  const words = useWords();
  const { referral: service } = useClients();
  const operator = useOperator();
  const release = useAct(async () => {
    await service.releaseReferral({ ...operator, referralId: draft.referralId });
    onClose();
    onReleased();
  });
  return (
    <Dialog title={words.referral.release} open onClose={onClose} wide>
      <p>{words.referral.releaseSure}</p>
      {draft.targetName && <p><strong>{words.referral.releaseFirst(draft.targetName)}</strong></p>}
      {draft.missing.length > 0 && <Notice tone="warn">{words.common.pair(words.referral.missing(draft.missing.length), draft.missing.map((name) => words.referral.fields[name] ?? name).join("、"))}</Notice>}
      {draft.content.length > 0 ? <Told content={draft.content} /> : <SheetFrame referralId={draft.referralId} />}
      <TroubleNotice trouble={release.trouble} />
      <div className="row">
        <Button weight="primary" busy={release.busy} disabled={draft.missing.length > 0} onPress={() => void release.run()}>{words.referral.release}</Button>
        <Button autoFocus onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}
