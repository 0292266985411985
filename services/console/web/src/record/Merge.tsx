import { useLabel, useWords } from "../i18n";
import { Button } from "../ui/Button";
import { Panel } from "../ui/Panel";
import { shownValue } from "./shown";
import type { Form } from "./forms";
import type { Keeper } from "./keeper";
import { useSheet } from "./sheet";

/** Two wrote the same field: both texts side by side until somebody chooses. */
export function Merge({ keeper, form }: { keeper: Keeper; form: Form }) {
  const words = useWords();
  const label = useLabel();
  useSheet(keeper);
  const conflicts = Object.entries(keeper.draft.conflicts);
  if (conflicts.length === 0) return null;
  return (
    <Panel title={words.record.merge} tone="bad">
      <p role="alert">{words.record.mergeWhy}</p>
      {conflicts.map(([name, conflict]) => {
        const title = label(form.label(name), name);
        const isText = form.kinds.get(name)?.kind === "text";
        return (
          <section key={name} className="merge" aria-label={title}>
            <h3>{title}</h3>
            <div className="merge-sides">
              <Side title={words.record.mine} text={shownValue(form, name, conflict.mine, label, words)} />
              <Side title={words.record.theirs} text={shownValue(form, name, conflict.theirs, label, words)} />
            </div>
            <div className="row">
              <Button onPress={() => keeper.settle(name, "mine")} label={`${words.record.keepMine}: ${title}`}>{words.record.keepMine}</Button>
              <Button onPress={() => keeper.settle(name, "theirs")} label={`${words.record.keepTheirs}: ${title}`}>{words.record.keepTheirs}</Button>
              {isText && <Button onPress={() => keeper.settle(name, "both")} label={`${words.record.keepBoth}: ${title}`}>{words.record.keepBoth}</Button>}
            </div>
          </section>
        );
      })}
    </Panel>
  );
}

function Side({ title, text }: { title: string; text: string }) {
  const words = useWords();
  return (
    <div>
      <div className="dim small">{title}</div>
      <p className="written">{text || words.record.blank}</p>
    </div>
  );
}
