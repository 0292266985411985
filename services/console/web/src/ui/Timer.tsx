import { useLineNow } from "../board/BoardProvider";
import type { BoardBudget } from "../gen/tomoshibi/console/v1/console_pb";
import { useWords, worded } from "../i18n";
import { span } from "../i18n/time";
import { standingOf } from "./budget";
import { Sign } from "./Sign";

/** How long something lasts already. */
export function Elapsed({ since }: { since: number | undefined }) {
  const now = useLineNow();
  return <span className="clock">{since === undefined ? "–" : span(now - since)}</span>;
}

/** A wait against the budgets of the line: what comes next, or what is overrun, in words. */
export function AgainstBudget({ since, budgets }: { since: number; budgets: BoardBudget[] }) {
  const words = useWords();
  const now = useLineNow();
  const standing = standingOf((now - since) / 1000, budgets);
  const next = standing.next && words.desk.budgetNext(worded(words.desk.budget, standing.next.step), span(standing.next.left * 1000));
  const past = standing.past && words.desk.budgetPast(worded(words.desk.budget, standing.past.step), span(standing.past.over * 1000));
  return (
    <span className={`row tone-${standing.tone}`}>
      <Sign tone={standing.tone} size={18} />
      <span>{[past, next].filter(Boolean).join("・")}</span>
    </span>
  );
}
