import { useState } from "react";
import type { BoardStaff, Cover, Shift } from "../gen/tomoshibi/console/v1/console_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { dayTime, millis } from "../i18n/time";
import { useClients } from "../net/clients";
import { useMe, useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useAct } from "../ui/useAct";
import { useLoad } from "../ui/useLoad";
import { dutyLine, useInCharge } from "./CoverDialog";

interface Props {
  turn: number;
  staff: BoardStaff[];
  windowName: (windowId: string) => string;
  onChanged: () => void;
}

/** What people propose to each other: what waits for my answer first. */
export function Covers({ turn, staff, windowName, onChanged }: Props) {
  const words = useWords();
  const { rota } = useClients();
  const operator = useOperator();
  const { staffId } = useMe();
  const inCharge = useInCharge();
  const [taken, setTaken] = useState<Cover>();
  const listed = useLoad(`${turn}`, async (signal) => (await rota.listCovers({ ...operator }, { signal })).covers);
  const answer = useAct(async (coverId: string, agree: boolean) => {
    await rota.answerCover({ ...operator, coverId, agree });
    onChanged();
  });
  const covers = listed.value ?? [];
  const mine = covers.filter(({ state, waitingFor }) => state === "proposed" && waitingFor.includes(staffId));
  const others = covers.filter((cover) => !mine.includes(cover));
  const named = (one: string) => staff.find((person) => person.staffId === one)?.name || one;
  const settled = (state: string) => state === "refused" || state === "withdrawn";
  return (
    <Panel title={words.rota.covers} tone={mine.length > 0 ? "strong" : "plain"}>
      <TroubleNotice trouble={listed.trouble ?? answer.trouble} />
      {listed.value && covers.length === 0 && <p className="dim">{words.rota.noCovers}</p>}
      {mine.length > 0 && (
        <>
          <h3>{words.rota.waitingForMe}</h3>
          <ul className="cards">
            {mine.map((cover) => (
              <li key={cover.coverId} className="stack-small">
                <CoverLine cover={cover} named={named} windowName={windowName} />
                <div className="row">
                  <Button weight="primary" size="small" busy={answer.busy} label={`${words.rota.agree}: ${named(cover.shift?.staffId ?? "")}`} onPress={() => void answer.run(cover.coverId, true)}>{words.rota.agree}</Button>
                  <Button size="small" busy={answer.busy} label={`${words.rota.refuse}: ${named(cover.shift?.staffId ?? "")}`} onPress={() => void answer.run(cover.coverId, false)}>{words.rota.refuse}</Button>
                </div>
              </li>
            ))}
          </ul>
          {others.length > 0 && <h3>{words.rota.otherCovers}</h3>}
        </>
      )}
      <ul className="cards">
        {others.map((cover) => (
          <li key={cover.coverId} className="stack-small">
            <CoverLine cover={cover} named={named} windowName={windowName} />
            {inCharge && !settled(cover.state) && <div className="row"><Button size="small" label={`${words.rota.withdraw}: ${named(cover.shift?.staffId ?? "")} ${named(cover.staffId)}`} onPress={() => setTaken(cover)}>{words.rota.withdraw}</Button></div>}
          </li>
        ))}
      </ul>
      {taken && <Withdraw coverId={taken.coverId} onClose={() => setTaken(undefined)} onDone={() => (setTaken(undefined), onChanged())} />}
    </Panel>
  );
}

function CoverLine({ cover, named, windowName }: { cover: Cover; named: (staffId: string) => string; windowName: (windowId: string) => string }) {
  const words = useWords();
  const { language } = useLanguage();
  const line = (shift: Shift | undefined) => (shift?.from ? dutyLine({ from: millis(shift.from) ?? 0, to: millis(shift.to) ?? 0 }, language) : (shift?.shiftId ?? ""));
  const proposed = millis(cover.proposedAt);
  return (
    <>
      <div className="spread">
        <strong>{words.rota.becomes(named(cover.shift?.staffId ?? ""), named(cover.staffId))}</strong>
        <span className="tag">{worded(words.rota.states, cover.state)}</span>
      </div>
      <div className="clock">{line(cover.shift)} <span className="dim small">{windowName(cover.shift?.windowId ?? "")}</span></div>
      {cover.inReturn && <div className="clock">{words.rota.inReturnLine(line(cover.inReturn))}</div>}
      {cover.note && <p className="written">{cover.note}</p>}
      <div className="dim small">
        {[words.rota.proposedBy(named(cover.proposedBy)), proposed !== undefined && dayTime(proposed, language), cover.state === "proposed" && words.rota.waitingFor(cover.waitingFor.map(named).join("・"))].filter(Boolean).join(" · ")}
      </div>
    </>
  );
}

function Withdraw({ coverId, onClose, onDone }: { coverId: string; onClose: () => void; onDone: () => void }) {
  const words = useWords();
  const { rota } = useClients();
  const operator = useOperator();
  const withdraw = useAct(async () => {
    await rota.withdrawCover({ ...operator, coverId });
    onDone();
  });
  return (
    <Dialog title={words.rota.withdraw} open onClose={onClose} alert>
      <p>{words.rota.withdrawSure}</p>
      <TroubleNotice trouble={withdraw.trouble} />
      <div className="row">
        <Button weight="danger" busy={withdraw.busy} onPress={() => void withdraw.run()}>{words.rota.withdraw}</Button>
        <Button autoFocus onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}
