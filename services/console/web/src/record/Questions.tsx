import { useCallback, useEffect, useRef, useState } from "react";
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
  /** It has not yet heard the last answer. */
  behind: boolean;
}

/** The protocol in its order. What need not be asked now is folded away, not gone. */
export function Questions({ form, sheet, locked, next, behind }: Props) {
  const words = useWords();
  useSheet(sheet);
  const answered = (id: string) => (sheet.values(ANSWER + id)[0] ?? "") !== "";
  const open = next.filter((id) => !answered(id));
  const current = open[0];
  const sections = form.described.protocol?.sections ?? [];
  const { jumpNext, onAnswered } = useStepping(open, behind);
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

/** How long the next question may take to be known before the one that stands there is taken. */
const PATIENCE_MS = 1_200;

/** After an answer by key one stands at the next question, as soon as the server has named it. */
function useStepping(open: string[], behind: boolean) {
  const [going, setGoing] = useState(false);
  const latest = useRef(open);
  latest.current = open;
  useEffect(() => {
    if (!going) return undefined;
    const step = () => {
      setGoing(false);
      if (latest.current[0]) jumpTo(ANSWER + latest.current[0]);
    };
    if (!behind) {
      step();
      return undefined;
    }
    const patience = setTimeout(step, PATIENCE_MS);
    return () => clearTimeout(patience);
  }, [going, behind]);
  // Only who stands among the answers is taken along.
  const onAnswered = useCallback(() => setGoing(document.activeElement?.closest(".question") != null), []);
  const jumpNext = useCallback(() => latest.current[0] && jumpTo(ANSWER + latest.current[0]), []);
  return { jumpNext, onAnswered };
}

interface PartProps {
  section: Section;
  sheet: Sheet;
  locked: boolean;
  open: string[];
  current: string | undefined;
  answered: (id: string) => boolean;
  onAnswered: () => void;
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
