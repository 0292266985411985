import { type FormEvent, useState } from "react";
import type { Person } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button, Submit } from "../ui/Button";
import { Check, Field } from "../ui/Field";
import { Notice, TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";

const MOST = 4_000;

export function PlanForm({ person, onEnd }: { person: Person; onEnd: (changed: Person | undefined) => void }) {
  const words = useWords();
  const { triage } = useClients();
  const operator = useOperator();
  const before = person.plan;
  const [text, setText] = useState({ earlySigns: before?.earlySigns ?? "", whatHelps: before?.whatHelps ?? "", whomToRing: before?.whomToRing ?? "", whatToAvoid: before?.whatToAvoid ?? "" });
  const [consent, setConsent] = useState(before?.consent ?? false);
  const [consentDate, setConsentDate] = useState(before?.consentDate ?? "");
  const [reviewOn, setReviewOn] = useState(before?.reviewOn ?? "");
  const [refused, setRefused] = useState(false);
  const save = useAct(async () => {
    const plan = { ...text, consent, consentDate, reviewOn, revision: before?.revision ?? 0 };
    onEnd((await triage.savePlan({ ...operator, personId: person.personId, plan })).person);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setRefused(!consent);
    if (consent) void save.run();
  };
  const fields = ["earlySigns", "whatHelps", "whomToRing", "whatToAvoid"] as const;
  return (
    <form className="stack" onSubmit={submit}>
      {fields.map((name) => {
        const over = [...text[name]].length > MOST;
        return <Field key={name} label={words.people[name]} lines={3} value={text[name]} onChange={(value) => setText({ ...text, [name]: value })} {...(over ? { error: words.record.tooLong(MOST) } : {})} />;
      })}
      <Check checked={consent} onChange={setConsent}>{words.people.consent}</Check>
      {refused && !consent && <Notice tone="bad" live>{words.people.consentNeeded}</Notice>}
      <Field label={words.people.consentDate} type="date" value={consentDate} onChange={setConsentDate} />
      <Field label={words.people.reviewOn} type="date" value={reviewOn} onChange={setReviewOn} />
      <TroubleNotice trouble={save.trouble} />
      <div className="row">
        <Submit busy={save.busy}>{words.common.save}</Submit>
        <Button onPress={() => onEnd(undefined)}>{words.common.cancel}</Button>
      </div>
    </form>
  );
}
