import { useStaffName } from "../board/BoardProvider";
import type { Offered, Referral } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { clockTime, dayTime, millis } from "../i18n/time";
import { Sign, type Tone } from "../ui/Sign";
import { detailOf, momentOf } from "./standing";

const TONES: Record<string, Tone> = { sent: "busy", waiting: "plain", received: "busy", accepted: "good", declined: "bad", silent: "warn", passed_over: "warn" };

/** Who was asked, in order, with their answers and why they were chosen. */
export function OfferedList({ offered }: { offered: Offered[] }) {
  const words = useWords();
  if (offered.length === 0) return null;
  return (
    <div className="stack-small">
      <h3>{words.referral.offered}</h3>
      <ol className="offered">{offered.map((one) => <OfferedLine key={`${one.targetId} ${millis(one.at)}`} one={one} />)}</ol>
    </div>
  );
}

function OfferedLine({ one }: { one: Offered }) {
  const words = useWords();
  const { language } = useLanguage();
  const tone = TONES[one.state] ?? "plain";
  const time = (at: Offered["at"], said: (time: string) => string) => {
    const ms = millis(at);
    return ms === undefined ? "" : said(clockTime(ms, language));
  };
  return (
    <li>
      <span className={`state tone-${tone}`}>
        <Sign tone={tone} size={18} />
        <span><strong>{one.targetName || one.targetId}</strong> {[worded(words.referral.offerState, one.state), one.reason && worded(words.referral.refusal, one.reason)].filter(Boolean).join(" · ")}</span>
      </span>
      <div className="dim small">
        {[time(one.at, words.referral.offeredAt), time(one.receivedAt, words.referral.receivedAt), time(one.decidedAt, words.referral.decidedAt), ...one.chosenBecause.map((reason) => worded(words.referral.choice, reason))].filter(Boolean).join(" · ")}
      </div>
      {one.note && <p className="server-words">{one.note}</p>}
    </li>
  );
}

/** The whole story, folded. */
export function Story({ referral }: { referral: Referral }) {
  const words = useWords();
  const { language } = useLanguage();
  const nameOf = useStaffName();
  const targets = new Map(referral.offered.map((one) => [one.targetId, one.targetName]));
  return (
    <details>
      <summary>{words.common.counted(words.referral.history, referral.events.length)}</summary>
      <ol className="plain-list small">
        {referral.events.map((event, at) => {
          const detail = detailOf(event.body);
          const moment = momentOf(event.body);
          return (
            <li key={at} className="row">
              <span className="clock dim">{dayTime(millis(event.at) ?? 0, language)}</span>
              <strong>{worded(words.referral.happened, event.happened)}</strong>
              {detail && <span>{worded(words.referral[detail.list], detail.code)}</span>}
              {moment !== undefined && <span className="clock">{dayTime(moment, language)}</span>}
              {event.by && <span className="dim">{targets.get(event.by) || nameOf(event.by)}</span>}
            </li>
          );
        })}
      </ol>
    </details>
  );
}
