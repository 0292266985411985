import { useEffect, useState } from "react";
import { isMuted, ring, setMuted, unlock } from "../desk/ringer";
import { useTitle } from "../desk/title";
import type { Referral } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useWords, worded } from "../i18n";
import { useClients } from "../net/clients";
import { byNeed } from "../referral/standing";
import { useAgain } from "../referral/useAgain";
import { useMe, useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Check } from "../ui/Field";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { Sign } from "../ui/Sign";
import { useAct } from "../ui/useAct";
import { useLoad } from "../ui/useLoad";
import { CaseCard } from "./CaseCard";
import { OwnCases } from "./OwnCases";
import { Places } from "./Places";
import { counted, isTaken, needsWord, standingOf } from "./standing";
import { useNews } from "./useNews";

/** News comes by the stream; this is for what colleagues do at other screens, and for a broken stream. Every look is audited. */
const EVERY_MS = 15_000;
const EVERY_DEAF_MS = 3_000;

/** The desk of a centre or a duty hospital: what is handed to it, and what it says to that. */
export function CentrePage() {
  const words = useWords();
  const { staffId } = useMe();
  return (
    <div className="page">
      <h1>{words.centre.title}</h1>
      {staffId === "" ? <Notice tone="bad">{words.centre.noCentre}</Notice> : <Desk centreId={staffId} />}
    </div>
  );
}

function Desk({ centreId }: { centreId: string }) {
  const words = useWords();
  const { centre } = useClients();
  const operator = useOperator();
  const [turn, setTurn] = useState(0);
  const [said, setSaid] = useState("");
  const listed = useLoad(centreId, async (signal) => (await centre.listCases({ ...operator, centreId, openOnly: true, limit: 200 }, { signal })).referrals);
  const { news, live, receive } = useNews(centreId, listed.again);
  useAgain(listed.again, live ? EVERY_MS : EVERY_DEAF_MS);
  const sorted = byNeed(listed.value ?? []);
  const incoming = sorted.filter((one) => needsWord(standingOf(one)));
  const changed = (what: string) => {
    setSaid(what);
    listed.again();
    setTurn((before) => before + 1);
  };
  useTitle(`${words.centre.title} · ${words.common.product}`, news.length > 0 ? words.centre.ringing(news.length) : undefined);
  return (
    <>
      <p role="status" className="hidden-text">{words.centre.spoken(incoming.length)}</p>
      <SoundBar live={live} ringing={news.length > 0} />
      {news.length > 0 && <NewsBanner news={counted(news)} receive={receive} onReceived={() => changed("")} />}
      {said && <Notice tone="good" live>{said}</Notice>}
      <TroubleNotice trouble={listed.trouble} />
      <Cases title={words.centre.incoming} none={words.centre.noIncoming} cases={incoming} loaded={listed.value !== undefined} centreId={centreId} onChanged={changed} strong />
      <Cases title={words.centre.taken} none={words.centre.noTaken} cases={sorted.filter((one) => isTaken(standingOf(one)))} loaded={listed.value !== undefined} centreId={centreId} onChanged={changed} />
      <Places centreId={centreId} />
      <OwnCases centreId={centreId} turn={turn} onChanged={changed} />
    </>
  );
}

interface CasesProps {
  title: string;
  none: string;
  cases: Referral[];
  loaded: boolean;
  centreId: string;
  onChanged: (said: string) => void;
  strong?: boolean;
}

function Cases({ title, none, cases, loaded, centreId, onChanged, strong = false }: CasesProps) {
  const words = useWords();
  return (
    <Panel title={cases.length === 0 ? title : words.common.counted(title, cases.length)} tone={strong && cases.length > 0 ? "strong" : "plain"}>
      {!loaded && <p role="status">{words.common.loading}</p>}
      {loaded && cases.length === 0 && <p className="dim">{none}</p>}
      {cases.length > 0 && <ul className="cards">{cases.map((one) => <li key={one.referralId} className={one.late ? "cards-late" : ""}><CaseCard referral={one} centreId={centreId} onChanged={onChanged} /></li>)}</ul>}
    </Panel>
  );
}

/** Rings until somebody says that they have seen it. */
function SoundBar({ live, ringing }: { live: boolean; ringing: boolean }) {
  const words = useWords();
  const [sound, setSound] = useState(!isMuted());
  const [audible, setAudible] = useState(true);
  useEffect(() => (ringing && sound ? ring(setAudible) : undefined), [ringing, sound]);
  return (
    <div className="spread">
      <span className={`row ${live ? "tone-good" : "tone-bad"}`} role="status"><Sign tone={live ? "good" : "bad"} size={18} />{live ? words.centre.live : words.centre.broken}</span>
      <span className="row">
        <Check checked={sound} onChange={(on) => (setMuted(!on), setSound(on))}>{words.centre.sound}</Check>
        <Button size="small" onPress={() => void unlock().then(setAudible)}>{words.centre.soundTest}</Button>
      </span>
      {!audible && <Notice tone="warn" live>{words.centre.soundBlocked}</Notice>}
    </div>
  );
}

function NewsBanner({ news, receive, onReceived }: { news: [string, number][]; receive: () => Promise<void>; onReceived: () => void }) {
  const words = useWords();
  const act = useAct(async () => {
    await receive();
    onReceived();
  });
  return (
    <section className="ringing ringing-centre" aria-label={words.centre.ringing(news.length)}>
      <div className="ringing-words">
        <p className="ringing-title" role="alert">{news.map(([kind, count]) => words.common.counted(worded(words.centre.news, kind), count)).join("・")}</p>
        <p className="small">{words.centre.receiveWhy}</p>
      </div>
      <Button weight="go" size="big" busy={act.busy} onPress={() => void act.run()}>{words.centre.receive}</Button>
      <TroubleNotice trouble={act.trouble} />
    </section>
  );
}
