import { useLineNow } from "../board/BoardProvider";
import { saved } from "../daily/file";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { dateAt } from "../rota/month";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";

/** The whole directory for a spreadsheet; that it was taken is audited. */
export function ExportButton({ onBegin, onDone }: { onBegin: () => void; onDone: (said: string) => void }) {
  const words = useWords();
  const { referral } = useClients();
  const operator = useOperator();
  const name = `targets-${dateAt(useLineNow())}.csv`;
  const go = useAct(async () => {
    onBegin();
    const { csv } = await referral.exportTargets({ ...operator }, { timeoutMs: 60_000 });
    saved({ file: new TextEncoder().encode(csv), name, contentType: "text/csv;charset=utf-8" });
    onDone(words.targets.exported(name));
  });
  return (
    <>
      <Button busy={go.busy} onPress={() => void go.run()}>{words.targets.export}</Button>
      <TroubleNotice trouble={go.trouble} />
    </>
  );
}
