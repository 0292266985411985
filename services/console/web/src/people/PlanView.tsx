import type { Plan } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useLineNow } from "../board/BoardProvider";
import { useLanguage, useWords } from "../i18n";
import { day, millis } from "../i18n/time";

/** The crisis plan at a glance: what the person themselves wants done. */
export function PlanView({ plan }: { plan: Plan }) {
  const words = useWords();
  const { language } = useLanguage();
  const now = useLineNow();
  const at = millis(plan.at);
  const due = plan.reviewOn !== "" && Date.parse(plan.reviewOn) < now;
  const parts = [
    [words.people.earlySigns, plan.earlySigns],
    [words.people.whatHelps, plan.whatHelps],
    [words.people.whomToRing, plan.whomToRing],
    [words.people.whatToAvoid, plan.whatToAvoid],
  ] as const;
  return (
    <div className="plan">
      <dl className="read">
        {parts.filter(([, text]) => text).map(([title, text]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd className="written">{text}</dd>
          </div>
        ))}
      </dl>
      <p className="dim small">
        {at !== undefined && words.people.planOf(day(at, language))}
        {plan.consentDate && ` · ${words.people.consentDate} ${plan.consentDate}`}
        {plan.reviewOn && ` · ${words.people.reviewOn} ${plan.reviewOn}`}
      </p>
      {due && <p className="tone-warn small">{words.people.reviewDue}</p>}
    </div>
  );
}
