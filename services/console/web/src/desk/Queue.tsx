import { useBoard } from "../board/BoardProvider";
import { useWords } from "../i18n";
import { millis } from "../i18n/time";
import { AgainstBudget, Elapsed } from "../ui/Timer";
import { SafetyLine } from "./SafetyCallers";

/** How many wait, and the longest of them against the line's budgets; in a call also who waits for a doctor. */
export function Queue({ busy = false }: { busy?: boolean }) {
  const words = useWords();
  const board = useBoard();
  const waiting = board?.calls.filter((call) => call.answeredAt === undefined && (call.state === "waiting" || call.state === "ringing")) ?? [];
  const since = waiting.map((call) => millis(call.begunAt)).filter((at) => at !== undefined);
  const longest = since.length > 0 ? Math.min(...since) : undefined;
  return (
    <section className="queue" aria-label={words.desk.waiting}>
      {longest === undefined ? (
        <span className="dim">{words.desk.waitingNone}</span>
      ) : (
        <>
          <span role="status">{words.desk.waiting} <strong className="queue-figure">{words.common.people(waiting.length)}</strong></span>
          <span>{words.desk.longest} <strong className="queue-figure"><Elapsed since={longest} /></strong></span>
          <AgainstBudget since={longest} budgets={board?.budgets ?? []} />
        </>
      )}
      {busy && <SafetyLine />}
    </section>
  );
}
