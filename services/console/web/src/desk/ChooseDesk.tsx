import { useBoard, useStaffName } from "../board/BoardProvider";
import { useWords, worded } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useAct } from "../ui/useAct";
import { Queue } from "./Queue";
import { Quiet } from "./Quiet";
import { unlock } from "./ringer";

export function ChooseDesk() {
  const words = useWords();
  const board = useBoard();
  const nameOf = useStaffName();
  const { console } = useClients();
  const operator = useOperator();
  const sit = useAct(async (deskId: string) => {
    // This press is also the one that lets the page sound.
    await unlock();
    await console.signInDesk({ ...operator, deskId });
  });
  const desks = board?.desks ?? [];
  return (
    <div className="page">
      <h1>{words.desk.title}</h1>
      <Panel title={words.desk.choose} tone="strong">
        <p>{words.desk.chooseWhy}</p>
        <TroubleNotice trouble={sit.trouble} />
        {desks.length === 0 && <p>{words.desk.noDesks}</p>}
        <ul className="cards">
          {desks.map((desk) => {
            const free = desk.presence === "signed_out" || desk.staffId === "";
            return (
              <li key={desk.deskId} className="spread">
                <div>
                  <strong>{desk.deskId}</strong>
                  <div className="dim small">
                    {[worded(words.desk.kind, desk.kind), desk.phoneRegistered ? words.desk.phoneThere : words.desk.phoneGone, !free && words.desk.taken(nameOf(desk.staffId))].filter(Boolean).join(" · ")}
                  </div>
                </div>
                <Button weight="primary" disabled={!free} busy={sit.busy} label={`${words.desk.sit}: ${desk.deskId}`} onPress={() => void sit.run(desk.deskId)}>{words.desk.sit}</Button>
              </li>
            );
          })}
        </ul>
      </Panel>
      <Queue />
      <Quiet />
    </div>
  );
}
