import { useState } from "react";
import type { Person } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { dayTime, millis } from "../i18n/time";
import { useClients } from "../net/clients";
import { ReasonGate } from "../record/ReasonGate";
import { useMe, useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useLoad } from "../ui/useLoad";
import { ContractLine } from "./ContractLine";
import { PersonLine } from "./FindPeople";
import { PersonForm } from "./PersonForm";
import { PlanForm } from "./PlanForm";
import { PlanView } from "./PlanView";

export function PersonPage({ personId }: { personId: string }) {
  const words = useWords();
  return (
    <div className="page">
      <h1>{words.app.person}</h1>
      <Known personId={personId} reason="" />
    </div>
  );
}

function Known({ personId, reason }: { personId: string; reason: string }) {
  const words = useWords();
  const { triage } = useClients();
  const operator = useOperator();
  const asked = useLoad(`${personId} ${reason}`, async (signal) => (await triage.getPerson({ ...operator, personId, reason }, { signal })).person);
  if (asked.trouble?.kind === "not_allowed" && reason === "") {
    return <ReasonGate>{(given) => <Known personId={personId} reason={given} />}</ReasonGate>;
  }
  if (asked.trouble) return <TroubleNotice trouble={asked.trouble} />;
  if (!asked.value) return <p role="status">{words.common.loading}</p>;
  return <PersonView person={asked.value} onChanged={asked.again} />;
}

function PersonView({ person, onChanged }: { person: Person; onChanged: () => void }) {
  const words = useWords();
  const me = useMe();
  const [writing, setWriting] = useState<"person" | "plan">();
  const [savedPlan, setSavedPlan] = useState(false);
  const mayChange = me.roles.includes("counsellor") || me.roles.includes("supervisor");
  const end = (changed: Person | undefined) => {
    setSavedPlan(changed !== undefined && writing === "plan");
    setWriting(undefined);
    if (changed) onChanged();
  };
  return (
    <div className="record-columns">
      <div className="stack">
        <Panel title={person.name} aside={mayChange && writing === undefined && <Button size="small" onPress={() => setWriting("person")}>{words.people.change}</Button>}>
          {writing === "person" ? <PersonForm person={person} onEnd={end} /> : <><PersonLine person={person} /><ContractLine contract={person.supportContract} /></>}
        </Panel>
        <Panel title={words.people.plan} aside={writing === undefined && <Button size="small" onPress={() => setWriting("plan")}>{words.people.editPlan}</Button>}>
          {savedPlan && <Notice tone="good" live>{words.people.savedPlan}</Notice>}
          {writing === "plan" ? <PlanForm person={person} onEnd={end} /> : person.plan ? <PlanView plan={person.plan} /> : <p>{words.people.noPlan}</p>}
        </Panel>
      </div>
      <PersonHistory person={person} />
    </div>
  );
}

function PersonHistory({ person }: { person: Person }) {
  const words = useWords();
  const { language } = useLanguage();
  return (
    <Panel title={words.people.history}>
      <ol className="history">
        {[...person.history].reverse().map((event) => (
          <li key={`${millis(event.at)} ${event.happened} ${event.with}`}>
            {worded(words.people.happened, event.happened)} <span className="dim small">{dayTime(millis(event.at) ?? 0, language)}</span>
            {(event.happened === "linked" || event.happened === "unlinked") && event.with && <> <a href={`#/record/${encodeURIComponent(event.with)}`}>{words.app.record}</a></>}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
