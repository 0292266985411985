import type { ReactNode } from "react";
import { useLineNow } from "../board/BoardProvider";
import type { Board } from "../gen/tomoshibi/console/v1/console_pb";
import { useWords, worded } from "../i18n";
import { span } from "../i18n/time";
import { standingOf } from "../ui/budget";
import { Notice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { Sign, type Tone } from "../ui/Sign";
import { AgainstBudget } from "../ui/Timer";
import { figuresOf } from "./figures";

/** How many, how long, and whether that is still what the line promises. */
export function FiguresPanel({ board }: { board: Board }) {
  const words = useWords();
  const now = useLineNow();
  const figures = figuresOf(board);
  const { longestSince } = figures;
  const tone = longestSince === undefined ? "good" : standingOf((now - longestSince) / 1000, board.budgets).tone;
  const open = board.windows.some((window) => window.open);
  return (
    <Panel title={words.night.now} tone={tone === "good" ? "plain" : "bad"}>
      {tone !== "good" && <Notice tone="bad" live>{words.night.overdue}</Notice>}
      {open && figures.free === 0 && <Notice tone="warn">{words.night.noFree}</Notice>}
      <dl className="figures">
        <Figure name={words.night.waiting} figure={figures.waiting} tone={figures.waiting > 0 ? "warn" : "good"} />
        <div className="figure-wide">
          <dt>{words.night.longest}</dt>
          <dd>
            {longestSince === undefined ? <span className="row tone-good"><Sign tone="good" size={18} />{words.night.nobodyWaits}</span> : (
              <>
                <span className="figure">{span(now - longestSince)}</span>
                <AgainstBudget since={longestSince} budgets={board.budgets} />
              </>
            )}
          </dd>
        </div>
        <Figure name={words.night.ringing} figure={figures.ringing} />
        <Figure name={words.night.talking} figure={figures.talking} />
        <Figure name={words.night.free} figure={figures.free} tone={figures.free > 0 ? "good" : "warn"} />
        <Figure name={words.night.wrapUp} figure={figures.wrapUp} />
        <Figure name={words.night.paused} figure={figures.paused} />
      </dl>
      <details>
        <summary>{words.night.budgets}</summary>
        <ul className="plain-list">
          {board.budgets.map(({ step, seconds, origin }) => (
            <li key={step} className="row">
              <span>{words.night.budgetLine(worded(words.desk.budget, step), span(seconds * 1000))}</span>
              <span className="dim small">{origin}</span>
            </li>
          ))}
        </ul>
      </details>
    </Panel>
  );
}

function Figure({ name, figure, tone = "plain" }: { name: ReactNode; figure: number; tone?: Tone }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={`row tone-${tone}`}>
        {tone !== "plain" && <Sign tone={tone} size={18} />}
        <span className="figure">{figure}</span>
      </dd>
    </div>
  );
}
