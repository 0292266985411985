import { useLineNow } from "../board/BoardProvider";
import type { Referral } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { dayTime, span } from "../i18n/time";
import { CodeMark } from "../record/CodeMark";
import { Sign } from "../ui/Sign";
import { dueOf, expectedOf, toneOf } from "./standing";

/** Code, state, whom it is with: one line. */
export function Head({ referral }: { referral: Referral }) {
  const words = useWords();
  const tone = toneOf(referral);
  return (
    <div className="spread">
      <span className={`state tone-${tone}`}>
        <Sign tone={tone} />
        <strong>{[referral.late && words.referral.late, worded(words.referral.state, referral.state), worded(words.referral.outcome, referral.outcome)].filter(Boolean).join(" · ")}</strong>
      </span>
      <span className="row">
        {referral.targetName && <span>{words.referral.at(referral.targetName)}</span>}
        <CodeMark code={referral.triageCode} />
      </span>
    </div>
  );
}

/** When the receiver expects the person. */
export function Expected({ referral }: { referral: Referral }) {
  const words = useWords();
  const { language } = useLanguage();
  const at = expectedOf(referral);
  return at === undefined ? null : <p className="clock">{words.referral.expectedAt(dayTime(at, language))}</p>;
}

/** The deadline that runs, in words. A clock that is read aloud each second would be unbearable. */
export function Deadline({ referral }: { referral: Referral }) {
  const words = useWords();
  const { language } = useLanguage();
  const now = useLineNow();
  const due = dueOf(referral, now);
  if (!due) return null;
  const [what, at] = [worded(words.referral.due, due.kind), dayTime(due.at, language)];
  const isPast = due.left < 0;
  return (
    <p className={`clock state ${isPast ? "tone-bad" : ""}`} role="timer" aria-live="off">
      <Sign tone={isPast ? "bad" : "busy"} size={18} />
      <span>{isPast ? words.referral.duePast(what, span(-due.left), at) : words.referral.dueIn(what, span(due.left), at)}</span>
    </p>
  );
}
