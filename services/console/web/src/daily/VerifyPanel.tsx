import { useState } from "react";
import type { Day, VerifyDayResponse } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";
import { useWords, worded } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useAct } from "../ui/useAct";
import { bandName, fullNameOf } from "./names";
import { Working } from "./Working";

/** Counts the version shown again, and tells what comes out otherwise. */
export function VerifyPanel({ day }: { day: Day }) {
  const words = useWords();
  const { dailyLog } = useClients();
  const operator = useOperator();
  const [result, setResult] = useState<VerifyDayResponse>();
  const { windowId, serviceDate, version } = day;
  const verify = useAct(async () => {
    setResult(undefined);
    setResult(await dailyLog.verifyDay({ ...operator, windowId, serviceDate, version }, { timeoutMs: 120_000 }));
  });
  return (
    <Panel title={words.daily.verify} aside={<Button size="small" busy={verify.busy} onPress={() => void verify.run()}>{words.daily.verify}</Button>}>
      <p className="dim">{words.daily.verifyWhy}</p>
      <TroubleNotice trouble={verify.trouble} />
      {verify.busy && <Working title={words.daily.verifying} />}
      {result && (
        <Notice tone={result.outcome === "same" ? "good" : "bad"} live>
          <p>{worded(words.daily.outcomes, result.outcome)}</p>
          {result.differs.length > 0 && <ul className="plain-list">{result.differs.map((one) => <li key={one}><Differing told={one} /></li>)}</ul>}
        </Notice>
      )}
    </Panel>
  );
}

/** `B3 answered`, in words. */
function Differing({ told }: { told: string }) {
  const words = useWords();
  const [band = "", key = ""] = told.split(" ");
  return <>{key ? `${bandName(band, words)} ${fullNameOf(key, words)}` : told}</>;
}
