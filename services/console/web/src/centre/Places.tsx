import { type FormEvent, useState } from "react";
import type { Choice } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useWords, worded } from "../i18n";
import { useClients } from "../net/clients";
import { PlacesOf } from "../referral/Candidates";
import { useAgain } from "../referral/useAgain";
import { useTargets } from "../referral/Targets";
import { useOperator } from "../session/SessionProvider";
import { Submit } from "../ui/Button";
import { Field } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useAct } from "../ui/useAct";
import { useLoad } from "../ui/useLoad";

const CENTRES: ReadonlySet<string> = new Set(["centre", "emergency_centre"]);

/** Others report theirs on other screens. */
const EVERY_MS = 15_000;

/** The duty hospitals and their free places. A hospital says its own; an information centre keeps all. */
export function Places({ centreId }: { centreId: string }) {
  const words = useWords();
  const { referral } = useClients();
  const operator = useOperator();
  const targets = useTargets();
  const chosen = useLoad(operator.operatorId, (signal) => referral.chooseHospital({ ...operator }, { signal }));
  useAgain(chosen.again, EVERY_MS);
  const kind = targets.value?.find(({ targetId }) => targetId === centreId)?.kind ?? "";
  const hospitals = chosen.value ? [...chosen.value.choices, ...chosen.value.leftOut] : [];
  return (
    <Panel title={words.centre.places}>
      <p className="hint">{words.centre.placesWhy}</p>
      <TroubleNotice trouble={chosen.trouble} />
      {chosen.value && hospitals.length === 0 && <p className="dim">{words.centre.noHospitals}</p>}
      {hospitals.length > 0 && (
        <table className="table places">
          <caption className="hidden-text">{words.centre.places}</caption>
          <thead>
            <tr>
              <th scope="col">{words.centre.hospital}</th>
              <th scope="col">{words.centre.standingNow}</th>
              <th scope="col">{words.centre.free}</th>
              <th scope="col">{words.centre.report}</th>
            </tr>
          </thead>
          <tbody>
            {hospitals.map((one) => (
              <tr key={one.hospitalId}>
                <th scope="row">{one.name || one.hospitalId}</th>
                <td data-label={words.centre.standingNow}>{one.reasons.map((reason) => worded(words.referral.choice, reason)).join("・") || "–"}</td>
                <td data-label={words.centre.free}><PlacesOf choice={one} /></td>
                <td>{(CENTRES.has(kind) || one.hospitalId === centreId) && <Report hospital={one} onDone={chosen.again} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

function Report({ hospital, onDone }: { hospital: Choice; onDone: () => void }) {
  const words = useWords();
  const { centre } = useClients();
  const operator = useOperator();
  const [count, setCount] = useState("");
  const [wrong, setWrong] = useState(false);
  const report = useAct(async () => {
    await centre.reportPlaces({ ...operator, hospitalId: hospital.hospitalId, freePlaces: Number(count) });
    setCount("");
    onDone();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const fits = /^\d{1,4}$/.test(count);
    setWrong(!fits);
    if (fits) void report.run();
  };
  return (
    <form className="row-end" onSubmit={submit}>
      <Field label={<span className="hidden-text">{words.centre.freePlaces(hospital.name || hospital.hospitalId)}</span>} inputMode="numeric" value={count} onChange={setCount} {...(wrong ? { error: words.centre.wholeNumber } : {})} />
      <Submit busy={report.busy} weight="plain">{words.centre.report}</Submit>
      <TroubleNotice trouble={report.trouble} />
    </form>
  );
}
