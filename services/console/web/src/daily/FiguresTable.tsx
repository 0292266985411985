import { Fragment } from "react";
import { useWords, worded } from "../i18n";
import { FigureCell, Marks } from "./FigureCell";
import { cellOf, type Group, inOrder, isBand, type Line, type Section, sectionsOf, type Told, toldOf, unitOf } from "./figures";
import { bandName, nameOf } from "./names";
import { Sideways } from "./Sideways";

interface Props {
  rows: readonly Told[];
  title: string;
  /** Over the first column, where it is not a day. */
  whole?: string;
  /** Nothing but what is told: no lines that other rows would have. */
  only?: boolean;
}

/** All figures, a line each, in groups; the whole first, then a column for each band of the day. */
export function FiguresTable({ rows, title, whole, only = false }: Props) {
  const words = useWords();
  const columns = inOrder(rows);
  const sections = [...(only ? toldOf(columns) : sectionsOf(columns))].filter(([, parts]) => parts.length > 0);
  const keys = sections.flatMap(([, parts]) => parts.flatMap(({ lines }) => lines.map(({ key }) => key)));
  return (
    <>
      <Sideways title={title}>
        <table className="figures-table">
          <caption className="hidden-text">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{words.daily.item}</th>
              {columns.map(({ band }) => <th key={band} scope="col">{isBand(band) && <span className="band-code">{band} </span>}{isBand(band) ? bandName(band, words) : whole ?? bandName("day", words)}</th>)}
            </tr>
          </thead>
          {sections.map(([group, parts]) => <GroupLines key={group} group={group} parts={parts} columns={columns} />)}
        </table>
      </Sideways>
      <Marks cells={columns.flatMap((row) => keys.map((key) => cellOf(row, key)))} />
    </>
  );
}

function GroupLines({ group, parts, columns }: { group: Group; parts: Section[]; columns: readonly Told[] }) {
  const words = useWords();
  return (
    <tbody>
      <tr className="figures-group"><th scope="rowgroup" colSpan={columns.length + 1}><span>{worded(words.daily.groups, group)}</span></th></tr>
      {parts.map(({ list, lines }) => (
        <Fragment key={list ?? ""}>
          {list && <tr className="figures-list"><th scope="rowgroup" colSpan={columns.length + 1}><span>{worded(words.figures.lists, list)}</span></th></tr>}
          {lines.map((line) => <FigureLine key={line.key} line={line} columns={columns} listed={list !== undefined} />)}
        </Fragment>
      ))}
    </tbody>
  );
}

function FigureLine({ line, columns, listed }: { line: Line; columns: readonly Told[]; listed: boolean }) {
  const words = useWords();
  const unit = worded(words.daily.units, line.unit);
  return (
    <tr className={listed ? "figures-listed" : ""}>
      <th scope="row">{nameOf(line.key, words)}{unit && <span className="unit"> {unit}</span>}</th>
      {columns.map((row) => <td key={row.band}><FigureCell cell={cellOf(row, line.key)} unit={unitOf(line.key)} /></td>)}
    </tr>
  );
}
