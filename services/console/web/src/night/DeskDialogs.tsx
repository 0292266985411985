import { useState } from "react";
import { useStaffName } from "../board/BoardProvider";
import type { BoardDesk } from "../gen/tomoshibi/console/v1/console_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Select } from "../ui/Field";
import { Notice, TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";

interface Props {
  desk: BoardDesk;
  onClose: () => void;
}

export function SignOutDialog({ desk, onClose }: Props) {
  const words = useWords();
  const { console } = useClients();
  const operator = useOperator();
  const nameOf = useStaffName();
  const signOut = useAct(async () => {
    await console.signOutDesk({ ...operator, deskId: desk.deskId });
    onClose();
  });
  return (
    <Dialog title={words.night.signOut} open onClose={onClose} alert>
      <p>{words.night.signOutSure(nameOf(desk.staffId) || desk.deskId)}</p>
      <TroubleNotice trouble={signOut.trouble} />
      <div className="row">
        <Button weight="danger" busy={signOut.busy} onPress={() => void signOut.run()}>{words.night.signOut}</Button>
        <Button autoFocus onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}

/** Whoever sits at one desk sits at another from now on. */
export function MoveDialog({ desk, desks, onClose }: Props & { desks: BoardDesk[] }) {
  const words = useWords();
  const { console } = useClients();
  const operator = useOperator();
  const nameOf = useStaffName();
  const free = desks.filter(({ presence, deskId }) => presence === "signed_out" && deskId !== desk.deskId);
  const [to, setTo] = useState(free[0]?.deskId ?? "");
  const move = useAct(async () => {
    await console.moveDesk({ ...operator, fromDeskId: desk.deskId, toDeskId: to });
    onClose();
  });
  const label = ({ deskId, phoneRegistered }: BoardDesk) => (phoneRegistered ? deskId : `${deskId}（${words.desk.phoneGone}）`);
  return (
    <Dialog title={words.night.moveTitle(nameOf(desk.staffId) || desk.deskId)} open onClose={onClose}>
      {free.length === 0 ? <Notice tone="warn">{words.night.moveNone}</Notice> : <Select label={words.night.moveTo} value={to} onChange={setTo} options={free.map((one) => ({ value: one.deskId, label: label(one) }))} />}
      <TroubleNotice trouble={move.trouble} />
      <div className="row">
        <Button weight="primary" disabled={to === ""} busy={move.busy} onPress={() => void move.run()}>{words.night.moveGo}</Button>
        <Button onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}
