import type { GetCoverageResponse } from "../gen/tomoshibi/console/v1/console_pb";
import { useLanguage, useWords } from "../i18n";
import { clockTime, day, dayTime, shortDay } from "../i18n/time";
import { type Band, bandsOf, type Hole, holesOf, placeOf, type Stretch, ticksOf } from "./coverage";
import { missingIn } from "./missing";

interface Props {
  title: string;
  coverage: GetCoverageResponse;
  shown: Stretch;
  tickHours: number;
  windowName: (windowId: string) => string;
}

/** How many are there, window by window: higher is more people, hatched is too few. */
export function CoveragePicture({ title, coverage, shown, tickHours, windowName }: Props) {
  const words = useWords();
  const { language } = useLanguage();
  const bands = bandsOf(coverage.steps, shown);
  const holes = holesOf(coverage.gaps, shown);
  const rows = [...new Set([...bands.keys(), ...holes.map(({ windowId }) => windowId)])];
  const most = Math.max(1, ...[...bands.values()].flat().map(({ counsellors }) => counsellors));
  const label = tickHours >= 24 ? (at: number) => shortDay(at, language) : (at: number) => clockTime(at, language);
  return (
    <div className="coverage">
      <h3>{title}</h3>
      {rows.map((windowId) => {
        const own = holes.filter((hole) => hole.windowId === windowId);
        return (
          <div key={windowId} className="coverage-row">
            <div className="small">{windowName(windowId)}</div>
            <div className="coverage-strip" role="img" aria-label={`${title} ${words.night.coverageAlt(windowName(windowId), own.length)}`}>
              {(bands.get(windowId) ?? []).map((band) => <BandShape key={band.from} band={band} shown={shown} most={most} />)}
              {own.map((hole) => <HoleShape key={`${hole.from} ${hole.missing}`} hole={hole} shown={shown} />)}
            </div>
          </div>
        );
      })}
      <div className={`coverage-ticks ${tickHours >= 24 ? "coverage-ticks-days" : ""}`} aria-hidden="true">
        {ticksOf(shown, tickHours).map((at) => <span key={at} style={{ left: `${placeOf({ from: at, to: at }, shown).left}%` }}>{label(at)}</span>)}
      </div>
      <Holes holes={holes} windowName={windowName} />
      <details>
        <summary>{words.night.steps}</summary>
        <StepTable bands={bands} windowName={windowName} />
        <p className="dim small">{dayTime(shown.from, language)} – {dayTime(shown.to, language)}</p>
      </details>
    </div>
  );
}

function BandShape({ band, shown, most }: { band: Band; shown: Stretch; most: number }) {
  const { left, width } = placeOf(band, shown);
  const height = (band.counsellors / most) * 100;
  return (
    <div className={`band ${band.open ? "" : "band-closed"}`} style={{ left: `${left}%`, width: `${width}%` }}>
      <div className="band-people" style={{ height: `${height}%` }} />
      {band.onCall > 0 && <div className="band-on-call" />}
      {(band.open || band.counsellors > 0) && <span className="band-figure">{band.counsellors}</span>}
    </div>
  );
}

function HoleShape({ hole, shown }: { hole: Hole; shown: Stretch }) {
  const { left, width } = placeOf(hole, shown);
  return <div className="hole" style={{ left: `${left}%`, width: `max(${width}%, 4px)` }} />;
}

/** What each pattern of the pictures means. */
export function CoverageLegend() {
  const words = useWords();
  return (
    <div className="row small" aria-hidden="true">
      <span className="row"><span className="swatch band-people" />{words.night.counsellors}</span>
      <span className="row"><span className="swatch band-on-call-swatch" />{words.night.onCall}</span>
      <span className="row"><span className="swatch band-closed" />{words.night.closed}</span>
      <span className="row"><span className="swatch hole-swatch" />{words.night.gap}</span>
    </div>
  );
}

export function Holes({ holes, windowName }: { holes: Hole[]; windowName: (windowId: string) => string }) {
  const words = useWords();
  const { language } = useLanguage();
  if (holes.length === 0) return <p className="tone-good">{words.night.noGaps}</p>;
  return (
    <ul className="plain-list holes">
      {holes.map((hole) => (
        <li key={`${hole.windowId} ${hole.from} ${hole.missing}`} className="row">
          <strong className="tone-bad">{words.night.gap}</strong>
          <span className="clock">{dayTime(hole.from, language)} – {endOf(hole, language)}</span>
          <span>{windowName(hole.windowId)}</span>
          <span className="dim">{missingIn(words, hole.missing)}</span>
        </li>
      ))}
    </ul>
  );
}

function endOf({ from, to }: Stretch, language: string): string {
  return day(from, language) === day(to, language) ? clockTime(to, language) : dayTime(to, language);
}

function StepTable({ bands, windowName }: { bands: Map<string, Band[]>; windowName: (windowId: string) => string }) {
  const words = useWords();
  const { language } = useLanguage();
  const lines = [...bands].flatMap(([windowId, own]) => own.map((band) => ({ windowId, band })));
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{words.night.window}</th>
          <th scope="col">{words.night.from}</th>
          <th scope="col">{words.night.to}</th>
          <th scope="col">{words.night.counsellors}</th>
          <th scope="col">{words.night.onCall}</th>
          <th scope="col">{words.night.open}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ windowId, band }) => (
          <tr key={`${windowId} ${band.from}`}>
            <th scope="row">{windowName(windowId)}</th>
            <td data-label={words.night.from}>{dayTime(band.from, language)}</td>
            <td data-label={words.night.to}>{dayTime(band.to, language)}</td>
            <td data-label={words.night.counsellors}>{words.night.people(band.counsellors)}</td>
            <td data-label={words.night.onCall}>{words.night.people(band.onCall)}</td>
            <td data-label={words.night.open}>{band.open ? words.common.yes : words.common.no}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
