import { type ChangeEvent, type FormEvent, useEffect, useId, useRef, useState } from "react";
import type { ImportTargetsResponse } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { type Trouble, troubleOf } from "../net/trouble";
import { useFresh } from "../session/Fresh";
import { useOperator } from "../session/SessionProvider";
import { Button, Submit } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Notice, ServerWords, TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { faultsIn, textOf } from "./csv";

interface Props {
  onClose: () => void;
  onDone: (done: ImportTargetsResponse) => void;
}

/** All lines of a file or none of them. */
export function ImportDialog({ onClose, onDone }: Props) {
  const words = useWords();
  const { referral } = useClients();
  const operator = useOperator();
  const fresh = useFresh();
  const [bytes, setBytes] = useState<Uint8Array>();
  const [wrong, setWrong] = useState<keyof typeof words.targets.fileFaults>();
  // A browser does not hear of the same file chosen again after it was changed: the field begins anew.
  const [turn, setTurn] = useState(0);
  const take = useAct(async (csv: string) => {
    try {
      onDone(await fresh(() => referral.importTargets({ ...operator, csv }, { timeoutMs: 60_000 })));
    } catch (error) {
      if (faultsIn(troubleOf(error)).count > 0) chooseAgain();
      throw error;
    }
  });
  const chooseAgain = () => (setBytes(undefined), setTurn((before) => before + 1));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    take.clear();
    const read = bytes ? textOf(bytes) : { fault: "missing" as const };
    setWrong("fault" in read ? read.fault : undefined);
    if ("text" in read) void take.run(read.text);
  };
  return (
    <Dialog title={words.targets.import} open onClose={onClose} wide>
      <form className="stack" onSubmit={submit}>
        <p>{words.targets.importWhy}</p>
        <Columns />
        <FileField key={turn} error={wrong && words.targets.fileFaults[wrong]} onChosen={(chosen) => (setBytes(chosen), setWrong(undefined))} />
        <Refused trouble={take.trouble} />
        <div className="row">
          <Submit busy={take.busy}>{words.targets.importGo}</Submit>
          <Button onPress={onClose}>{words.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Columns() {
  const words = useWords();
  return (
    <details>
      <summary>{words.targets.columns}</summary>
      <dl className="figures">
        {Object.entries(words.targets.fields).map(([name, label]) => <div key={name}><dt>{label}</dt><dd><code>{name}</code></dd></div>)}
      </dl>
    </details>
  );
}

function FileField({ error, onChosen }: { error: string | undefined; onChosen: (bytes: Uint8Array | undefined) => void }) {
  const words = useWords();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => void (error && input.current?.focus()), [error]);
  const read = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const buffer = await target.files?.[0]?.arrayBuffer();
    onChosen(buffer && new Uint8Array(buffer));
  };
  return (
    <div className="field">
      <label htmlFor={id}>{words.targets.file}</label>
      <input ref={input} id={id} type="file" accept=".csv,text/csv" onChange={(event) => void read(event)} {...(error ? { "aria-invalid": true, "aria-describedby": `${id}-error` } : {})} />
      {error && <span className="field-error" id={`${id}-error`} role="alert">{error}</span>}
    </div>
  );
}

/** Every fault of the file with its line; any other refusal as everywhere. */
function Refused({ trouble }: { trouble: Trouble | undefined }) {
  const words = useWords();
  const { lines, count } = faultsIn(trouble);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => list.current?.focus(), [trouble]);
  if (lines.length === 0) return <TroubleNotice trouble={trouble} />;
  return (
    <>
      <Notice tone="bad" live>{words.targets.faults(count)}</Notice>
      <ul ref={list} className="plain-list import-faults" tabIndex={-1} aria-label={words.admin.faults(count)}>
        {lines.map((line) => <li key={line}><ServerWords>{line}</ServerWords></li>)}
      </ul>
    </>
  );
}
