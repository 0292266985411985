import { useState } from "react";
import { useWords, worded } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Field } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useLoad } from "../ui/useLoad";
import { fitting } from "./fitting";

/** Every clip that the line can play, in its own words. */
export function Prompts() {
  const words = useWords();
  const { admin } = useClients();
  const operator = useOperator();
  const [text, setText] = useState("");
  const listed = useLoad("prompts", async (signal) => (await admin.listPrompts({ ...operator }, { signal })).prompts);
  const all = listed.value ?? [];
  const shown = fitting(all, text, (one) => [one.prompt, one.words, worded(words.admin.languages, one.language)]);
  return (
    <Panel title={words.admin.prompts}>
      <TroubleNotice trouble={listed.trouble} />
      <Field label={words.admin.filter} type="search" value={text} onChange={setText} />
      <p className="dim small" role="status">{words.admin.shownOf(shown.length, all.length)}</p>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.admin.prompt}</th>
            <th scope="col">{words.admin.language}</th>
            <th scope="col">{words.admin.spoken}</th>
            <th scope="col">{words.admin.length}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => (
            <tr key={`${one.prompt} ${one.language}`}>
              <th scope="row"><code>{one.prompt}</code></th>
              <td data-label={words.admin.language}>{worded(words.admin.languages, one.language)}</td>
              <td data-label={words.admin.spoken} lang={one.language}>{one.words}</td>
              <td data-label={words.admin.length}>{words.admin.seconds((one.milliseconds / 1000).toFixed(1))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
