import { useState } from "react";
import type { Referral } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import type { Keeper } from "../record/keeper";
import { useMe, useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useLoad } from "../ui/useLoad";
import { DraftPanel } from "./DraftPanel";
import { Deadline, Expected, Head } from "./Head";
import { ReleasedPanel } from "./ReleasedPanel";
import { isOver } from "./standing";
import { useAgain } from "./useAgain";

/** While a receiver has it in hand, their word is to be seen at once. */
const EVERY_LIVE_MS = 1_000;
const EVERY_MS = 3_000;
const PANEL = "referral";

interface Props {
  recordId: string;
  keeper?: Keeper | undefined;
  signed: boolean;
}

function useReferrals(recordId: string) {
  const { referral } = useClients();
  const operator = useOperator();
  const listed = useLoad(recordId, async (signal) => (await referral.listReferrals({ ...operator, recordId, limit: 20 }, { signal })).referrals);
  useAgain(listed.again, listed.value?.some(isUnderWay) ? EVERY_LIVE_MS : EVERY_MS);
  return listed;
}

function isUnderWay(referral: Referral): boolean {
  return referral.state !== "drafted" && !isOver(referral);
}

function useMayRefer(): boolean {
  const { roles } = useMe();
  return roles.includes("counsellor") || roles.includes("supervisor");
}

/** Above a record while a referral from it is under way: what the receiver did is seen at once. */
export function ReferralState({ recordId }: { recordId: string }) {
  return useMayRefer() ? <UnderWay recordId={recordId} /> : null;
}

function UnderWay({ recordId }: { recordId: string }) {
  const words = useWords();
  const live = useReferrals(recordId).value?.filter(isUnderWay) ?? [];
  const look = () => {
    const panel = document.getElementById(PANEL);
    panel?.scrollIntoView({ block: "start" });
    panel?.focus({ preventScroll: true });
  };
  if (live.length === 0) return null;
  return (
    <section className="panel" aria-label={words.referral.underWay}>
      {live.map((one) => (
        <div key={one.referralId} className="stack-small">
          <div role="status"><Head referral={one} /></div>
          <Expected referral={one} />
          <div className="spread"><Deadline referral={one} /><Button size="small" onPress={look}>{words.referral.look}</Button></div>
        </div>
      ))}
    </section>
  );
}

/** Beside a record: what was handed on from it, live. For who may hand on. */
export function ReferralPanel(props: Props) {
  return useMayRefer() ? <div id={PANEL} tabIndex={-1}><OfRecord {...props} /></div> : null;
}

function OfRecord({ recordId, keeper, signed }: Props) {
  const words = useWords();
  const [begun, setBegun] = useState(false);
  const listed = useReferrals(recordId);
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
