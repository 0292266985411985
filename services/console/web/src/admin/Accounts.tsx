import { useState } from "react";
import type { Account } from "../gen/tomoshibi/console/v1/access_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { dayTime, millis } from "../i18n/time";
import { useClients } from "../net/clients";
import { useProvider } from "../session/ProviderWay";
import { useMe, useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Check, Field } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { ShownOnce } from "../ui/ShownOnce";
import { Sign } from "../ui/Sign";
import { useLoad } from "../ui/useLoad";
import { AccountDialog } from "./AccountDialog";
import { DisableDialog, ResetDialog } from "./AccountActs";
import { LinkDialog } from "./LinkDialog";
import { fitting } from "./fitting";
import { useIsAdmin } from "./AdminPage";

type Act = "change" | "reset" | "disable" | "link";
type Open = { what: "create" } | { what: Act; account: Account };

export function Accounts() {
  const words = useWords();
  const { admin } = useClients();
  const operator = useOperator();
  const isAdmin = useIsAdmin();
  const [open, setOpen] = useState<Open>();
  const [secret, setSecret] = useState<{ login: string; password: string }>();
  const [text, setText] = useState("");
  const [disabledToo, setDisabledToo] = useState(false);
  const listed = useLoad("accounts", async (signal) => (await admin.listAccounts({ ...operator }, { signal })).accounts);
  const all = listed.value ?? [];
  const shown = fitting(all.filter(({ disabled }) => disabledToo || !disabled), text, (one) => [one.login, one.name, one.staffId, ...one.roles.map((role) => worded(words.app.roles, role))]);
  const close = () => setOpen(undefined);
  const done = (login: string, password = "") => {
    close();
    setSecret(password ? { login, password } : undefined);
    listed.again();
  };
  return (
    <Panel title={words.admin.accounts} aside={isAdmin && <Button weight="primary" onPress={() => (setSecret(undefined), setOpen({ what: "create" }))}>{words.admin.create}</Button>}>
      {secret && <ShownOnce why={words.admin.oneTimeWhy(secret.login)} label={words.admin.oneTime} secret={secret.password} />}
      <TroubleNotice trouble={listed.trouble} />
      <div className="row-end">
        <Field label={words.admin.filter} type="search" value={text} onChange={setText} />
        <Check checked={disabledToo} onChange={setDisabledToo}>{words.admin.includeDisabled}</Check>
      </div>
      <p className="dim small" role="status">{words.admin.shownOf(shown.length, all.length)}</p>
      <Table accounts={shown} changes={isAdmin} onOpen={(what, account) => (setSecret(undefined), setOpen({ what, account }))} />
      {open?.what === "create" && <AccountDialog onClose={close} onDone={done} />}
      {open?.what === "change" && <AccountDialog account={open.account} onClose={close} onDone={done} />}
      {open?.what === "reset" && <ResetDialog account={open.account} onClose={close} onDone={done} />}
      {open?.what === "link" && <LinkDialog account={open.account} onClose={close} onDone={done} />}
      {open?.what === "disable" && <DisableDialog account={open.account} onClose={close} onDone={done} />}
    </Panel>
  );
}

interface TableProps {
  accounts: Account[];
  changes: boolean;
  onOpen: (what: Act, account: Account) => void;
}

function Table({ accounts, changes, onOpen }: TableProps) {
  const words = useWords();
  const { language } = useLanguage();
  const me = useMe();
  const provider = useProvider();
  if (accounts.length === 0) return <p className="dim">{words.admin.nothing}</p>;
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{words.admin.login}</th>
          <th scope="col">{words.admin.name}</th>
          <th scope="col">{words.admin.roles}</th>
          <th scope="col">{words.admin.state}</th>
          <th scope="col">{words.admin.lastSignIn}</th>
          {changes && <th scope="col">{words.admin.acts}</th>}
        </tr>
      </thead>
      <tbody>
        {accounts.map((account) => {
          const last = millis(account.lastSignInAt);
          const act = (what: Act, label: string) => <Button size="small" label={`${label}: ${account.login}`} onPress={() => onOpen(what, account)}>{label}</Button>;
          return (
            <tr key={account.accountId}>
              <th scope="row">{account.login}</th>
              <td data-label={words.admin.name}>{account.name}{account.staffId && <div className="dim small">{words.admin.staff} {account.staffId}</div>}</td>
              <td data-label={words.admin.roles}>{account.roles.map((role) => worded(words.app.roles, role)).join("・")}</td>
              <td data-label={words.admin.state}>
                <span className={`row ${account.disabled ? "tone-warn" : "tone-good"}`}><Sign tone={account.disabled ? "warn" : "good"} size={16} />{account.disabled ? words.admin.disabled : words.admin.enabled}</span>
                <div className="dim small">{words.admin.factor} {account.hasTotp ? words.admin.factorYes : words.admin.factorNo}</div>
                {account.hasOidc && <div className="dim small">{words.admin.linked}</div>}
              </td>
              <td data-label={words.admin.lastSignIn}>{last === undefined ? words.admin.never : dayTime(last, language)}</td>
              {changes && (
                <td>
                  <div className="row">
                    {act("change", words.admin.change)}
                    {act("reset", words.admin.reset)}
                    {provider && act("link", words.admin.link)}
                    {account.accountId !== me.accountId && act("disable", account.disabled ? words.admin.enable : words.admin.disable)}
                  </div>
                </td>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
