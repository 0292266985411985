import { useState } from "react";
import type { Case, Person } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useLabel, useWords } from "../i18n";
import { useClients } from "../net/clients";
import { FindPeople, PersonLine } from "../people/FindPeople";
import { PersonForm } from "../people/PersonForm";
import { PlanView } from "../people/PlanView";
import { useForm } from "../record/forms";
import type { Keeper } from "../record/keeper";
import { ReasonGate } from "../record/ReasonGate";
import { RecordView } from "../record/RecordPage";
import { RecordTable } from "../record/RecordsPage";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { Sign } from "../ui/Sign";
import { useAct } from "../ui/useAct";
import { useLoad } from "../ui/useLoad";

/** Who this may be: number, plan, flags, earlier calls. At once, beside the form. */
export function CasePanel({ callId, keeper }: { callId: string; keeper: Keeper | undefined }) {
  const words = useWords();
  const { triage } = useClients();
  const operator = useOperator();
  const [reason, setReason] = useState("");
  const asked = useLoad(`${callId} ${reason}`, async (signal) => (await triage.getCase({ ...operator, callId, reason }, { signal })).case);
  const [reading, setReading] = useState<string>();
  const [choosing, setChoosing] = useState(false);
  const known = asked.value;
  const link = useAct(async (personId: string) => {
    if (!keeper) return;
    const { record } = await triage.linkPerson({ ...operator, recordId: keeper.record.recordId, personId });
    if (record) keeper.take(record);
    setChoosing(false);
    asked.again();
  });
  if (asked.trouble?.kind === "not_allowed" && reason === "") {
    return <Panel title={words.desk.case}><ReasonGate onGiven={setReason} /></Panel>;
  }
  if (!known) {
    return <Panel title={words.desk.case}>{asked.trouble ? <><TroubleNotice trouble={asked.trouble} /><Button onPress={asked.again}>{words.common.again}</Button></> : <p role="status">{words.common.loading}</p>}</Panel>;
  }
  return (
    <>
      <Panel title={words.desk.case}>
        <Number known={known} />
        <Flags flags={known.flags} protocolVersion={keeper?.record.protocolVersion} />
        <PersonOf known={known} mayLink={keeper !== undefined} onLink={(personId) => void link.run(personId)} onChoose={() => setChoosing(true)} />
        <TroubleNotice trouble={link.trouble} />
      </Panel>
      {known.person?.plan && <Panel title={words.people.plan} tone="strong"><PlanView plan={known.person.plan} /></Panel>}
      <Panel title={words.common.counted(words.desk.earlier, known.earlier.length)}>
        {known.earlier.length === 0 ? <p className="dim">{words.desk.earlierNone}</p> : <RecordTable records={known.earlier} caption={words.desk.earlier} onOpen={setReading} />}
      </Panel>
      <Dialog title={words.app.record} open={reading !== undefined} onClose={() => setReading(undefined)} wide>{reading && <RecordView recordId={reading} />}</Dialog>
      <Dialog title={words.desk.changePerson} open={choosing} onClose={() => setChoosing(false)} wide>
        <ChoosePerson onChosen={(personId) => void link.run(personId)} />
        <TroubleNotice trouble={link.trouble} />
      </Dialog>
    </>
  );
}

function Number({ known }: { known: Case }) {
  const words = useWords();
  return (
    <div className="spread">
      <strong className="number">{known.withheld ? words.desk.withheld : known.number || words.desk.noNumber}</strong>
      {known.callsIn30Days > 1 && <span className="tag tone-warn"><Sign tone="warn" size={16} />{words.desk.calls30(known.callsIn30Days)}</span>}
    </div>
  );
}

/** A flag informs whoever answers; none turns a caller away. */
function Flags({ flags, protocolVersion }: { flags: string[]; protocolVersion: string | undefined }) {
  const words = useWords();
  const label = useLabel();
  const { value: form } = useForm(protocolVersion);
  const list = form?.kinds.get("special_flags")?.list ?? "";
  if (flags.length === 0) return null;
  return <ul className="row plain-list" aria-label={words.desk.flags}>{flags.map((flag) => <li key={flag} className="tag">{label(form?.code(list, flag), flag)}</li>)}</ul>;
}

function PersonOf({ known, mayLink, onLink, onChoose }: { known: Case; mayLink: boolean; onLink: (personId: string) => void; onChoose: () => void }) {
  const words = useWords();
  const others = known.candidates.filter(({ personId }) => personId !== known.person?.personId);
  return (
    <div className="stack-small">
      <div className="spread">
        {known.person ? <PersonLine person={known.person} /> : <span className="dim">{words.desk.personNone}</span>}
        <span className="row">
          {known.person && mayLink && <Button size="small" weight="quiet" onPress={() => onLink("")}>{words.people.unlink}</Button>}
          {mayLink && <Button size="small" onPress={onChoose}>{words.desk.changePerson}</Button>}
        </span>
      </div>
      {others.length > 0 && (
        <div className="stack-small">
          <span className="dim small">{words.people.candidates}</span>
          <ul className="plain-list">
            {others.map((person) => (
              <li key={person.personId} className="spread">
                <PersonLine person={person} />
                {mayLink && <Button size="small" label={`${words.people.link}: ${person.name}`} onPress={() => onLink(person.personId)}>{words.people.link}</Button>}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

function ChoosePerson({ onChosen }: { onChosen: (personId: string) => void }) {
  const words = useWords();
  const [creating, setCreating] = useState(false);
  const end = (person: Person | undefined) => (person ? onChosen(person.personId) : setCreating(false));
  if (creating) return <PersonForm onEnd={end} />;
  return (
    <div className="stack">
      <FindPeople deed={(person) => <Button size="small" label={`${words.people.link}: ${person.name}`} onPress={() => onChosen(person.personId)}>{words.people.link}</Button>} />
      <div><Button onPress={() => setCreating(true)}>{words.people.create}</Button></div>
    </div>
  );
}
