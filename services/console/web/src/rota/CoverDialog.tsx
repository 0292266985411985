import { useState } from "react";
import { useLineNow } from "../board/BoardProvider";
import type { BoardStaff, ProposeCoverResponse } from "../gen/tomoshibi/console/v1/console_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { clockTime, dayTime } from "../i18n/time";
import { useClients } from "../net/clients";
import { useMe, useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field, Select } from "../ui/Field";
import { Notice, TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { useLoad } from "../ui/useLoad";
import { Effect } from "./Effect";
import { type Duty, takersFor } from "./month";

interface Props {
  duty: Duty;
  duties: Duty[];
  staff: BoardStaff[];
  windowName: (windowId: string) => string;
  onClose: () => void;
  onDone: (answer: ProposeCoverResponse) => void;
}

const NOTE_MOST = 160;
const DAY = 24 * 3_600_000;

/** Somebody else takes a shift, perhaps for one of theirs: what it does is shown before it is done. */
export function CoverDialog({ duty, duties, staff, windowName, onClose, onDone }: Props) {
  const words = useWords();
  const { language } = useLanguage();
  const { rota } = useClients();
  const operator = useOperator();
  const now = useLineNow();
  const inCharge = useInCharge();
  const me = useMe();
  const takersOnlyMe = !inCharge && duty.staffId !== me.staffId;
  const [staffId, setStaffId] = useState(takersOnlyMe ? me.staffId : "");
  const [inReturnShiftId, setInReturn] = useState("");
  const [note, setNote] = useState("");
  const named = (one: string) => staff.find((person) => person.staffId === one)?.name || one;
  const asked = { ...operator, shiftId: duty.shiftId, staffId, inReturnShiftId, note };
  const effect = useLoad(staffId ? `${staffId} ${inReturnShiftId}` : undefined, (signal) => rota.proposeCover({ ...asked, note: "", rehearse: true }, { signal }));
  const propose = useAct(async () => onDone(await rota.proposeCover(asked)));
  const takers = takersFor(duty, duties, staff).filter((person) => !takersOnlyMe || person.staffId === me.staffId);
  const theirs = duties.filter((one) => one.staffId === staffId && one.from > now);
  const cover = effect.value?.cover;
  const waiting = cover?.waitingFor ?? [];
  return (
    <Dialog title={takersOnlyMe ? words.rota.take : words.rota.standIn} open onClose={onClose}>
      <p><strong>{named(duty.staffId)}</strong> {dutyLine(duty, language)} <span className="dim">{worded(words.rota.roles, duty.role)} · {duty.windowIds.map(windowName).join("・")}</span></p>
      <Select label={words.rota.by} value={staffId} onChange={(value) => (setStaffId(value), setInReturn(""))} options={takers.map((person) => ({ value: person.staffId, label: person.name || person.staffId }))} empty={words.rota.choose} required disabled={takersOnlyMe} />
      {staffId !== "" && (
        <Select label={words.rota.inReturn} value={inReturnShiftId} onChange={setInReturn} options={theirs.map((one) => ({ value: one.shiftId, label: `${dutyLine(one, language)} ${worded(words.rota.roles, one.role)}` }))} empty={words.rota.inReturnNone} />
      )}
      <Field label={words.rota.note} value={note} onChange={setNote} max={NOTE_MOST} />
      {staffId !== "" && <Effect busy={effect.busy} answer={effect.value} windowName={windowName} />}
      {cover && <Notice tone="plain">{waiting.length === 0 ? words.rota.counts : words.rota.waits(waiting.map(named).join("・"))}</Notice>}
      <TroubleNotice trouble={propose.trouble ?? effect.trouble} />
      <div className="row">
        <Button weight="primary" disabled={!cover} busy={propose.busy} onPress={() => void propose.run()}>{cover && waiting.length === 0 ? words.rota.putNow : words.rota.propose}</Button>
        <Button onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}

/** They may put a stand-in for anybody and take covers back. */
export function useInCharge(): boolean {
  const { roles } = useMe();
  return roles.includes("supervisor") || roles.includes("rota_manager");
}

export function dutyLine({ from, to }: Pick<Duty, "from" | "to">, language: string): string {
  return `${dayTime(from, language)} – ${to - from < DAY ? clockTime(to, language) : dayTime(to, language)}`;
}
