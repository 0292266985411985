import { useWords } from "../i18n";
import { FigureCell, Marks } from "./FigureCell";
import { cellOf, listOf, type Told, unitOf } from "./figures";
import { nameOf } from "./names";
import { Sideways } from "./Sideways";

/** What changes from day to day; all else stands in the figures of the whole. */
const SHOWN = ["offered", "answered", "abandoned_ge30", "in20s", "asa_s", "longest_wait_s", "by_triage/A", "by_triage/B", "suicidal", "referrals", "pages", "uncovered_min"];

export function PartsTable({ parts, item, title }: { parts: { key: string; label: string; row: Told }[]; item: string; title: string }) {
  const words = useWords();
  return (
    <>
      <Sideways title={title}>
        <table className="figures-table parts-table">
          <caption className="hidden-text">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{item}</th>
              {SHOWN.map((key) => <th key={key} scope="col">{listOf(key) === "by_triage" ? words.daily.codeOf(nameOf(key, words)) : nameOf(key, words)}<span className="unit"> {words.daily.units[unitOf(key)] ?? ""}</span></th>)}
            </tr>
          </thead>
          <tbody>
            {parts.map(({ key: part, label, row }) => (
              <tr key={part}>
                <th scope="row">{label}</th>
                {SHOWN.map((key) => <td key={key}><FigureCell cell={cellOf(row, key)} unit={unitOf(key)} /></td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </Sideways>
      <Marks cells={parts.flatMap(({ row }) => SHOWN.map((key) => cellOf(row, key)))} />
    </>
  );
}
