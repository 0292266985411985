import { useMyDesk } from "../board/BoardProvider";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Notice, TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";

export type StepIn = "listen" | "takeOver";

/** Into a call of somebody else: said first what it does, done over one's own desk phone. */
export function StepInDialog({ how, callId, onClose }: { how: StepIn; callId: string; onClose: () => void }) {
  const words = useWords();
  const { console } = useClients();
  const operator = useOperator();
  const desk = useMyDesk();
  const said = { listen: { title: words.night.listenTitle, why: words.night.listenWhy, go: words.night.listenGo }, takeOver: { title: words.night.takeOverTitle, why: words.night.takeOverWhy, go: words.night.takeOverGo } }[how];
  const act = useAct(async () => {
    if (how === "listen") await console.listenIn({ ...operator, callId });
    else await console.takeOver({ ...operator, callId });
    onClose();
  });
  return (
    <Dialog title={said.title} open onClose={onClose}>
      <Notice tone="plain">{said.why}</Notice>
      {!desk && <Notice tone="warn">{words.night.needDesk} <a href="#/desk">{words.night.toDesk}</a></Notice>}
      <TroubleNotice trouble={act.trouble} />
      <div className="row">
        <Button weight="primary" busy={act.busy} disabled={!desk} onPress={() => void act.run()}>{said.go}</Button>
        <Button onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}
