import { useBoard } from "../board/BoardProvider";
import { useWindowName } from "../desk/RingBanner";
import { useLanguage, useWords, worded } from "../i18n";
import { clockTime, millis } from "../i18n/time";
import { useMe } from "../session/SessionProvider";
import { Notice } from "../ui/Notice";
import { pagedFor } from "./standing";
import { StandingNotice } from "./StandingNotice";

/** Open escalations that page the one who is signed in. */
export function PagesPage() {
  const words = useWords();
  const board = useBoard();
  const { staffId } = useMe();
  const { language } = useLanguage();
  const windowName = useWindowName();
  const paged = pagedFor(board?.escalations ?? [], staffId);
  return (
    <div className="page page-narrow">
      <h1>{words.page.mine}</h1>
      {staffId === "" && <Notice tone="warn">{words.rota.noStaff}</Notice>}
      {!board && <p role="status">{words.common.loading}</p>}
      {board && paged.length === 0 && <p className="dim">{words.page.none}</p>}
      <ul className="cards">
        {paged.map(({ escalation, pageId }) => (
          <li key={pageId} className="stack-small">
            <div className="spread">
              <strong className="tag">{worded(words.desk.priorities, escalation.priority)}</strong>
              <span className="dim small">{windowName(escalation.windowId)} · {words.page.startedAt(clockTime(millis(escalation.startedAt) ?? 0, language))}</span>
            </div>
            <div>{escalation.reasons.map((reason) => worded(words.desk.reason, reason)).join("・")}</div>
            <StandingNotice escalation={escalation} />
            <a className="button button-primary button-big" href={`#/page/${encodeURIComponent(pageId)}`}>{words.page.open}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}
