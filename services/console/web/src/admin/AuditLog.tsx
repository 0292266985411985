import { type FormEvent, useState } from "react";
import type { AuditEntry } from "../gen/tomoshibi/console/v1/access_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { clockSeconds, day, millis } from "../i18n/time";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button, Submit } from "../ui/Button";
import { Field, Select } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useAct } from "../ui/useAct";
import { useLoad } from "../ui/useLoad";
import { detailIn } from "./detail";
import { useAccountNames } from "./useAccountNames";
import { VerifyAudit } from "./VerifyAudit";

const PAGE = 100;

interface Wanted {
  accountId: string;
  subjectId: string;
  turn: number;
}

/** Who did and looked at what, newest first; older ones are added below. */
export function AuditLog() {
  const words = useWords();
  const { admin } = useClients();
  const operator = useOperator();
  const [wanted, setWanted] = useState<Wanted>({ accountId: "", subjectId: "", turn: 0 });
  const key = `${wanted.accountId} ${wanted.subjectId} ${wanted.turn}`;
  const { accounts, nameOf } = useAccountNames();
  const read = async (before: bigint) => (await admin.listAudit({ ...operator, before, limit: PAGE, accountId: wanted.accountId, subjectId: wanted.subjectId })).entries;
  const first = useLoad(key, () => read(0n));
  const [older, setOlder] = useState<{ key: string; entries: AuditEntry[]; over: boolean }>();
  const after = older?.key === key ? older.entries : [];
  const entries = [...(first.value ?? []), ...after];
  const over = first.value !== undefined && (first.value.length < PAGE || (older?.key === key && older.over));
  const more = useAct(async () => {
    const next = await read(entries.at(-1)?.seq ?? 0n);
    setOlder({ key, entries: [...after, ...next], over: next.length < PAGE });
  });
  return (
    <>
      <VerifyAudit />
      <Panel title={words.admin.audit}>
        <Filter accounts={accounts.map((one) => ({ value: one.accountId, label: one.name || one.login }))} onWanted={(next) => setWanted((before) => ({ ...next, turn: before.turn + 1 }))} />
        <TroubleNotice trouble={first.trouble ?? more.trouble} />
        {first.busy && <p role="status">{words.common.loading}</p>}
        {first.value && entries.length === 0 && <p>{words.admin.nothing}</p>}
        {entries.length > 0 && <Entries entries={entries} nameOf={nameOf} />}
        <div>{over ? <p className="dim">{words.admin.noMore}</p> : <Button busy={more.busy} disabled={!first.value} onPress={() => void more.run()}>{words.admin.older}</Button>}</div>
      </Panel>
    </>
  );
}

function Filter({ accounts, onWanted }: { accounts: { value: string; label: string }[]; onWanted: (wanted: { accountId: string; subjectId: string }) => void }) {
  const words = useWords();
  const [accountId, setAccountId] = useState("");
  const [subjectId, setSubjectId] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onWanted({ accountId, subjectId: subjectId.trim() });
  };
  return (
    <form className="row-end" role="search" onSubmit={submit}>
      <Select label={words.admin.account} value={accountId} onChange={setAccountId} options={accounts} empty={words.admin.everyone} />
      <Field label={words.admin.subjectId} value={subjectId} onChange={setSubjectId} />
      <Submit>{words.admin.filter}</Submit>
    </form>
  );
}

function Entries({ entries, nameOf }: { entries: AuditEntry[]; nameOf: (accountId: string) => string }) {
  const words = useWords();
  const { language } = useLanguage();
  return (
    <table className="table audit">
      <thead>
        <tr>
          <th scope="col">{words.admin.seq}</th>
          <th scope="col">{words.admin.at}</th>
          <th scope="col">{words.admin.who}</th>
          <th scope="col">{words.admin.action}</th>
          <th scope="col">{words.admin.subject}</th>
          <th scope="col">{words.admin.detail}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => {
          const at = millis(entry.at) ?? 0;
          return (
            <tr key={String(entry.seq)}>
              <th scope="row" className="clock">{String(entry.seq)}</th>
              <td data-label={words.admin.at} className="clock">{day(at, language)} {clockSeconds(at, language)}</td>
              <td data-label={words.admin.who}>{nameOf(entry.accountId)}</td>
              <td data-label={words.admin.action}>{worded(words.admin.actions, entry.action)}<div className="dim small"><code>{entry.action}</code></div></td>
              <td data-label={words.admin.subject}>{entry.subjectKind} <code className="small">{entry.subjectId}</code></td>
              <td data-label={words.admin.detail} className="small">{detailIn(entry.detail)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
