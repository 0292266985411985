import { useLanguage, useWords } from "../i18n";
import type { Change } from "./changes";
import { FigureCell } from "./FigureCell";
import { amount, cellOf, inOrder, sectionsOf, type Told, unitOf } from "./figures";
import { bandName, fullNameOf } from "./names";
import { Sideways } from "./Sideways";

interface Props {
  changes: Change[];
  before: readonly Told[];
  after: readonly Told[];
  all: boolean;
  older: number;
  newer: number;
}

/** Two versions side by side; a changed line has a sign, a word and a thick edge. */
export function ChangesTable({ changes, before, after, all, older, newer }: Props) {
  const words = useWords();
  const isChanged = (line: Change) => changes.some(({ band, key }) => band === line.band && key === line.key);
  const lines = everyLine(changes, before, after).filter((line) => all || isChanged(line));
  const title = words.daily.versions;
  return (
    <Sideways title={title}>
      <table className="table changes">
        <caption className="hidden-text">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{words.daily.item}</th>
            <th scope="col">{words.daily.band}</th>
            <th scope="col" className="number-cell">{words.daily.versionOf(older)}</th>
            <th scope="col" className="number-cell">{words.daily.versionOf(newer)}</th>
            <th scope="col">{words.daily.change}</th>
          </tr>
        </thead>
        <tbody>{lines.map((line) => <ChangeLine key={`${line.band} ${line.key}`} line={line} changed={isChanged(line)} />)}</tbody>
      </table>
    </Sideways>
  );
}

function ChangeLine({ line, changed }: { line: Change; changed: boolean }) {
  const words = useWords();
  const { language } = useLanguage();
  const unit = unitOf(line.key);
  const unitName = words.daily.units[unit] ?? "";
  const by = line.by ?? 0;
  const difference = `${by > 0 ? "＋" : "−"}${amount(Math.abs(by), unit, language)}`;
  return (
    <tr className={changed ? "changed" : ""}>
      <th scope="row">{fullNameOf(line.key, words)}{unitName && <span className="unit"> {unitName}</span>}</th>
      <td data-label={words.daily.band}>{bandName(line.band, words)}</td>
      <td data-label={words.daily.older} className="number-cell"><FigureCell cell={line.before} unit={unit} /></td>
      <td data-label={words.daily.newer} className="number-cell">{changed ? <strong><FigureCell cell={line.after} unit={unit} /></strong> : <FigureCell cell={line.after} unit={unit} />}</td>
      <td data-label={words.daily.change}>{changed ? <span className="tag tone-warn">{by > 0 ? "▲" : by < 0 ? "▼" : "◆"} {line.by === undefined ? words.daily.changedOnly : words.daily.changedBy(difference)}</span> : <span className="dim">{words.daily.unchanged}</span>}</td>
    </tr>
  );
}

/** In the order of the figures on the page. */
function everyLine(changes: Change[], before: readonly Told[], after: readonly Told[]): Change[] {
  const keys = [...sectionsOf([...after, ...before]).values()].flat().flatMap(({ lines }) => lines.map(({ key }) => key));
  const rowOf = (rows: readonly Told[], band: string) => rows.find((row) => row.band === band) ?? { band, figures: {}, counts: {}, suppressed: [] };
  const bands = inOrder([...new Map([...before, ...after].map((row) => [row.band, row])).values()]).map(({ band }) => band);
  return bands.flatMap((band) => keys.map((key) => changes.find((one) => one.band === band && one.key === key) ?? { band, key, before: cellOf(rowOf(before, band), key), after: cellOf(rowOf(after, band), key), by: 0 }));
}
