import { memo } from "react";
import type { FieldKind } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useLabel, useWords } from "../i18n";
import { Button } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Field, Select } from "../ui/Field";
import type { Form } from "./forms";
import { elementOf } from "./names";
import { type Sheet, useValues } from "./sheet";

/** More than so many options are a list, fewer are buttons. */
const AS_BUTTONS = 8;
const SHORT_TEXT = 200;

interface Props {
  form: Form;
  kind: FieldKind;
  sheet: Sheet;
  locked: boolean;
  missing: boolean;
}

export const FieldInput = memo(function FieldInput({ form, kind, sheet, locked, missing }: Props) {
  const values = useValues(sheet, kind.name);
  const label = useLabel();
  const required = kind.required === "always" || missing;
  const title = label(kind.label, kind.name);
  const set = (next: string[], sendable = true) => sheet.edit(kind.name, next, sendable);
  return (
    <div id={elementOf(kind.name)} className={missing ? "missing" : ""}>
      {drawn({ form, kind, values, title, required, locked, set })}
    </div>
  );
});

interface Drawn {
  form: Form;
  kind: FieldKind;
  values: string[];
  title: string;
  required: boolean;
  locked: boolean;
  set: (next: string[], sendable?: boolean) => void;
}

function drawn(props: Drawn) {
  switch (props.kind.kind) {
    case "code":
      return <OneCode {...props} />;
    case "codes":
      return <ManyCodes {...props} />;
    case "bool":
      return <YesNo {...props} />;
    case "date":
      return <Field label={props.title} type="date" value={props.values[0] ?? ""} onChange={(value) => props.set([value])} required={props.required} disabled={props.locked} />;
    case "instant":
      return <Moment {...props} />;
    default:
      return <Text {...props} />;
  }
}

function OneCode({ form, kind, values, title, required, locked, set }: Drawn) {
  const words = useWords();
  const label = useLabel();
  const options = form.codes(kind.list).map((code) => ({ value: code.code, label: label(code.label, code.code) }));
  if (options.length > AS_BUTTONS) {
    return <Select label={title} value={values[0] ?? ""} onChange={(value) => set(value ? [value] : [])} options={options} empty={words.record.empty} required={required} disabled={locked} />;
  }
  return <Choices legend={title} required={required} options={options} chosen={values} onChoose={set} disabled={locked} />;
}

function ManyCodes({ form, kind, values, title, required, locked, set }: Drawn) {
  const words = useWords();
  const label = useLabel();
  const options = form.codes(kind.list).map((code) => ({ value: code.code, label: label(code.label, code.code) }));
  const full = kind.max > 0 && values.length >= kind.max && kind.max < options.length;
  const relayed = kind.name === "special_flags" && values.includes("relay");
  const hint = relayed ? words.record.relayNoHoax : kind.max > 0 && kind.max < options.length ? words.record.moreThan(kind.max) : undefined;
  // The server refuses the two together.
  const kept = (next: string[]) => (next.includes("relay") ? next.filter((flag) => flag !== "hoax") : next);
  const offered = options.map((option) => (relayed && option.value === "hoax" ? { ...option, barred: true } : option));
  return <Choices legend={title} required={required} options={offered} chosen={values} onChoose={(next) => set(kept(next))} disabled={locked} many full={full} hint={hint} />;
}

function YesNo({ values, title, required, locked, set }: Drawn) {
  const words = useWords();
  const options = [
    { value: "true", label: words.common.yes },
    { value: "false", label: words.common.no },
  ];
  return <Choices legend={title} required={required} options={options} chosen={values} onChoose={set} disabled={locked} />;
}

function Text({ kind, values, title, required, locked, set }: Drawn) {
  const words = useWords();
  const value = values[0] ?? "";
  const length = [...value].length;
  const over = kind.max > 0 && length > kind.max;
  const near = kind.max > 0 && length > kind.max * 0.8;
  const change = (next: string) => set([next], kind.max === 0 || [...next].length <= kind.max);
  return (
    <Field
      label={title}
      value={value}
      onChange={change}
      required={required}
      disabled={locked}
      {...(kind.max > SHORT_TEXT ? { lines: Math.min(12, Math.max(2, value.split("\n").length + 1)) } : {})}
      {...(over ? { error: words.record.tooLong(kind.max) } : {})}
      {...(near ? { hint: words.record.length(length, kind.max) } : {})}
    />
  );
}

/** On the screen as local time, on the wire as RFC 3339. The line is in Japan. */
function Moment({ values, title, required, locked, set }: Drawn) {
  const words = useWords();
  const value = values[0] ? localOf(values[0]) : "";
  return (
    <div className="row-end">
      <Field label={title} type="datetime-local" value={value} onChange={(next) => set(next ? [`${next}:00+09:00`] : [])} required={required} disabled={locked} />
      <Button disabled={locked} onPress={() => set([`${localOf(new Date().toISOString())}:00+09:00`])}>{words.record.now}</Button>
    </div>
  );
}

export function localOf(instant: string): string {
  const ms = Date.parse(instant);
  if (Number.isNaN(ms)) return "";
  return new Date(ms + 9 * 3600 * 1000).toISOString().slice(0, 16);
}

