import { type FormEvent, type ReactNode, useState } from "react";
import { useWords } from "../i18n";
import { Submit } from "../ui/Button";
import { Field } from "../ui/Field";
import { faultOf, type Range } from "./days";

/** From–to, asked for when it is sent: half a date is not a question. */
export function RangeForm({ range, onRange, busy = false, go, children }: { range: Range; onRange: (range: Range) => void; busy?: boolean; go?: string; children?: ReactNode }) {
  const words = useWords();
  const [from, setFrom] = useState(range.from);
  const [to, setTo] = useState(range.to);
  const [fault, setFault] = useState<ReturnType<typeof faultOf>>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wrong = faultOf({ from, to });
    setFault(wrong);
    if (!wrong) onRange({ from, to });
  };
  return (
    <form className="row-end no-print" role="search" aria-label={words.common.search} onSubmit={submit}>
      {children}
      <Field label={words.daily.from} type="date" value={from} onChange={setFrom} {...(fault === "missing" ? { error: words.daily.rangeFault.missing } : {})} />
      <Field label={words.daily.to} type="date" value={to} onChange={setTo} {...(fault === "backwards" ? { error: words.daily.rangeFault.backwards } : {})} />
      <Submit busy={busy}>{go ?? words.common.show}</Submit>
    </form>
  );
}
