import { useState } from "react";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import type { Keeper } from "../record/keeper";
import { useMe, useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useLoad } from "../ui/useLoad";
import { DraftPanel } from "./DraftPanel";
import { ReleasedPanel } from "./ReleasedPanel";
import { isOver } from "./standing";
import { useAgain } from "./useAgain";

const EVERY_MS = 5_000;

interface Props {
  recordId: string;
  keeper?: Keeper | undefined;
  signed: boolean;
}

/** Beside a record: what was handed on from it, live. For who may hand on. */
export function ReferralPanel(props: Props) {
  const { roles } = useMe();
  return roles.includes("counsellor") || roles.includes("supervisor") ? <OfRecord {...props} /> : null;
}

function OfRecord({ recordId, keeper, signed }: Props) {
  const words = useWords();
  const { referral } = useClients();
  const operator = useOperator();
  const [begun, setBegun] = useState(false);
  const listed = useLoad(recordId, async (signal) => (await referral.listReferrals({ ...operator, recordId, limit: 20 }, { signal })).referrals);
  useAgain(listed.again, EVERY_MS);
  const all = listed.value;
  const released = all?.filter(({ state }) => state !== "drafted") ?? [];
  const drafting = begun || (all?.length ?? 0) > released.length;
  const free = all !== undefined && !drafting && released.every(isOver);
  return (
    <Panel title={words.referral.title} tone={released.some(({ late }) => late) ? "bad" : "plain"}>
      {!all && <TroubleNotice trouble={listed.trouble} />}
      {!all && listed.busy && <p role="status">{words.common.loading}</p>}
      {released.map((one) => <ReleasedPanel key={one.referralId} referral={one} onChanged={listed.again} />)}
      {drafting && <DraftPanel recordId={recordId} keeper={keeper} signed={signed} onChanged={() => (setBegun(false), listed.again())} />}
      {free && released.length === 0 && <p className="dim">{words.referral.none}</p>}
      {free && <div><Button onPress={() => setBegun(true)}>{released.length === 0 ? words.referral.begin : words.referral.beginAgain}</Button></div>}
    </Panel>
  );
}
