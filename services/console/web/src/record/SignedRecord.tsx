import { useMemo, useState } from "react";
import { useStaffName } from "../board/BoardProvider";
import type { Record as RecordMessage } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useLabel, useLanguage, useWords, worded } from "../i18n";
import { dayTime, millis } from "../i18n/time";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { Amend } from "./Amend";
import { CodeMark } from "./CodeMark";
import type { Form } from "./forms";
import { History } from "./History";
import { fieldsOf } from "./keeper";
import { grouped, OWN_CODE } from "./names";
import { shownValue } from "./shown";

interface Props {
  record: RecordMessage;
  form: Form;
  mayAmend: boolean;
  onChanged: () => void;
  onShow: (revision: number) => void;
}

export function SignedRecord({ record, form, mayAmend, onChanged, onShow }: Props) {
  const words = useWords();
  const [amending, setAmending] = useState(false);
  const [amended, setAmended] = useState(false);
  if (amending) {
    return <Amend record={record} form={form} onEnd={(done) => (setAmending(false), setAmended(done), done && onChanged())} />;
  }
  return (
    <div className="record-columns">
      <div className="stack">
        {amended && <Notice tone="good" live>{words.record.amended}</Notice>}
        <ReadFields record={record} form={form} />
      </div>
      <div className="stack">
        {mayAmend && <Button weight="primary" onPress={() => setAmending(true)}>{words.record.amend}</Button>}
        <History record={record} form={form} onShow={onShow} />
      </div>
    </div>
  );
}

/** What is filled in, as text. */
export function ReadFields({ record, form }: { record: RecordMessage; form: Form }) {
  const words = useWords();
  const label = useLabel();
  const fields = useMemo(() => fieldsOf(record), [record]);
  const has = (name: string) => (fields[name] ?? []).some((value) => value !== "");
  const pairs = (names: string[]) => (
    <dl className="read">
      {names.filter(has).map((name) => (
        <div key={name}>
          <dt>{label(form.label(name), name)}</dt>
          <dd className="written">{shownValue(form, name, fields[name] ?? [], label, words)}</dd>
        </div>
      ))}
    </dl>
  );
  const sections = form.described.protocol?.sections ?? [];
  const answered = sections.flatMap(({ questions }) => questions.map(({ questionId }) => `q:${questionId}`)).filter(has);
  return (
    <>
      <Panel title={words.record.assessment}>
        <div className="row">
          <span className="dim">{words.record.computed}</span> <CodeMark code={record.assessment?.code ?? ""} />
          <span className="dim">{words.record.authorsOwn}</span> <CodeMark code={fields[OWN_CODE]?.[0] ?? ""} />
        </div>
        {pairs(["own_code_reason"])}
        <ul className="plain-list">{record.assessment?.reasons.map((reason) => <li key={reason.ja}>{label(reason)}</li>)}</ul>
      </Panel>
      {grouped(form.described.fields).map(({ group, kinds }) => {
        const names = kinds.map(({ name }) => name);
        return names.some(has) ? <Panel key={group} title={words.record.groups[group]}>{pairs(names)}</Panel> : null;
      })}
      {answered.length > 0 && <Panel title={words.record.protocol}>{pairs(answered)}</Panel>}
    </>
  );
}

/** Number, state, times: the head of every record. */
export function RecordHead({ record }: { record: RecordMessage }) {
  const words = useWords();
  const { language } = useLanguage();
  const nameOf = useStaffName();
  const answered = millis(record.answeredAt);
  const ended = millis(record.endedAt);
  return (
    <div className="row dim">
      <strong className="tag">{worded(words.record.state, record.state)}</strong>
      {record.number > 0 && <span>{words.record.number(record.serviceDate, record.number)}</span>}
      <span>{words.common.pair(words.record.by, nameOf(record.authorStaff))}</span>
      {answered !== undefined && <span>{words.record.answeredAt} {dayTime(answered, language)}</span>}
      {ended !== undefined && <span>{words.record.endedAt} {dayTime(ended, language)}</span>}
      {record.legalHold && <strong className="tag tone-warn">{words.record.hold}</strong>}
      {record.retentionUntil && <span>{words.record.retention(record.retentionUntil)}</span>}
    </div>
  );
}
