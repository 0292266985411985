import { useState } from "react";
import { useLineNow } from "../board/BoardProvider";
import type { Choice } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useWords, worded } from "../i18n";
import { millis, span } from "../i18n/time";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { TroubleNotice } from "../ui/Notice";
import { useLoad } from "../ui/useLoad";

/** Hospitals that could take the case, in order, with reasons; asked for when it is unfolded. */
export function Candidates({ referralId, turn }: { referralId: string; turn: string }) {
  const words = useWords();
  const { referral } = useClients();
  const operator = useOperator();
  const [open, setOpen] = useState(false);
  const found = useLoad(open ? `${referralId} ${turn}` : undefined, (signal) => referral.chooseHospital({ ...operator, referralId }, { signal }));
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.referral.candidates}</summary>
      <div className="stack-small">
        <TroubleNotice trouble={found.trouble} />
        {open && found.busy && !found.value && <p role="status">{words.common.loading}</p>}
        {found.value && <><Choices title={words.referral.canBeAsked} choices={found.value.choices} /><Choices title={words.referral.leftOut} choices={found.value.leftOut} /></>}
      </div>
    </details>
  );
}

function Choices({ title, choices }: { title: string; choices: Choice[] }) {
  const words = useWords();
  return (
    <>
      <h3>{title}</h3>
      {choices.length === 0 ? <p className="dim">{words.referral.nobody}</p> : (
        <ol className="offered">
          {choices.map((choice) => (
            <li key={choice.hospitalId}>
              <strong>{choice.name || choice.hospitalId}</strong> {choice.reasons.map((reason) => worded(words.referral.choice, reason)).join("・")}
              <div className="dim small"><PlacesOf choice={choice} /></div>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

/** Free places and how old the report is. */
export function PlacesOf({ choice }: { choice: Choice }) {
  const words = useWords();
  const now = useLineNow();
  const at = millis(choice.reportedAt);
  if (choice.freePlaces < 0) return <span>{words.referral.placesUnknown}</span>;
  return <span>{[words.referral.places(choice.freePlaces), at !== undefined && words.referral.placesAt(span(now - at))].filter(Boolean).join(" · ")}</span>;
}
