import { useLanguage, useWords } from "../i18n";
import { amount, type Cell, type Unit } from "./figures";

/** A number, or a mark for what cannot be told or is hidden, said in words too. */
export function FigureCell({ cell, unit }: { cell: Cell; unit: Unit }) {
  const words = useWords();
  const { language } = useLanguage();
  switch (cell.kind) {
    case "told":
      return <>{amount(cell.value, unit, language)}</>;
    case "hidden":
      return <Mark mark={words.daily.hiddenMark} says={words.daily.hidden} />;
    case "untold":
      return <Mark mark={words.daily.untoldMark} says={words.daily.untold} />;
  }
}

function Mark({ mark, says }: { mark: string; says: string }) {
  return (
    <span title={says}>
      <span aria-hidden="true">{mark}</span>
      <span className="hidden-text">{says}</span>
    </span>
  );
}

/** What the marks of a table mean, where it has any. */
export function Marks({ cells }: { cells: readonly Cell[] }) {
  const words = useWords();
  return (
    <>
      {cells.some(({ kind }) => kind === "untold") && <p className="hint">{words.daily.untoldWhy}</p>}
      {cells.some(({ kind }) => kind === "hidden") && <p className="hint">{words.daily.hiddenWhy}</p>}
    </>
  );
}
