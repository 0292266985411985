import { type FormEvent, useState } from "react";
import type { Person } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button, Submit } from "../ui/Button";
import { Field, Select } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { contractFault } from "./contract";

/** A new person, or a change to one. */
export function PersonForm({ person, onEnd }: { person?: Person; onEnd: (saved: Person | undefined) => void }) {
  const words = useWords();
  const { triage } = useClients();
  const operator = useOperator();
  const [is, setIs] = useState({ name: person?.name ?? "", kana: person?.kana ?? "", birthDate: person?.birthDate ?? "", sex: person?.sex ?? "", municipality: person?.municipality ?? "" });
  const set = (name: keyof typeof is) => (value: string) => setIs({ ...is, [name]: value });
  const before = { from: person?.supportContract?.from ?? "", until: person?.supportContract?.until ?? "" };
  const [contract, setContract] = useState(before);
  const [fault, setFault] = useState<ReturnType<typeof contractFault>>();
  // One that was not touched is left out: it stays as it is, whoever else has changed it meanwhile.
  const touched = contract.from !== before.from || contract.until !== before.until;
  const save = useAct(async () => onEnd((await triage.savePerson({ ...operator, person: { personId: person?.personId ?? "", ...is, ...(touched ? { supportContract: contract } : {}) } })).person));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wrong = contractFault(contract);
    setFault(wrong);
    if (!wrong) void save.run();
  };
  return (
    <form className="stack" onSubmit={submit}>
      <Field label={words.people.name} value={is.name} onChange={set("name")} required />
      <Field label={words.people.kana} value={is.kana} onChange={set("kana")} />
      <Field label={words.people.birthDate} type="date" value={is.birthDate} onChange={set("birthDate")} />
      <Select label={words.people.sex} value={is.sex} onChange={set("sex")} empty={words.record.empty} options={Object.entries(words.people.sexes).map(([value, label]) => ({ value, label }))} />
      <Field label={words.people.municipality} value={is.municipality} onChange={set("municipality")} />
      <fieldset className="choices">
        <legend>{words.people.contract}</legend>
        <p className="hint">{words.people.contractHint}</p>
        <div className="stack">
          <Field label={words.people.contractFrom} type="date" value={contract.from} onChange={(from) => setContract({ ...contract, from })} {...(fault === "needsFrom" ? { error: words.people.contractNeedsFrom } : {})} />
          <Field label={words.people.contractUntil} type="date" value={contract.until} hint={words.people.contractUntilHint} onChange={(until) => setContract({ ...contract, until })} {...(fault === "backwards" ? { error: words.people.contractBackwards } : {})} />
        </div>
      </fieldset>
      <TroubleNotice trouble={save.trouble} />
      <div className="row">
        <Submit busy={save.busy}>{words.common.save}</Submit>
        <Button onPress={() => onEnd(undefined)}>{words.common.cancel}</Button>
      </div>
    </form>
  );
}
