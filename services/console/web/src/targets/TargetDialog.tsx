import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useLineNow } from "../board/BoardProvider";
import type { Target } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { fieldsRefused } from "../net/refusals/fields";
import { dateAt } from "../rota/month";
import { useOperator } from "../session/SessionProvider";
import { Button, Submit } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field, Select } from "../ui/Field";
import { Notice, ServerWords, TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { type Entry, entryOf, faultsOf, toBeSaved } from "./directory";

interface Props {
  /** None: a new one. */
  target: Target | undefined;
  taken: readonly string[];
  onClose: () => void;
  onSaved: (name: string) => void;
}

type Name = keyof ReturnType<typeof useWords>["targets"]["fields"];

/** A new entry of the directory, or one of it; whatever is refused stands beside its field. */
export function TargetDialog({ target, taken, onClose, onSaved }: Props) {
  const words = useWords();
  const { fields, ways } = words.targets;
  const today = dateAt(useLineNow());
  const { is, setIs, save, submit, form, errorOf, faulty } = useEntry({ target, taken, onSaved });
  const set = (key: keyof Entry) => (value: string) => setIs({ ...is, [key]: value });
  const asked = (key: keyof Entry, name: Name) => ({ label: fields[name], value: is[key], onChange: set(key), error: errorOf(name) });
  const options = (list: Record<string, string>) => Object.entries(list).map(([value, label]) => ({ value, label }));
  return (
    <Dialog title={target ? words.targets.changeTitle(target.name) : words.targets.add} open onClose={onClose}>
      <form ref={form} className="stack" onSubmit={submit}>
        {target ? <p className="dim">{words.common.pair(fields.target_id, target.targetId)}</p> : <Field {...asked("targetId", "target_id")} hint={words.targets.idHint} required autoFocus />}
        <Field {...asked("name", "name")} required autoFocus={target !== undefined} />
        <Select {...asked("kind", "kind")} options={options(words.referral.kind)} empty={words.targets.chooseKind} required />
        <Field {...asked("number", "number")} hint={words.targets.numberHint} />
        <Field {...asked("hours", "hours")} />
        <Field {...asked("catchment", "catchment")} />
        <Select {...asked("way", "way")} options={options(ways)} />
        {is.way === "webhook" && <Field {...asked("url", "url")} hint={words.targets.urlHint} required />}
        <div className="row-end">
          <Field {...asked("lastChecked", "last_checked")} type="date" hint={words.targets.checkedHint} />
          <Button onPress={() => set("lastChecked")(today)}>{words.targets.checkedToday}</Button>
        </div>
        {faulty ? <Notice tone="bad" live>{words.targets.faulty}</Notice> : <TroubleNotice trouble={save.trouble} />}
        <div className="row">
          <Submit busy={save.busy}>{words.common.save}</Submit>
          <Button onPress={onClose}>{words.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What is typed, and what is wrong with it: what the page sees by itself, then what the server says. */
function useEntry({ target, taken, onSaved }: Omit<Props, "onClose">) {
  const words = useWords();
  const { referral } = useClients();
  const operator = useOperator();
  const [is, setIs] = useState(entryOf(target));
  const [seen, setSeen] = useState<ReturnType<typeof faultsOf>>({});
  const form = useRef<HTMLFormElement>(null);
  const save = useAct(async () => {
    await referral.saveTarget({ ...operator, target: toBeSaved(is) });
    onSaved(is.name.trim());
  });
  const refused = fieldsRefused(save.trouble);
  // Whoever works by keys goes on where it is wrong.
  useEffect(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(), [seen, save.trouble]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.clear();
    const faults = faultsOf(is, target ? [] : taken);
    setSeen(faults);
    if (Object.keys(faults).length === 0) void save.run();
  };
  const errorOf = (name: Name): ReactNode => {
    const fault = seen[name];
    const right = refused.get(name);
    if (fault) return fault === "taken" ? words.targets.idTaken : words.common.required;
    return right && <ServerWords>{right}</ServerWords>;
  };
  const shown = [...refused.keys()].filter((name) => name in words.targets.fields);
  const faulty = Object.keys(seen).length > 0 || (shown.length > 0 && shown.length === refused.size);
  return { is, setIs, save, submit, form, errorOf, faulty };
}
