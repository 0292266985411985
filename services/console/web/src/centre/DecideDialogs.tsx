import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { useState } from "react";
import { useWords, worded } from "../i18n";
import { useClients } from "../net/clients";
import { MOST_WORDS } from "../referral/Questions";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";

export interface ActProps {
  referralId: string;
  centreId: string;
  onClose: () => void;
  /** With what to say about it. */
  onDone: (said: string) => void;
}

/** What a field of local time means: the line is in Japan. */
export function instantOf(local: string) {
  const ms = Date.parse(`${local}:00+09:00`);
  return local === "" || Number.isNaN(ms) ? undefined : timestampFromMs(ms);
}

export function AcceptDialog({ referralId, centreId, onClose, onDone }: ActProps) {
  const words = useWords();
  const { centre } = useClients();
  const operator = useOperator();
  const [expected, setExpected] = useState("");
  const accept = useAct(async () => {
    const { outcome } = await centre.accept({ ...operator, centreId, referralId, expectedAt: instantOf(expected) });
    onDone(worded(words.centre.acceptedBy, outcome));
  });
  return (
    <Dialog title={words.centre.acceptTitle} open onClose={onClose}>
      <Field label={words.centre.expected} type="datetime-local" value={expected} onChange={setExpected} />
      <TroubleNotice trouble={accept.trouble} />
      <div className="row">
        <Button weight="go" busy={accept.busy} autoFocus onPress={() => void accept.run()}>{words.centre.accept}</Button>
        <Button onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}

export function DeclineDialog({ referralId, centreId, onClose, onDone, givesBack }: ActProps & { givesBack: boolean }) {
  const words = useWords();
  const { centre } = useClients();
  const operator = useOperator();
  const [reason, setReason] = useState("");
  const [note, setNote] = useState("");
  const decline = useAct(async () => {
    await centre.decline({ ...operator, centreId, referralId, reason, note: note.trim() });
    onDone(words.centre.declined);
  });
  const title = givesBack ? words.centre.giveBack : words.centre.declineTitle;
  return (
    <Dialog title={title} open onClose={onClose} alert>
      <p>{givesBack ? words.centre.giveBackWhy : words.centre.declineWhy}</p>
      <Choices legend={words.centre.declineReason} options={Object.entries(words.referral.refusal).map(([value, label]) => ({ value, label }))} chosen={reason ? [reason] : []} onChoose={([next = ""]) => setReason(next)} required />
      <Field label={words.centre.note} lines={2} value={note} onChange={setNote} max={MOST_WORDS} />
      <TroubleNotice trouble={decline.trouble} />
      <div className="row">
        <Button weight="danger" busy={decline.busy} disabled={reason === ""} onPress={() => void decline.run()}>{givesBack ? words.centre.giveBack : words.centre.decline}</Button>
        <Button onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}

export function AskDialog({ referralId, centreId, onClose, onDone }: ActProps) {
  const words = useWords();
  const { centre } = useClients();
  const operator = useOperator();
  const [question, setQuestion] = useState("");
  const ask = useAct(async () => {
    await centre.askBack({ ...operator, centreId, referralId, question: question.trim() });
    onDone(words.centre.asked);
  });
  return (
    <Dialog title={words.centre.askTitle} open onClose={onClose}>
      <Field label={words.centre.question} hint={words.centre.askWhy} lines={4} value={question} onChange={setQuestion} max={MOST_WORDS} required autoFocus />
      <TroubleNotice trouble={ask.trouble} />
      <div className="row">
        <Button weight="primary" busy={ask.busy} disabled={question.trim() === ""} onPress={() => void ask.run()}>{words.centre.askBack}</Button>
        <Button onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}
