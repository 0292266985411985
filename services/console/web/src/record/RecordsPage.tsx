import { useEffect, useState } from "react";
import { useBoard, useStaffName } from "../board/BoardProvider";
import type { RecordLine } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useLabel, useLanguage, useWords, worded } from "../i18n";
import { dayTime, millis } from "../i18n/time";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Check } from "../ui/Field";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useLoad } from "../ui/useLoad";
import { CodeMark } from "./CodeMark";
import { useForm } from "./forms";
import { useKeepers } from "./KeepersProvider";

export function RecordsPage() {
  const words = useWords();
  const { triage } = useClients();
  const operator = useOperator();
  const [mineOnly, setMineOnly] = useState(true);
  const board = useBoard();
  // A record of one's own was begun or signed: the list is read anew.
  const news = board?.unsignedRecordIds.join(" ") ?? "";
  const listed = useLoad(`${mineOnly} ${news}`, async (signal) => (await triage.listRecords({ ...operator, mineOnly, limit: 100 }, { signal })).records);
  const records = listed.value ?? [];
  const unsigned = records.filter(({ state }) => state === "draft");
  const signed = records.filter(({ state }) => state !== "draft");
  return (
    <div className="page">
      <div className="spread">
        <h1>{words.record.list}</h1>
        <div className="row">
          <Check checked={mineOnly} onChange={setMineOnly}>{words.record.mine_only}</Check>
          <Button onPress={listed.again}>{words.common.reload}</Button>
        </div>
      </div>
      <LeftBehind />
      <TroubleNotice trouble={listed.trouble} />
      {listed.busy && !listed.value && <p role="status">{words.common.loading}</p>}
      {unsigned.length > 0 && <Panel title={words.common.counted(words.record.unsignedFirst, unsigned.length)} tone="strong"><RecordTable records={unsigned} caption={words.record.unsignedFirst} /></Panel>}
      {listed.value && <Panel title={words.record.others}>{signed.length > 0 ? <RecordTable records={signed} caption={words.record.others} /> : <p>{words.record.noRecords}</p>}</Panel>}
    </div>
  );
}

function LeftBehind() {
  const words = useWords();
  const { leftBehind } = useKeepers();
  const [ids, setIds] = useState<string[]>([]);
  useEffect(() => void leftBehind().then(setIds, () => undefined), [leftBehind]);
  if (ids.length === 0) return null;
  return (
    <Notice tone="warn" live>
      <p>{words.record.left_here}</p>
      <ul className="plain-list">{ids.map((id) => <li key={id}><a href={`#/record/${encodeURIComponent(id)}`}>{words.record.open} {id.slice(0, 8)}</a></li>)}</ul>
    </Notice>
  );
}

/** Codes, states and times: nothing personal. */
export function RecordTable({ records, caption, onOpen }: { records: RecordLine[]; caption: string; onOpen?: (recordId: string) => void }) {
  const words = useWords();
  const { language } = useLanguage();
  const nameOf = useStaffName();
  const label = useLabel();
  const { value: form } = useForm("");
  const dispositions = form?.kinds.get("disposition")?.list ?? "";
  const dispositionOf = (code: string) => label(form?.code(dispositions, code), code);
  return (
    <table className="table">
      <caption className="hidden-text">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{words.record.when}</th>
          <th scope="col">{words.record.code}</th>
          <th scope="col">{words.record.by}</th>
          <th scope="col">{words.record.disposition}</th>
          <th scope="col"><span className="hidden-text">{words.record.open}</span></th>
        </tr>
      </thead>
      <tbody>
        {records.map((line) => {
          const when = millis(line.answeredAt);
          const at = when === undefined ? line.serviceDate : dayTime(when, language);
          return (
            <tr key={line.recordId}>
              <th scope="row">{at}{line.number > 0 && <span className="dim small"> #{line.number}</span>}</th>
              <td data-label={words.record.code}><CodeMark code={line.code} /> <span className="dim small">{worded(words.record.state, line.state)}</span></td>
              <td data-label={words.record.by}>{nameOf(line.authorStaff)}</td>
              <td data-label={words.record.disposition}>{line.disposition.map(dispositionOf).join("・") || "–"}</td>
              <td>{onOpen ? <Button size="small" label={`${words.record.open} ${at}`} onPress={() => onOpen(line.recordId)}>{words.record.open}</Button> : <a href={`#/record/${encodeURIComponent(line.recordId)}`} aria-label={`${words.record.open} ${at}`}>{words.record.open}</a>}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
