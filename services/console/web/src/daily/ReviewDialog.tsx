import { type FormEvent, useState } from "react";
import type { Day } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useFresh } from "../session/Fresh";
import { useOperator } from "../session/SessionProvider";
import { Button, Submit } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { isStale } from "./days";

const MOST = 2000;

interface Props {
  day: Day;
  approve: boolean;
  onClose: () => void;
  onReviewed: (tone: "good" | "warn", text: string) => void;
}

/** Approves or returns exactly the version that was read. */
export function ReviewDialog({ day, approve, onClose, onReviewed }: Props) {
  const words = useWords();
  const { dailyLog } = useClients();
  const operator = useOperator();
  const fresh = useFresh();
  const [comments, setComments] = useState("");
  const [fault, setFault] = useState<string>();
  const { windowId, serviceDate, version } = day;
  const review = useAct(async () => {
    try {
      await fresh(() => dailyLog.reviewDay({ ...operator, windowId, serviceDate, version, approve, comments: comments.trim() }));
      onReviewed("good", approve ? words.daily.approved : words.daily.returned);
    } catch (error) {
      if (!isStale(error)) throw error;
      onReviewed("warn", words.daily.stale);
    }
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const length = [...comments.trim()].length;
    const wrong = length > MOST ? words.daily.commentsLong : !approve && length === 0 ? words.daily.commentsNeeded : undefined;
    setFault(wrong);
    if (!wrong) void review.run();
  };
  const go = approve ? words.daily.approve : words.daily.returnIt;
  return (
    <Dialog title={approve ? words.daily.approveTitle : words.daily.returnTitle} open onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <p>{words.daily.reviewWhy(version)}</p>
        <Field label={approve ? words.daily.optionalComments : words.daily.comments} value={comments} onChange={setComments} lines={5} required={!approve} hint={approve ? undefined : words.daily.returnWhy} error={fault} autoFocus />
        <TroubleNotice trouble={review.trouble} />
        <div className="row">
          <Submit busy={review.busy} weight={approve ? "go" : "primary"}>{go}</Submit>
          <Button onPress={onClose}>{words.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
