import { useId } from "react";

export interface Bar {
  label: string;
  /** Lowest part first. */
  parts: number[];
}

interface Props {
  title: string;
  bars: Bar[];
  parts: string[];
  height?: number;
  /** Every so many labels. */
  every?: number;
}

const WIDTH = 720;
const PATTERNS = ["solid", "striped"] as const;

/** Stacked bars: parts differ by pattern as well as colour, and the same figures stand in a table. */
export function BarChart({ title, bars, parts, height = 150, every = 3 }: Props) {
  const id = useId();
  const top = Math.max(1, ...bars.map((bar) => sum(bar.parts)));
  const step = WIDTH / Math.max(1, bars.length);
  const scale = (height - 34) / top;
  return (
    <figure className="chart">
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={`${title}：${bars.map((bar) => `${bar.label} ${sum(bar.parts)}`).join("、")}`}>
        <defs>
          <pattern id={`${id}-striped`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect width="6" height="6" fill="var(--bg)" />
            <rect width="3" height="6" fill="var(--warn)" />
          </pattern>
        </defs>
        <line x1="0" x2={WIDTH} y1={height - 20} y2={height - 20} stroke="var(--edge)" />
        {bars.map((bar, at) => (
          <g key={bar.label} transform={`translate(${at * step} 0)`}>
            {bar.parts.map((part, index) => {
              const below = sum(bar.parts.slice(0, index));
              const fill = PATTERNS[index % 2] === "solid" ? "var(--action)" : `url(#${id}-striped)`;
              return <rect key={parts[index] ?? index} x={step * 0.15} width={step * 0.7} y={height - 20 - (below + part) * scale} height={part * scale} fill={fill} stroke="var(--edge)" strokeWidth={part > 0 ? 0.5 : 0} />;
            })}
            {sum(bar.parts) > 0 && <text x={step / 2} y={height - 24 - sum(bar.parts) * scale} textAnchor="middle" fontSize="12" fill="var(--ink)">{sum(bar.parts)}</text>}
            {at % every === 0 && <text x={step / 2} y={height - 4} textAnchor="middle" fontSize="12" fill="var(--dim)">{bar.label}</text>}
          </g>
        ))}
      </svg>
      <figcaption className="row small">
        {parts.map((part, index) => (
          <span key={part} className="row">
            <svg width="16" height="16" aria-hidden="true"><rect width="16" height="16" fill={PATTERNS[index % 2] === "solid" ? "var(--action)" : `url(#${id}-striped)`} stroke="var(--edge)" /></svg>
            {part}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

function sum(figures: number[]): number {
  return figures.reduce((all, one) => all + one, 0);
}
