import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Section } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useLabel, useWords } from "../i18n";
import { Button } from "../ui/Button";
import { Panel } from "../ui/Panel";
import type { Form } from "./forms";
import { ANSWER, jumpTo } from "./names";
import { Question } from "./Question";
import { type Sheet, useSheet } from "./sheet";

interface Props {
  form: Form;
  sheet: Sheet;
  locked: boolean;
  /** As the server said last. */
  next: string[];
}

/** The protocol in its order. What need not be asked now is folded away, not gone. */
export function Questions({ form, sheet, locked, next }: Props) {
  const words = useWords();
  useSheet(sheet);
  const answered = (id: string) => (sheet.values(ANSWER + id)[0] ?? "") !== "";
  const open = next.filter((id) => !answered(id));
  const current = open[0];
  const sections = form.described.protocol?.sections ?? [];
  const { jumpNext, onAnswered } = useStepping(open);
  if (sections.length === 0) return null;
  return (
    <Panel
      title={words.record.protocol}
      aside={
        <div className="row">
          {current ? <span className="hint">{words.record.answerHint}</span> : <span className="tone-good">{words.record.allAsked}</span>}
          {!locked && <Button size="small" hotkey="q" disabled={!current} onPress={jumpNext}>{words.record.nextQuestion}</Button>}
        </div>
      }
    >
      {sections.map((section) => (
        <Part key={section.section} section={section} sheet={sheet} locked={locked} open={open} current={current} answered={answered} onAnswered={onAnswered} />
      ))}
    </Panel>
  );
}

/** After an answer by key one stands at the next question: at once, or when the server has named it. */
function useStepping(open: string[]) {
  const going = useRef(false);
  const latest = useRef(open);
  latest.current = open;
  const [, turn] = useState(0);
  const key = open.join(" ");
  useEffect(() => {
    if (!going.current || !latest.current[0]) return;
    going.current = false;
    jumpTo(ANSWER + latest.current[0]);
  }, [key]);
  const onAnswered = useCallback((id: string) => {
    const rest = latest.current.filter((one) => one !== id);
    // With the focus among the answers only: a click elsewhere is not dragged along.
    going.current = document.activeElement?.closest(".question") !== null;
    if (rest.length > 0 || going.current) turn((before) => before + 1);
  }, []);
  const jumpNext = useCallback(() => latest.current[0] && jumpTo(ANSWER + latest.current[0]), []);
  return useMemo(() => ({ jumpNext, onAnswered }), [jumpNext, onAnswered]);
}

interface PartProps {
  section: Section;
  sheet: Sheet;
  locked: boolean;
  open: string[];
  current: string | undefined;
  answered: (id: string) => boolean;
  onAnswered: (id: string) => void;
}

function Part({ section, sheet, locked, open, current, answered, onAnswered }: PartProps) {
  const words = useWords();
  const label = useLabel();
  const shown = section.questions.filter(({ questionId }) => open.includes(questionId) || answered(questionId));
  const folded = section.questions.filter((question) => !shown.includes(question));
  const draw = (questions: typeof shown) =>
    questions.map((question) => (
      <Question key={question.questionId} question={question} sheet={sheet} locked={locked} current={question.questionId === current} due={open.includes(question.questionId)} onAnswered={onAnswered} />
    ));
  return (
    <section className="stack-small" aria-label={label(section.label, section.section)}>
      <h3 className="section-title">{label(section.label, section.section)}</h3>
      {draw(shown)}
      {folded.length > 0 && (
        <details>
          <summary>{words.record.notNow(folded.length)}</summary>
          <div className="stack-small">{draw(folded)}</div>
        </details>
      )}
    </section>
  );
}
