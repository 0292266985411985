import { type ChangeEvent, useId, useState } from "react";
import type { ProtocolFault } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useFresh } from "../session/Fresh";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { Notice, ServerWords, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useAct } from "../ui/useAct";
import { Sure } from "./AccountActs";
import { lineRange } from "./fitting";

interface Checked {
  toml: string;
  faults: ProtocolFault[];
}

/** Write or load a protocol, see all its faults with their lines, publish it once there are none. */
export function ProtocolEditor({ begun, onPublished }: { begun: string; onPublished: () => void }) {
  const words = useWords();
  const { triage } = useClients();
  const operator = useOperator();
  const fresh = useFresh();
  const id = `protocol${useId().replaceAll(/[^A-Za-z0-9]/g, "")}`;
  const [toml, setToml] = useState(begun);
  const [checked, setChecked] = useState<Checked>();
  const [sure, setSure] = useState(false);
  const [published, setPublished] = useState("");
  const check = useAct(async () => {
    setPublished("");
    setChecked({ toml, faults: (await triage.checkProtocol({ ...operator, toml })).faults });
  });
  const publish = async () => {
    const { protocol, faults } = await fresh(() => triage.publishProtocol({ ...operator, toml }));
    setSure(false);
    if (faults.length > 0 || !protocol) return setChecked({ toml, faults });
    setPublished(protocol.version);
    return onPublished();
  };
  const ready = checked?.toml === toml && checked.faults.length === 0 && toml !== "";
  return (
    <Panel title={words.admin.edit}>
      <p>{words.admin.editWhy}</p>
      <LoadFile onLoaded={setToml} />
      <Field id={id} label={words.admin.file} lines={16} value={toml} onChange={setToml} />
      <TroubleNotice trouble={check.trouble} />
      {published && <Notice tone="good" live>{words.admin.published(published)}</Notice>}
      {!published && ready && <Notice tone="good" live>{words.admin.noFaults}</Notice>}
      {checked && checked.faults.length > 0 && <Faults faults={checked.faults} onJump={(line) => jumpTo(id, toml, line)} />}
      <div className="row">
        <Button weight="primary" busy={check.busy} disabled={toml === ""} onPress={() => void check.run()}>{words.admin.check}</Button>
        <Button disabled={!ready} onPress={() => setSure(true)}>{words.admin.publish}</Button>
        {!ready && toml !== "" && <span className="dim small">{words.admin.checkFirst}</span>}
      </div>
      {sure && <Sure title={words.admin.publish} go={words.admin.publish} deed={publish} onClose={() => setSure(false)}>{words.admin.publishSure}</Sure>}
    </Panel>
  );
}

function LoadFile({ onLoaded }: { onLoaded: (toml: string) => void }) {
  const words = useWords();
  const id = useId();
  const read = (event: ChangeEvent<HTMLInputElement>) => void event.target.files?.[0]?.text().then(onLoaded);
  return (
    <div className="field">
      <label htmlFor={id}>{words.admin.load}</label>
      <input id={id} type="file" accept=".toml,text/plain" onChange={read} />
    </div>
  );
}

function Faults({ faults, onJump }: { faults: ProtocolFault[]; onJump: (line: number) => void }) {
  const words = useWords();
  return (
    <>
      <Notice tone="bad" live>{words.admin.faults(faults.length)}</Notice>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.admin.line}</th>
            <th scope="col">{words.admin.place}</th>
            <th scope="col">{words.admin.fault}</th>
          </tr>
        </thead>
        <tbody>
          {faults.map((fault) => (
            <tr key={`${fault.line} ${fault.path} ${fault.fault}`}>
              <td data-label={words.admin.line}><Button size="small" weight="quiet" label={words.admin.toLine(fault.line)} onPress={() => onJump(fault.line)}>{fault.line}</Button></td>
              <td data-label={words.admin.place}><code>{fault.path}</code></td>
              <td data-label={words.admin.fault}><ServerWords>{fault.fault}</ServerWords></td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** Selects the line and brings it into sight. */
function jumpTo(id: string, toml: string, line: number) {
  const found = document.getElementById(id);
  const area = found instanceof HTMLTextAreaElement ? found : document.querySelector<HTMLTextAreaElement>(`#${id} textarea`);
  if (!area) return;
  const { from, to } = lineRange(toml, line);
  area.focus();
  area.setSelectionRange(from, to);
  area.scrollTop = (area.scrollHeight / Math.max(1, toml.split("\n").length)) * Math.max(0, line - 4);
}
