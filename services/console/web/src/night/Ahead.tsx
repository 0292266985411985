import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { useLineNow } from "../board/BoardProvider";
import { useWindowName } from "../desk/RingBanner";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { CoverageLegend, CoveragePicture } from "../rota/CoveragePicture";
import { useOperator } from "../session/SessionProvider";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useLoad } from "../ui/useLoad";

const QUARTER = 15 * 60_000;
const DAY = 24 * 3_600_000;
const DAYS = 14;

/** Coverage for the next day and the next two weeks; read anew each quarter of an hour and after a cover. */
export function Ahead({ turn }: { turn: number }) {
  const words = useWords();
  const { rota } = useClients();
  const operator = useOperator();
  const windowName = useWindowName();
  const from = Math.floor(useLineNow() / QUARTER) * QUARTER;
  const fortnight = { from, to: from + DAYS * DAY };
  const coverage = useLoad(`${from} ${turn}`, (signal) => rota.getCoverage({ ...operator, from: timestampFromMs(fortnight.from), to: timestampFromMs(fortnight.to) }, { signal }));
  const { value } = coverage;
  return (
    <Panel title={words.night.coverage} aside={<CoverageLegend />}>
      <TroubleNotice trouble={coverage.trouble} />
      {!value && coverage.busy && <p role="status">{words.common.loading}</p>}
      {value && value.steps.length === 0 && value.gaps.length === 0 && <Notice tone="warn">{words.night.noShifts}</Notice>}
      {value && (
        <div className="stack">
          <CoveragePicture title={words.night.next24} coverage={value} shown={{ from, to: from + DAY }} tickHours={3} windowName={windowName} />
          <CoveragePicture title={words.night.next14} coverage={value} shown={fortnight} tickHours={24} windowName={windowName} />
        </div>
      )}
    </Panel>
  );
}
