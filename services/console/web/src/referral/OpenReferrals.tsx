import { useState } from "react";
import { useStaffName } from "../board/BoardProvider";
import { useWindowName } from "../desk/RingBanner";
import type { Referral } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useLoad } from "../ui/useLoad";
import { Deadline, Expected, Head } from "./Head";
import { SettleDialog } from "./SettleDialog";
import { SheetDialog } from "./SheetDialog";
import { byNeed } from "./standing";
import { OfferedList } from "./Story";
import { useAgain } from "./useAgain";

const EVERY_MS = 5_000;

/** Every referral that nobody is done with, late ones first. */
export function OpenReferrals() {
  const words = useWords();
  const { referral } = useClients();
  const operator = useOperator();
  const [open, setOpen] = useState<{ what: "settle" | "sheet"; referral: Referral }>();
  const listed = useLoad("open", async (signal) => (await referral.listReferrals({ ...operator, openOnly: true, limit: 200 }, { signal })).referrals);
  useAgain(listed.again, EVERY_MS);
  const sorted = byNeed(listed.value ?? []);
  const close = () => setOpen(undefined);
  return (
    <Panel title={words.night.counted(words.referral.open, sorted.length)} tone={sorted.some(({ late }) => late) ? "bad" : "plain"}>
      <TroubleNotice trouble={listed.trouble} />
      {listed.value && sorted.length === 0 && <p className="dim">{words.referral.noOpen}</p>}
      <ul className="cards">{sorted.map((one) => <Line key={one.referralId} referral={one} onOpen={(what) => setOpen({ what, referral: one })} />)}</ul>
      {open?.what === "settle" && <SettleDialog referral={open.referral} onClose={close} onDone={() => (close(), listed.again())} />}
      {open?.what === "sheet" && <SheetDialog referralId={open.referral.referralId} onClose={close} />}
    </Panel>
  );
}

function Line({ referral, onOpen }: { referral: Referral; onOpen: (what: "settle" | "sheet") => void }) {
  const words = useWords();
  const nameOf = useStaffName();
  const windowName = useWindowName();
  const about = `${windowName(referral.windowId)} ${referral.triageCode}`;
  return (
    <li className={`stack-small ${referral.late ? "cards-late" : ""}`}>
      <Head referral={referral} />
      <Expected referral={referral} />
      <Deadline referral={referral} />
      <div className="dim small">{[windowName(referral.windowId), nameOf(referral.authorStaff)].filter(Boolean).join(" · ")}</div>
      <OfferedList offered={referral.offered} />
      <div className="row">
        {referral.state !== "drafted" && <Button size="small" label={`${words.referral.settle}: ${about}`} onPress={() => onOpen("settle")}>{words.referral.settle}</Button>}
        <Button size="small" weight="quiet" label={`${words.referral.sheet}: ${about}`} onPress={() => onOpen("sheet")}>{words.referral.sheet}</Button>
        <a href={`#/record/${encodeURIComponent(referral.recordId)}`}>{words.referral.openRecord}<span className="hidden-text"> {about}</span></a>
      </div>
    </li>
  );
}
