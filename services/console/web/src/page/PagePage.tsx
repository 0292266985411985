import { useState } from "react";
import { useBoard, useStaffName } from "../board/BoardProvider";
import { useWindowName } from "../desk/RingBanner";
import type { AnswerPageResponse, GetPageCaseResponse } from "../gen/tomoshibi/console/v1/console_pb";
import type { Escalation } from "../gen/tomoshibi/escalation/v1/escalation_pb";
import { useLabel, useLanguage, useWords, worded } from "../i18n";
import { clockTime, millis } from "../i18n/time";
import { useClients } from "../net/clients";
import { useMe, useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useLoad } from "../ui/useLoad";
import { AdviceForm } from "./AdviceForm";
import { Answer } from "./Answer";
import { StandingNotice } from "./StandingNotice";
import { type Standing, standingFor } from "./standing";

/** What a link in a page's e-mail opens, on a telephone, at night: ten lines and two buttons. */
export function PagePage({ pageId }: { pageId: string }) {
  const words = useWords();
  const { console } = useClients();
  const operator = useOperator();
  const loaded = useLoad(pageId, (signal) => console.getPageCase({ ...operator, pageId }, { signal }));
  return (
    <div className="page page-narrow">
      <h1>{words.page.title}</h1>
      <TroubleNotice trouble={loaded.trouble} />
      {loaded.trouble && <Button onPress={loaded.again}>{words.common.again}</Button>}
      {loaded.busy && !loaded.value && <p role="status">{words.common.loading}</p>}
      {loaded.value?.escalation && <Case found={loaded.value} read={loaded.value.escalation} pageId={pageId} onAnswered={loaded.again} />}
    </div>
  );
}

interface Props {
  found: GetPageCaseResponse;
  read: Escalation;
  pageId: string;
  onAnswered: () => void;
}

/** What the board will say once it has heard of the answer. */
const MEANS: Record<string, Standing> = { accepted: "mine", taken_over: "taken_over", withdrawn: "withdrawn", declined: "declined" };

function Case({ found, read, pageId, onAnswered }: Props) {
  const words = useWords();
  const { staffId } = useMe();
  // The board is newer than what was read, as long as it still shows this one.
  const escalation = useBoard()?.escalations.find(({ escalationId }) => escalationId === read.escalationId) ?? read;
  const [answer, setAnswer] = useState<AnswerPageResponse>();
  const standing = standingFor(escalation, staffId);
  return (
    <>
      <Heading escalation={escalation} />
      {answer && MEANS[answer.outcome] !== standing && <Outcome answer={answer} />}
      <StandingNotice escalation={escalation} live />
      <Lines lines={found.lines} />
      {found.mine ? <Answer pageId={pageId} standing={standing} onAnswered={(said) => (setAnswer(said), onAnswered())} /> : <Notice tone="plain">{words.page.othersPage}</Notice>}
      <Given escalation={escalation} />
      {found.mine && <AdviceForm escalationId={escalation.escalationId} onSent={onAnswered} />}
    </>
  );
}

function Heading({ escalation }: { escalation: Escalation }) {
  const words = useWords();
  const { language } = useLanguage();
  const windowName = useWindowName();
  return (
    <div className="stack-small">
      <div className="row">
        <strong className="tag">{worded(words.desk.priorities, escalation.priority)}</strong>
        <span className="dim small">{windowName(escalation.windowId)} · {words.page.startedAt(clockTime(millis(escalation.startedAt) ?? 0, language))}</span>
      </div>
      <strong>{escalation.reasons.map((reason) => worded(words.desk.reason, reason)).join("・")}</strong>
    </div>
  );
}

function Lines({ lines }: { lines: GetPageCaseResponse["lines"] }) {
  const words = useWords();
  const label = useLabel();
  return (
    <Panel title={words.page.case}>
      {lines.length === 0 ? <p className="dim">{words.page.noLines}</p> : <ul className="case-lines">{lines.map((line, at) => <li key={`${line.field} ${at}`} className="written">{label(line)}</li>)}</ul>}
    </Panel>
  );
}

/** What became of the answer: of two who say yes, one is told who has it. */
function Outcome({ answer }: { answer: AnswerPageResponse }) {
  const words = useWords();
  const nameOf = useStaffName();
  switch (answer.outcome) {
    case "accepted":
      return <Notice tone="good" live>{words.page.accepted}</Notice>;
    case "taken_over":
      return <Notice tone="good" live>{words.page.takenOver(nameOf(answer.acceptedBy))}</Notice>;
    case "withdrawn":
      return <Notice tone="plain" live>{words.page.withdrawn}</Notice>;
    default:
      return <Notice tone="plain" live>{words.page.declined}</Notice>;
  }
}

function Given({ escalation }: { escalation: Escalation }) {
  const words = useWords();
  const nameOf = useStaffName();
  const { language } = useLanguage();
  if (escalation.advice.length === 0) return null;
  return (
    <Panel title={words.page.given}>
      {escalation.advice.map((advice) => (
        <blockquote key={`${advice.staffId} ${millis(advice.at)}`} className="advice">
          <p className="written">{advice.advice}</p>
          <footer className="dim small">{nameOf(advice.staffId)} · {clockTime(millis(advice.at) ?? 0, language)} · {advice.readBack ? words.desk.readBack : words.desk.notReadBack}</footer>
        </blockquote>
      ))}
    </Panel>
  );
}
