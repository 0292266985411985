import { useState } from "react";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Check, Field } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useLoad } from "../ui/useLoad";
import { fitting } from "./fitting";

const DEFAULT = "default";

/** Every setting with where it comes from. */
export function Settings() {
  const words = useWords();
  const { admin } = useClients();
  const operator = useOperator();
  const [text, setText] = useState("");
  const [changedOnly, setChangedOnly] = useState(false);
  const listed = useLoad("settings", async (signal) => (await admin.listSettings({ ...operator }, { signal })).settings);
  const all = listed.value ?? [];
  const shown = fitting(all.filter(({ origin }) => !changedOnly || origin !== DEFAULT), text, (one) => [one.key, one.value, one.origin, one.note]);
  return (
    <Panel title={words.admin.settings}>
      <p>{words.admin.settingsWhy}</p>
      <TroubleNotice trouble={listed.trouble} />
      <div className="row-end">
        <Field label={words.admin.filter} type="search" value={text} onChange={setText} />
        <Check checked={changedOnly} onChange={setChangedOnly}>{words.admin.changedOnly}</Check>
      </div>
      <p className="dim small" role="status">{words.admin.shownOf(shown.length, all.length)}</p>
      <table className="table settings">
        <thead>
          <tr>
            <th scope="col">{words.admin.key}</th>
            <th scope="col">{words.admin.value}</th>
            <th scope="col">{words.admin.origin}</th>
            <th scope="col">{words.admin.note}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => (
            <tr key={one.key}>
              <th scope="row"><code>{one.key}</code></th>
              <td data-label={words.admin.value}><code>{one.value}</code></td>
              <td data-label={words.admin.origin}>{one.origin === DEFAULT ? <span className="dim">{one.origin}</span> : <strong>{one.origin}</strong>}</td>
              <td data-label={words.admin.note} lang="en" className="small">{one.note}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
