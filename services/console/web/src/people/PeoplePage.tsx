import { useState } from "react";
import { go } from "../app/router";
import { useWords } from "../i18n";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Panel } from "../ui/Panel";
import { FindPeople } from "./FindPeople";
import { PersonForm } from "./PersonForm";

export function PeoplePage() {
  const words = useWords();
  const [creating, setCreating] = useState(false);
  return (
    <div className="page">
      <div className="spread">
        <h1>{words.app.people}</h1>
        <Button onPress={() => setCreating(true)}>{words.people.create}</Button>
      </div>
      <Panel title={words.people.find}>
        <FindPeople deed={(person) => <a href={`#/person/${encodeURIComponent(person.personId)}`} aria-label={`${words.record.open} ${person.name}`}>{words.record.open}</a>} />
      </Panel>
      <Dialog title={words.people.create} open={creating} onClose={() => setCreating(false)}>
        <PersonForm
          onEnd={(person) => {
            setCreating(false);
            if (person) go(`/person/${encodeURIComponent(person.personId)}`);
          }}
        />
      </Dialog>
    </div>
  );
}
