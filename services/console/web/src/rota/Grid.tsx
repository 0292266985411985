import { type KeyboardEvent, useId, useRef, useState } from "react";
import { type Place, placeAfter } from "./steps";

export interface GridHead {
  key: string;
  text: string;
  under?: string;
  label: string;
  free?: boolean;
  gap?: boolean;
  today?: boolean;
}

export interface GridCell {
  key: string;
  lines: { key: string; text: string; marked: boolean; gap?: boolean }[];
  label: string;
  onOpen?: () => void;
  free: boolean;
}

export interface GridRow {
  key: string;
  head: GridHead;
  cells: GridCell[];
}

interface Props {
  title: string;
  hint: string;
  corner: string;
  columns: GridHead[];
  rows: GridRow[];
  narrow: boolean;
}

/** A table that is one stop of the Tab key and is walked by arrows. Its heads stay in sight. */
export function Grid({ title, hint, corner, columns, rows, narrow }: Props) {
  const id = useId();
  const table = useRef<HTMLTableElement>(null);
  const [here, setHere] = useState<Place>({ row: 0, column: 0 });
  const pressed = (event: KeyboardEvent, cell: GridCell) => {
    if ((event.key === "Enter" || event.key === " ") && cell.onOpen) {
      event.preventDefault();
      cell.onOpen();
      return;
    }
    const next = placeAfter(event.key, event.ctrlKey, here, rows.length, columns.length);
    if (!next) return;
    event.preventDefault();
    setHere(next);
    table.current?.querySelector<HTMLElement>(`[data-place="${next.row} ${next.column}"]`)?.focus();
  };
  return (
    <div className="grid-around">
      <table ref={table} role="grid" className={`grid-table ${narrow ? "grid-narrow" : ""}`} aria-label={title} aria-describedby={`${id}-hint`}>
        <caption id={`${id}-hint`} className="small dim no-print">{hint}</caption>
        <thead>
          <tr>
            <th scope="col" className="grid-corner">{corner}</th>
            {columns.map((column) => <HeadCell key={column.key} head={column} scope="col" />)}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, rowAt) => (
            <tr key={row.key}>
              <HeadCell head={row.head} scope="row" />
              {row.cells.map((cell, columnAt) => (
                <td
                  key={cell.key}
                  role="gridcell"
                  data-place={`${rowAt} ${columnAt}`}
                  tabIndex={here.row === rowAt && here.column === columnAt ? 0 : -1}
                  aria-label={cell.label}
                  className={`${cell.free ? "cell-free" : ""} ${cell.onOpen ? "cell-opens" : ""}`}
                  onFocus={() => setHere({ row: rowAt, column: columnAt })}
                  onClick={cell.onOpen}
                  onKeyDown={(event) => pressed(event, cell)}
                >
                  {cell.lines.map((line) => <div key={line.key} className={line.gap ? "cell-gap" : line.marked ? "cell-cover" : ""}>{line.marked && "⇄ "}{line.gap && "! "}{line.text}</div>)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function HeadCell({ head, scope }: { head: GridHead; scope: "col" | "row" }) {
  return (
    <th scope={scope} className={`${head.free ? "cell-free" : ""} ${head.gap ? "head-gap" : ""} ${head.today ? "head-today" : ""}`}>
      <span aria-hidden="true">
        {head.text}
        {head.under && <span className="head-under">{head.under}</span>}
        {head.gap && <span className="head-mark">!</span>}
      </span>
      <span className="hidden-text">{head.label}</span>
    </th>
  );
}
