import { useState } from "react";
import { useStaffName } from "../board/BoardProvider";
import { isWithoutPhone } from "../desk/ChooseDesk";
import type { BoardDesk } from "../gen/tomoshibi/console/v1/console_pb";
import { useWords, worded } from "../i18n";
import { millis } from "../i18n/time";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { Sign, type Tone } from "../ui/Sign";
import { Elapsed } from "../ui/Timer";
import { useAct } from "../ui/useAct";
import { MoveDialog, SignOutDialog } from "./DeskDialogs";

const TONES: Record<string, Tone> = { signed_out: "plain", available: "good", paused: "warn", offered: "busy", in_call: "busy", wrap_up: "plain" };

export function Desks({ desks }: { desks: BoardDesk[] }) {
  const words = useWords();
  const { console } = useClients();
  const operator = useOperator();
  const [asked, setAsked] = useState<{ what: "move" | "signOut"; desk: BoardDesk }>();
  const pause = useAct((deskId: string) => console.pauseDesk({ ...operator, deskId }));
  const resume = useAct((deskId: string) => console.resumeDesk({ ...operator, deskId }));
  const without = desks.filter(isWithoutPhone);
  const shown = desks.filter((desk) => !without.includes(desk));
  const sorted = shown.sort((a, b) => Number(a.presence === "signed_out") - Number(b.presence === "signed_out"));
  return (
    <Panel title={words.night.desksTitle}>
      <TroubleNotice trouble={pause.trouble ?? resume.trouble} />
      {shown.length === 0 ? <p className="dim">{words.night.noDesks}</p> : (
        <table className="table night-table">
          <thead>
            <tr>
              <th scope="col">{words.night.desk}</th>
              <th scope="col">{words.night.who}</th>
              <th scope="col">{words.night.state}</th>
              <th scope="col">{words.night.since}</th>
              <th scope="col">{words.night.phone}</th>
              <th scope="col">{words.night.acts}</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((desk) => (
              <Row
                key={desk.deskId}
                desk={desk}
                onPause={() => void pause.run(desk.deskId)}
                onResume={() => void resume.run(desk.deskId)}
                onAsk={(what) => setAsked({ what, desk })}
              />
            ))}
          </tbody>
        </table>
      )}
      {without.length > 0 && <p className="dim small">{words.common.pair(words.night.withoutPhone, without.map(({ deskId }) => deskId).join("、"))}</p>}
      {asked?.what === "move" && <MoveDialog desk={asked.desk} desks={shown} onClose={() => setAsked(undefined)} />}
      {asked?.what === "signOut" && <SignOutDialog desk={asked.desk} onClose={() => setAsked(undefined)} />}
    </Panel>
  );
}

interface RowProps {
  desk: BoardDesk;
  onPause: () => void;
  onResume: () => void;
  onAsk: (what: "move" | "signOut") => void;
}

function Row({ desk, onPause, onResume, onAsk }: RowProps) {
  const words = useWords();
  const nameOf = useStaffName();
  const there = desk.presence !== "signed_out";
  const tone = TONES[desk.presence] ?? "plain";
  const about = [desk.deskId, nameOf(desk.staffId)].filter(Boolean).join(" ");
  const reason = desk.presence === "paused" && desk.pauseReason ? worded(words.desk.pauseReason, desk.pauseReason) : worded(words.desk.presence, desk.presence);
  return (
    <tr>
      <th scope="row">{desk.deskId}</th>
      <td data-label={words.night.who}>
        {there && desk.staffId ? nameOf(desk.staffId) : <span className="dim">{words.common.none}</span>}
        {there && <div className="dim small">{desk.onDuty ? words.desk.onDuty : words.desk.offDuty}</div>}
      </td>
      <td data-label={words.night.state}><span className={`state tone-${tone}`}><Sign tone={tone} size={18} />{reason}</span></td>
      <td data-label={words.night.since}>{there ? <Elapsed since={millis(desk.since)} /> : <span className="dim">–</span>}</td>
      <td data-label={words.night.phone}>
        <span className={`state ${desk.phoneRegistered || !there ? "" : "tone-bad"}`}><Sign tone={desk.phoneRegistered ? "good" : there ? "bad" : "plain"} size={16} />{desk.phoneRegistered ? words.night.phoneOk : words.night.phoneGone}</span>
      </td>
      <td>
        <div className="row">
          {desk.presence === "available" && <Button size="small" label={`${words.desk.pause}: ${about}`} onPress={onPause}>{words.desk.pause}</Button>}
          {(desk.presence === "paused" || desk.presence === "wrap_up") && <Button size="small" label={`${words.desk.resume}: ${about}`} onPress={onResume}>{words.desk.resume}</Button>}
          {there && <Button size="small" label={`${words.night.move}: ${about}`} onPress={() => onAsk("move")}>{words.night.move}</Button>}
          {there && <Button size="small" label={`${words.night.signOut}: ${about}`} onPress={() => onAsk("signOut")}>{words.night.signOut}</Button>}
        </div>
      </td>
    </tr>
  );
}
