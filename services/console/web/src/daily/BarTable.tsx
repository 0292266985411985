import { useId } from "react";
import { useWords } from "../i18n";
import { FigureCell, Marks } from "./FigureCell";
import { type Cell, type Unit } from "./figures";

export interface BarLine {
  key: string;
  label: string;
  cells: Cell[];
}

interface Props {
  title: string;
  /** Over the first column. */
  item: string;
  series: { key: string; label: string; unit: Unit }[];
  lines: BarLine[];
  /** Parts of one whole stand in one bar; others below each other. */
  stacked?: boolean;
}

const HEIGHT = 14;
const FILLS = ["var(--action)", "striped", "dotted"];

/** Bars and their figures line by line: the plot is its own table. Series differ by pattern, not by colour alone. */
export function BarTable({ title, item, series, lines, stacked = false }: Props) {
  const words = useWords();
  const id = useId();
  const named = (one: { label: string; unit: Unit } | undefined) => (one ? words.daily.inUnit(one.label, words.daily.units[one.unit] ?? "") : undefined);
  const heights = lines.map(({ cells }) => cells.map((cell) => (cell.kind === "told" ? cell.value : 0)));
  const top = Math.max(1, ...heights.map((own) => (stacked ? sum(own) : Math.max(0, ...own))));
  return (
    <>
      <table className={series.length > 1 ? "bars" : "bars bars-single"}>
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">{item}</th>
            {series.map(({ key, label, unit }, at) => <th key={key} scope="col" className="number-cell"><Swatch at={at} id={id} many={series.length > 1} />{named({ label, unit })}</th>)}
            <th scope="col" className="bar-cell"><span className="hidden-text">{words.daily.plots}</span></th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ key, label, cells }, line) => (
            <tr key={key}>
              <th scope="row">{label}</th>
              {cells.map((cell, at) => <td key={series[at]?.key ?? at} data-label={series.length > 1 ? named(series[at]) : undefined} className="number-cell"><FigureCell cell={cell} unit={series[at]?.unit ?? "none"} /></td>)}
              <td className="bar-cell"><Bars id={id} heights={heights[line] ?? []} top={top} stacked={stacked} /></td>
            </tr>
          ))}
        </tbody>
      </table>
      <svg className="bar-patterns" aria-hidden="true" width="0" height="0">
        <defs>
          <pattern id={`${id}-striped`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="var(--bg)" /><rect width="3" height="6" fill="var(--warn)" /></pattern>
          <pattern id={`${id}-dotted`} width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" fill="var(--bg)" /><circle cx="2.5" cy="2.5" r="1.6" fill="var(--ink)" /></pattern>
        </defs>
      </svg>
      <Marks cells={lines.flatMap(({ cells }) => cells)} />
    </>
  );
}

function Bars({ id, heights, top, stacked }: { id: string; heights: number[]; top: number; stacked: boolean }) {
  const rows = stacked ? 1 : heights.length;
  const share = (value: number) => `${(value / top) * 100}%`;
  return (
    <svg width="100%" height={rows * HEIGHT} aria-hidden="true">
      {heights.map((value, at) => value > 0 && <rect key={FILLS[at]} x={stacked ? share(sum(heights.slice(0, at))) : 0} y={stacked ? 1 : at * HEIGHT + 1} width={share(value)} height={HEIGHT - 3} fill={fillOf(at, id)} stroke="var(--edge)" strokeWidth="1" />)}
    </svg>
  );
}

function Swatch({ at, id, many }: { at: number; id: string; many: boolean }) {
  if (!many) return null;
  return <svg className="bar-swatch" width="14" height="14" aria-hidden="true"><rect width="14" height="14" fill={fillOf(at, id)} stroke="var(--edge)" /></svg>;
}

function fillOf(at: number, id: string): string {
  const fill = FILLS[at % FILLS.length] ?? "";
  return fill.startsWith("var") ? fill : `url(#${id}-${fill})`;
}

function sum(figures: number[]): number {
  return figures.reduce((all, one) => all + one, 0);
}
