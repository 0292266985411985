import { useLineNow } from "../board/BoardProvider";
import type { Assessment } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useLabel, useLanguage, useWords, worded } from "../i18n";
import { clockTime, dayTime, millis, span } from "../i18n/time";
import { Button } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Field } from "../ui/Field";
import { Notice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { Sign } from "../ui/Sign";
import { CodeMark } from "./CodeMark";
import type { Form } from "./forms";
import { CODE_LIST, elementOf, isLower, OWN_CODE, OWN_CODE_REASON } from "./names";
import { type Sheet, useValues } from "./sheet";

interface Props {
  form: Form;
  sheet: Sheet;
  locked: boolean;
  assessment: Assessment | undefined;
  /** The words above are older than what is typed. */
  behind: boolean;
  escalated: boolean;
}

/** What the protocol makes of the answers, and beside it what the counsellor says. */
export function AssessmentPanel({ form, sheet, locked, assessment, behind, escalated }: Props) {
  const words = useWords();
  const label = useLabel();
  const code = assessment?.code ?? "";
  const listed = form.kinds.get(OWN_CODE)?.list ?? CODE_LIST;
  return (
    <Panel title={words.record.assessment} tone={code === "A" || code === "B" ? "bad" : "plain"}>
      <div className="computed" role="status" aria-busy={behind}>
        <span className="dim">{words.record.computed}</span>
        <div className="row">
          <CodeMark code={code} big />
          {code && <span>{label(form.code(listed, code))}</span>}
        </div>
      </div>
      {escalated && <Notice tone="warn" live>{words.record.codeStarted}</Notice>}
      {code === "C" && !locked && <Notice tone="plain">{words.record.codeOffers}</Notice>}
      <Steps assessment={assessment} sheet={sheet} locked={locked} />
      <Reasons assessment={assessment} form={form} />
      <Deadlines assessment={assessment} />
      <OwnCode form={form} sheet={sheet} locked={locked} computed={code} list={listed} />
    </Panel>
  );
}

function Steps({ assessment, sheet, locked }: { assessment: Assessment | undefined; sheet: Sheet; locked: boolean }) {
  const words = useWords();
  const steps = assessment?.steps ?? [];
  if (steps.length === 0) return null;
  return (
    <div className="stack-small">
      <h3>{words.record.steps}</h3>
      <ol className="steps">
        {steps.map((step) => (
          <Step key={step.field} field={step.field} service={step.service} label={step.label} sheet={sheet} locked={locked} />
        ))}
      </ol>
    </div>
  );
}

function Step({ field, service, label, sheet, locked }: { field: string; service: string; label: { ja: string; en: string } | undefined; sheet: Sheet; locked: boolean }) {
  const words = useWords();
  const said = useLabel();
  const { language } = useLanguage();
  const now = useLineNow();
  const [at] = useValues(sheet, field);
  return (
    <li id={elementOf(field)} className="spread">
      <span>
        {service !== "none" && service !== "" && <strong className="tag tone-bad">{worded(words.record.step, service)}</strong>} {said(label, field)}
      </span>
      {at ? (
        <span className="row tone-good">
          <Sign tone="good" size={18} />
          {words.record.stepDoneAt(clockTime(Date.parse(at), language))}
          {!locked && <Button size="small" weight="quiet" onPress={() => sheet.edit(field, [])}>{words.record.clear}</Button>}
        </span>
      ) : (
        <Button size="small" weight="primary" disabled={locked} onPress={() => sheet.edit(field, [new Date(now).toISOString()])}>{words.record.stepDone}</Button>
      )}
    </li>
  );
}

function Reasons({ assessment, form }: { assessment: Assessment | undefined; form: Form }) {
  const words = useWords();
  const label = useLabel();
  if (!assessment || (assessment.reasons.length === 0 && !assessment.suicideLevel)) return null;
  const levels = [
    ["suicide_level", assessment.suicideLevel],
    ["harm_to_others", assessment.harmToOthers],
    ["somatic_problem", assessment.somaticProblem],
    ["jaep_class", assessment.jaepClass],
  ] as const;
  return (
    <div className="stack-small">
      <h3>{words.record.reasons}</h3>
      <ul className="plain-list">{assessment.reasons.map((reason) => <li key={reason.ja}>{label(reason)}</li>)}</ul>
      <dl className="pairs">
        {levels.filter(([, value]) => value).map(([name, value]) => (
          <div key={name}>
            <dt>{label(form.label(name), name)}</dt>
            <dd>{label(form.code(form.kinds.get(name)?.list ?? name, value), value)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Deadlines({ assessment }: { assessment: Assessment | undefined }) {
  const words = useWords();
  const { language } = useLanguage();
  const now = useLineNow();
  const deadlines = assessment?.deadlines ?? [];
  if (deadlines.length === 0) return null;
  return (
    <div className="stack-small">
      <h3>{words.record.deadlines}</h3>
      <dl className="pairs">
        {deadlines.map((deadline) => {
          const at = millis(deadline.at);
          const left = at === undefined ? 0 : at - now;
          return (
            <div key={deadline.what}>
              <dt>{worded(words.record.what, deadline.what)}</dt>
              <dd>
                {at !== undefined && dayTime(at, language)} <span className={left < 0 ? "tone-bad" : ""}>{left < 0 ? words.record.over(span(-left)) : words.record.left(span(left))}</span>
                {deadline.origin && <span className="dim small"> {words.common.pair(words.record.origin, deadline.origin)}</span>}
              </dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}

function OwnCode({ form, sheet, locked, computed, list }: { form: Form; sheet: Sheet; locked: boolean; computed: string; list: string }) {
  const words = useWords();
  const label = useLabel();
  const [own = ""] = useValues(sheet, OWN_CODE);
  const [reason = ""] = useValues(sheet, OWN_CODE_REASON);
  const lower = isLower(own, computed);
  return (
    <div className="stack-small">
      <div id={elementOf(OWN_CODE)}>
        <Choices
          legend={words.record.own}
          required
          options={form.codes(list).map((code) => ({ value: code.code, label: `${code.code} ${label(code.label)}` }))}
          chosen={own ? [own] : []}
          onChoose={(chosen) => sheet.edit(OWN_CODE, chosen)}
          disabled={locked}
        />
      </div>
      {computed && own !== computed && !locked && <Button size="small" onPress={() => sheet.edit(OWN_CODE, [computed])}>{words.record.asComputed}（{computed}）</Button>}
      {(lower || reason) && (
        <div id={elementOf(OWN_CODE_REASON)} className="stack-small">
          {lower && !reason && <Notice tone="warn" live>{words.record.lower}</Notice>}
          <Field label={label(form.label(OWN_CODE_REASON), words.common.reason)} lines={2} value={reason} onChange={(value) => sheet.edit(OWN_CODE_REASON, [value])} required={lower} disabled={locked} />
        </div>
      )}
    </div>
  );
}
