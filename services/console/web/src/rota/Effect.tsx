import type { ProposeCoverResponse } from "../gen/tomoshibi/console/v1/console_pb";
import { useWords } from "../i18n";
import { Sign } from "../ui/Sign";
import { holesOf } from "./coverage";
import { Holes } from "./CoveragePicture";

const EVER = { from: 0, to: Number.MAX_SAFE_INTEGER };

/** Gaps that a cover would close and open. */
export function Effect({ answer, busy, windowName }: { answer: ProposeCoverResponse | undefined; busy: boolean; windowName: (windowId: string) => string }) {
  const words = useWords();
  return (
    <section className="stack-small" aria-label={words.rota.effect} role="status">
      <strong>{words.rota.effect}</strong>
      {busy && !answer && <p className="dim">{words.rota.looking}</p>}
      {answer && answer.gapsClosed.length === 0 && answer.gapsOpened.length === 0 && <p>{words.rota.unchanged}</p>}
      {answer && answer.gapsClosed.length > 0 && (
        <>
          <p className="row tone-good"><Sign tone="good" size={18} />{words.rota.closes(answer.gapsClosed.length)}</p>
          <Holes holes={holesOf(answer.gapsClosed, EVER)} windowName={windowName} />
        </>
      )}
      {answer && answer.gapsOpened.length > 0 && (
        <>
          <p className="row tone-bad"><Sign tone="bad" size={18} />{words.rota.opens(answer.gapsOpened.length)}</p>
          <Holes holes={holesOf(answer.gapsOpened, EVER)} windowName={windowName} />
        </>
      )}
    </section>
  );
}
