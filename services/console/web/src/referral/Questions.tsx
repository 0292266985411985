import { type FormEvent, useState } from "react";
import type { Question, Referral } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useLanguage, useWords } from "../i18n";
import { clockTime, millis } from "../i18n/time";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Submit } from "../ui/Button";
import { Field } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { openQuestion } from "./standing";

export const MOST_WORDS = 1_000;

export function QuestionList({ questions }: { questions: Question[] }) {
  const words = useWords();
  const { language } = useLanguage();
  if (questions.length === 0) return null;
  return (
    <div className="stack-small">
      <h3>{words.referral.questions}</h3>
      {questions.map((one, at) => {
        const answered = millis(one.answeredAt);
        return (
          <blockquote key={at} className="advice">
            <p className="written">{one.question}</p>
            <footer className="dim small">{words.referral.askedAt(clockTime(millis(one.askedAt) ?? 0, language))}</footer>
            {answered === undefined ? <p className="dim">{words.referral.unanswered}</p> : <p className="written">{words.common.pair(words.referral.answeredAt(clockTime(answered, language)), one.answer)}</p>}
          </blockquote>
        );
      })}
    </div>
  );
}

/** To the oldest question without an answer. */
export function AnswerForm({ referral, onDone }: { referral: Referral; onDone: () => void }) {
  const words = useWords();
  const { referral: service } = useClients();
  const operator = useOperator();
  const [answer, setAnswer] = useState("");
  const over = [...answer].length > MOST_WORDS;
  const send = useAct(async () => {
    await service.answerQuestion({ ...operator, referralId: referral.referralId, answer: answer.trim() });
    setAnswer("");
    onDone();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (answer.trim() !== "" && !over) void send.run();
  };
  if (!openQuestion(referral.questions)) return null;
  return (
    <form className="stack-small" onSubmit={submit}>
      <Field label={words.referral.answer} lines={3} value={answer} onChange={setAnswer} required {...(over ? { error: words.record.tooLong(MOST_WORDS) } : {})} />
      <TroubleNotice trouble={send.trouble} />
      <div><Submit busy={send.busy}>{words.referral.answerGo}</Submit></div>
    </form>
  );
}
