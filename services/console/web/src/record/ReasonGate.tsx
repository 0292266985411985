import { type FormEvent, type ReactNode, useState } from "react";
import { useWords } from "../i18n";
import { Submit } from "../ui/Button";
import { Field } from "../ui/Field";
import { Notice } from "../ui/Notice";

/** Shown to somebody who is not the author, before the server is asked. */
export function ReasonGate({ children, onGiven }: { children?: (reason: string) => ReactNode; onGiven?: (reason: string) => void }) {
  const words = useWords();
  const [reason, setReason] = useState("");
  const [given, setGiven] = useState("");
  if (given && children) return children(given);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setGiven(reason.trim());
    onGiven?.(reason.trim());
  };
  return (
    <form className="stack" onSubmit={submit}>
      <Notice tone="plain">{words.record.whyHint}</Notice>
      <div className="row">
        {words.record.whys.map((why) => (
          <button key={why} type="button" className="choice" onClick={() => setReason(why)}>{why}</button>
        ))}
      </div>
      <Field label={words.record.why} value={reason} onChange={setReason} max={200} required />
      <Submit>{words.record.open}</Submit>
    </form>
  );
}
