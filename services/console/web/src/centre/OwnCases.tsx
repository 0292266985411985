import { useState } from "react";
import { fitting } from "../admin/fitting";
import type { Referral } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useLanguage, useWords, type Words, worded } from "../i18n";
import { dayTime, millis } from "../i18n/time";
import { useClients } from "../net/clients";
import { CodeMark } from "../record/CodeMark";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useLoad } from "../ui/useLoad";
import { CaseCard, nameOf } from "./CaseCard";
import { standingOf } from "./standing";

const MOST = 500;

/** All that was handed to this centre; read when somebody begins to search. */
export function OwnCases({ centreId, turn, onChanged }: { centreId: string; turn: number; onChanged: (said: string) => void }) {
  const words = useWords();
  const { language } = useLanguage();
  const { centre } = useClients();
  const operator = useOperator();
  const [text, setText] = useState("");
  const [reading, setReading] = useState("");
  const [begun, setBegun] = useState(false);
  const listed = useLoad(begun ? `${centreId} ${turn}` : undefined, async (signal) => (await centre.listCases({ ...operator, centreId, limit: MOST }, { signal })).referrals);
  const all = listed.value ?? [];
  const shown = fitting(all, text, (one) => textsOf(one, words));
  const read = all.find(({ referralId }) => referralId === reading);
  const search = (next: string) => {
    setText(next);
    setBegun(true);
  };
  return (
    <Panel title={words.centre.cases}>
      <div className="row-end">
        <Field label={words.centre.search} type="search" value={text} onChange={search} />
        <Button busy={listed.busy && begun} onPress={() => (begun ? listed.again() : setBegun(true))}>{words.common.show}</Button>
      </div>
      <TroubleNotice trouble={listed.trouble} />
      {listed.value && <p className="dim small" role="status">{words.centre.found(shown.length, all.length)}</p>}
      {shown.length > 0 && (
        <table className="table">
          <caption className="hidden-text">{words.centre.cases}</caption>
          <thead>
            <tr>
              <th scope="col">{words.centre.when}</th>
              <th scope="col">{words.record.code}</th>
              <th scope="col">{words.centre.person}</th>
              <th scope="col">{words.admin.state}</th>
              <th scope="col"><span className="hidden-text">{words.record.open}</span></th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => {
              const at = dayTime(millis(one.releasedAt) ?? 0, language);
              return (
                <tr key={one.referralId}>
                  <th scope="row">{at}</th>
                  <td data-label={words.record.code}><CodeMark code={one.triageCode} /></td>
                  <td data-label={words.centre.person}>{nameOf(one) || one.referralId.slice(0, 8)}</td>
                  <td data-label={words.admin.state}>{[worded(words.centre.standing, standingOf(one)), worded(words.referral.outcome, one.outcome)].filter(Boolean).join(" · ")}</td>
                  <td><Button size="small" label={`${words.record.open} ${at}`} onPress={() => setReading(one.referralId)}>{words.record.open}</Button></td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      <Dialog title={words.centre.case} open={read !== undefined} onClose={() => setReading("")} wide>{read && <CaseCard referral={read} centreId={centreId} onChanged={(said) => (setReading(""), onChanged(said))} />}</Dialog>
    </Panel>
  );
}

function textsOf(one: Referral, words: Words): string[] {
  return [one.referralId, worded(words.centre.standing, standingOf(one)), one.triageCode, ...one.content.flatMap(({ field, values }) => values.map((value) => worded(words.referral.values[field] ?? {}, value)))];
}
