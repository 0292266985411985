import { type FormEvent, useState } from "react";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Submit } from "../ui/Button";
import { Check, Field } from "../ui/Field";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useAct } from "../ui/useAct";

const MOST = 4_000;

/** One's own advice, and whether the counsellor read it back. */
export function AdviceForm({ escalationId, onSent }: { escalationId: string; onSent: () => void }) {
  const words = useWords();
  const { console } = useClients();
  const operator = useOperator();
  const [advice, setAdvice] = useState("");
  const [readBack, setReadBack] = useState(false);
  const [sent, setSent] = useState(false);
  const over = [...advice].length > MOST;
  const send = useAct(async () => {
    await console.writeAdvice({ ...operator, escalationId, advice: advice.trim(), readBack });
    setAdvice("");
    setReadBack(false);
    setSent(true);
    onSent();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (advice.trim() !== "" && !over) void send.run();
  };
  return (
    <Panel title={words.page.advice}>
      <form className="stack" onSubmit={submit}>
        <Field label={words.page.advice} hint={words.page.adviceWhy} lines={5} value={advice} onChange={(value) => (setAdvice(value), setSent(false))} required {...(over ? { error: words.record.tooLong(MOST) } : {})} />
        <Check checked={readBack} onChange={setReadBack}>{words.desk.readBack}</Check>
        <TroubleNotice trouble={send.trouble} />
        {sent && <Notice tone="good" live>{words.page.sent}</Notice>}
        <Submit busy={send.busy}>{words.page.write}</Submit>
      </form>
    </Panel>
  );
}
