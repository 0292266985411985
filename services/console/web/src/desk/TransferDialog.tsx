import { useState } from "react";
import { useBoard, useStaffName } from "../board/BoardProvider";
import type { BoardCall, BoardDesk } from "../gen/tomoshibi/console/v1/console_pb";
import { useWords, worded } from "../i18n";
import { useClients } from "../net/clients";
import type { Keeper } from "../record/keeper";
import { useMe, useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Dialog } from "../ui/Dialog";
import { Notice, TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";

/** To another desk with the form: what is typed is saved first, then the call goes. */
export function TransferDialog({ call, keeper, onClose }: { call: BoardCall; keeper: Keeper | undefined; onClose: () => void }) {
  const words = useWords();
  const nameOf = useStaffName();
  const me = useMe();
  const desks = useBoard()?.desks.filter((desk) => desk.staffId !== "" && desk.staffId !== me.staffId && desk.presence === "available") ?? [];
  const [to, setTo] = useState("");
  const transfer = useTransfer(call, keeper, onClose);
  const target = desks.find(({ deskId }) => deskId === to);
  return (
    <Dialog title={words.desk.transfer} open onClose={onClose}>
      <p>{words.desk.transferWhy}</p>
      {desks.length === 0 ? (
        <Notice tone="warn">{words.desk.transferNone}</Notice>
      ) : (
        <Choices
          legend={words.desk.transferTo}
          options={desks.map((desk) => ({ value: desk.deskId, label: `${desk.deskId} ${nameOf(desk.staffId)}（${worded(words.desk.presence, desk.presence)}）` }))}
          chosen={to ? [to] : []}
          onChoose={([value = ""]) => setTo(value)}
          required
        />
      )}
      {transfer.notice && <Notice tone="bad" live>{words.desk[transfer.notice]}</Notice>}
      <TroubleNotice trouble={transfer.trouble} />
      <div className="row">
        <Button weight="primary" disabled={!target} busy={transfer.busy} onPress={() => target && void transfer.run(target)}>{words.desk.transferGo}</Button>
        <Button onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}

/** The line hands the record over when the other desk lifts; until then it stays ours. */
function useTransfer(call: BoardCall, keeper: Keeper | undefined, onDone: () => void) {
  const { console } = useClients();
  const operator = useOperator();
  const [notice, setNotice] = useState<"transferUnsaved">();
  const act = useAct(async (to: BoardDesk) => {
    setNotice(undefined);
    if (keeper && !(await keeper.flush())) return setNotice("transferUnsaved");
    await console.transferCall({ ...operator, callId: call.callId, toDeskId: to.deskId });
    return onDone();
  });
  return { ...act, notice };
}
