import { useState } from "react";
import type { RetentionYear } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useWords, worded } from "../i18n";
import { useClients } from "../net/clients";
import { useFresh } from "../session/Fresh";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useAct } from "../ui/useAct";
import { Sure } from "./AccountActs";

/** Rehearsed first: the button that deletes comes with the list of what it would delete. */
export function RunRetention() {
  const words = useWords();
  const { triage } = useClients();
  const operator = useOperator();
  const fresh = useFresh();
  const [years, setYears] = useState<RetentionYear[]>();
  const [sure, setSure] = useState(false);
  const [ran, setRan] = useState(false);
  const rehearse = useAct(async () => {
    setRan(false);
    setYears((await fresh(() => triage.runRetention({ ...operator, rehearse: true }))).years);
  });
  const run = async () => {
    setYears((await fresh(() => triage.runRetention({ ...operator, rehearse: false }))).years);
    setSure(false);
    setRan(true);
  };
  const due = years?.filter(({ done }) => done === "would_delete") ?? [];
  const records = due.reduce((all, one) => all + one.records, 0);
  return (
    <Panel title={words.admin.run}>
      <Notice tone="warn">{words.admin.runWhy}</Notice>
      <TroubleNotice trouble={rehearse.trouble} />
      {ran && <Notice tone="good" live>{words.admin.ran}</Notice>}
      {years && years.length > 0 && <Years years={years} />}
      {years && due.length === 0 && !ran && <p role="status">{words.admin.nothingToDelete}</p>}
      <div className="row">
        <Button busy={rehearse.busy} onPress={() => void rehearse.run()}>{words.admin.rehearse}</Button>
        {due.length > 0 && <Button weight="danger" onPress={() => setSure(true)}>{words.admin.runGo}</Button>}
      </div>
      {sure && <Sure title={words.admin.run} go={words.admin.runGo} deed={run} onClose={() => setSure(false)}>{words.admin.runSure(due.map(({ year }) => year).join("・"), records)}</Sure>}
    </Panel>
  );
}

function Years({ years }: { years: RetentionYear[] }) {
  const words = useWords();
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{words.admin.year}</th>
          <th scope="col">{words.admin.records}</th>
          <th scope="col">{words.admin.onHold}</th>
          <th scope="col">{words.admin.done}</th>
        </tr>
      </thead>
      <tbody>
        {years.map((one, at) => (
          <tr key={`${one.year} ${at}`}>
            <th scope="row">{one.year}</th>
            <td data-label={words.admin.records}>{one.records}</td>
            <td data-label={words.admin.onHold}>{one.onHold}</td>
            <td data-label={words.admin.done}>{one.done === "kept" ? worded(words.admin.dones, one.done) : <strong className="tone-bad">{worded(words.admin.dones, one.done)}</strong>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
