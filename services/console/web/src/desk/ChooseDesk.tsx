import { useBoard, useStaffName } from "../board/BoardProvider";
import type { BoardDesk } from "../gen/tomoshibi/console/v1/console_pb";
import { useWords, worded } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useAct } from "../ui/useAct";
import { Queue } from "./Queue";
import { Quiet } from "./Quiet";
import { unlock } from "./ringer";

export function ChooseDesk() {
  const words = useWords();
  const board = useBoard();
  const { console } = useClients();
  const operator = useOperator();
  const sit = useAct(async (deskId: string) => {
    // This press is also the one that lets the page sound.
    await unlock();
    await console.signInDesk({ ...operator, deskId });
  });
  const desks = [...(board?.desks ?? [])].sort((a, b) => Number(isWithoutPhone(a)) - Number(isWithoutPhone(b)));
  return (
    <div className="page">
      <h1>{words.desk.title}</h1>
      <Panel title={words.desk.choose} tone="strong">
        <p>{words.desk.chooseWhy}</p>
        <TroubleNotice trouble={sit.trouble} />
        <ul className="cards cards-columns">{desks.map((desk) => <DeskCard key={desk.deskId} desk={desk} busy={sit.busy} onSit={() => void sit.run(desk.deskId)} />)}</ul>
        <PhonesMissing desks={desks} />
      </Panel>
      <Queue />
      <Quiet />
    </div>
  );
}

/** Known from the rota alone: no phone has registered and nobody has ever sat there. */
export function isWithoutPhone(desk: BoardDesk): boolean {
  return !desk.phoneRegistered && desk.presence === "signed_out" && desk.since === undefined;
}

function DeskCard({ desk, busy, onSit }: { desk: BoardDesk; busy: boolean; onSit: () => void }) {
  const words = useWords();
  const nameOf = useStaffName();
  const free = desk.presence === "signed_out" || desk.staffId === "";
  const without = isWithoutPhone(desk);
  return (
    <li className={`spread ${without ? "desk-off" : ""}`}>
      <div>
        <strong>{desk.deskId}</strong>
        <div className="dim small">
          {[worded(words.desk.kind, desk.kind), desk.phoneRegistered ? words.desk.phoneThere : words.desk.phoneGone, !free && words.desk.taken(nameOf(desk.staffId))].filter(Boolean).join(" · ")}
        </div>
      </div>
      <Button weight="primary" disabled={!free || without} busy={busy} label={`${words.desk.sit}: ${desk.deskId}`} onPress={onSit}>{words.desk.sit}</Button>
    </li>
  );
}

/** What to do about a desk that is not offered. */
function PhonesMissing({ desks }: { desks: BoardDesk[] }) {
  const words = useWords();
  const some = desks.some(({ phoneRegistered }) => phoneRegistered);
  if (some && !desks.some(isWithoutPhone)) return null;
  return (
    <Notice tone={some ? "plain" : "warn"}>
      <p><strong>{some ? words.desk.noPhoneSome : words.desk.noDesks}</strong></p>
      <p className="small">{words.desk.noPhoneHelp}</p>
    </Notice>
  );
}
