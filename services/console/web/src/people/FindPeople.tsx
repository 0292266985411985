import { type FormEvent, type ReactNode, useState } from "react";
import type { Person } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useWords, worded } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Submit } from "../ui/Button";
import { Field } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";

/** By name, kana, birth date or number. What can be done with a find is the caller's. */
export function FindPeople({ deed }: { deed: (person: Person) => ReactNode }) {
  const words = useWords();
  const { triage } = useClients();
  const operator = useOperator();
  const [text, setText] = useState("");
  const [found, setFound] = useState<Person[]>();
  const find = useAct(async () => setFound((await triage.findPeople({ ...operator, text: text.trim() })).people));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) void find.run();
  };
  return (
    <div className="stack">
      <form className="row-end" role="search" onSubmit={submit}>
        <Field label={words.people.find} type="search" value={text} onChange={setText} hint={words.people.findHint} />
        <Submit busy={find.busy}>{words.common.search}</Submit>
      </form>
      <TroubleNotice trouble={find.trouble} />
      <div role="status">{found?.length === 0 && words.people.none}</div>
      {found && found.length > 0 && (
        <ul className="cards">
          {found.map((person) => (
            <li key={person.personId} className="spread">
              <PersonLine person={person} />
              {deed(person)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function PersonLine({ person }: { person: Person }) {
  const words = useWords();
  return (
    <div>
      <strong>{person.name}</strong> {person.kana && <span className="dim">{person.kana}</span>}
      <div className="dim small">
        {[person.birthDate, person.sex && worded(words.people.sexes, person.sex), person.municipality, words.people.records(person.records), person.mergedInto && words.people.merged].filter(Boolean).join(" · ")}
      </div>
    </div>
  );
}
