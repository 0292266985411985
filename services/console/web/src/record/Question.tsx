import { type KeyboardEvent, memo } from "react";
import type { Question as Asked } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useLabel, useWords } from "../i18n";
import { useLook } from "../app/look";
import { Choices } from "../ui/Choices";
import { Field } from "../ui/Field";
import { isTyping } from "../ui/hotkey";
import { answerBy, isNumberIn, keyOf } from "./answers";
import { ANSWER, elementOf } from "./names";
import { type Sheet, useValues } from "./sheet";

interface Props {
  question: Asked;
  sheet: Sheet;
  locked: boolean;
  /** Its turn: the first of those to be asked now. */
  current: boolean;
  due: boolean;
  onAnswered: () => void;
}

export const Question = memo(function Question({ question, sheet, locked, current, due, onAnswered }: Props) {
  const words = useWords();
  const { keys } = useLook();
  const label = useLabel();
  const name = ANSWER + question.questionId;
  const [answer = ""] = useValues(sheet, name);
  const give = (value: string) => sheet.edit(name, value ? [value] : [], true, true);
  const pressed = (event: KeyboardEvent) => {
    if (locked || !keys || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const code = answerBy(question, event.key);
    if (code === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    give(code);
    // Only here: arrow keys pass by other answers on their way, and must not be carried off.
    onAnswered();
  };
  const title = (
    <>
      {due && <span className="ask-now">{words.record.askNow}</span>}
      {label(question.label, question.questionId)}
    </>
  );
  const hint = question.hint && (question.hint.ja || question.hint.en) ? label(question.hint) : undefined;
  return (
    <div id={elementOf(name)} className={`question ${current ? "question-current" : ""} ${due ? "question-due" : ""}`} onKeyDown={pressed}>
      {question.options.length > 0 ? (
        <Choices
          legend={title}
          hint={hint}
          options={question.options.map((option, at) => ({ value: option.code, label: label(option.label, option.code), ...(keys ? { hotkey: keyOf(question, at) } : {}) }))}
          chosen={answer ? [answer] : []}
          onChoose={([value = ""]) => give(value)}
          disabled={locked}
        />
      ) : (
        <Written question={question} title={title} hint={hint} sheet={sheet} name={name} answer={answer} locked={locked} />
      )}
    </div>
  );
});

function Written({ question, title, hint, sheet, name, answer, locked }: { question: Asked; title: React.ReactNode; hint: string | undefined; sheet: Sheet; name: string; answer: string; locked: boolean }) {
  const words = useWords();
  const isNumber = question.kind === "number";
  const most = Number(question.most);
  const fits = (text: string) => (isNumber ? isNumberIn(text.trim(), question.least, question.most) : most === 0 || [...text].length <= most);
  const range = isNumber && question.least !== question.most ? words.record.numberRange(String(question.least), String(question.most)) : undefined;
  const change = (text: string) => sheet.edit(name, text ? [isNumber ? text.trim() : text] : [], fits(text));
  return (
    <Field
      label={title}
      hint={[hint, range].filter(Boolean).join(" · ") || undefined}
      value={answer}
      onChange={change}
      disabled={locked}
      {...(isNumber ? { inputMode: "numeric" as const } : { lines: 2 })}
      {...(fits(answer) ? {} : { error: isNumber ? words.record.badNumber : words.record.tooLong(most) })}
    />
  );
}
