import { create } from "@bufbuild/protobuf";
import { type FormEvent, useState } from "react";
import { type Account, AccountSchema } from "../gen/tomoshibi/console/v1/access_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useFresh } from "../session/Fresh";
import { useOperator } from "../session/SessionProvider";
import { Button, Submit } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { Notice, TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { isLogin } from "./fitting";

interface Props {
  /** None: a new one. */
  account?: Account;
  onClose: () => void;
  onDone: (login: string, oneTimePassword?: string) => void;
}

/** A new account, or name, staff and roles of one. */
export function AccountDialog({ account, onClose, onDone }: Props) {
  const words = useWords();
  const { admin } = useClients();
  const operator = useOperator();
  const fresh = useFresh();
  const [login, setLogin] = useState(account?.login ?? "");
  const [name, setName] = useState(account?.name ?? "");
  const [staffId, setStaffId] = useState(account?.staffId ?? "");
  const [roles, setRoles] = useState<string[]>(account?.roles ?? []);
  const [tried, setTried] = useState(false);
  const whole = isLogin(login) && name.trim() !== "" && roles.length > 0;
  const save = useAct(async () => {
    const wanted = { login, name: name.trim(), staffId: staffId.trim(), roles };
    if (account) {
      await fresh(() => admin.changeAccount({ ...operator, account: create(AccountSchema, { ...account, ...wanted }) }));
      return onDone(login);
    }
    const { oneTimePassword } = await fresh(() => admin.createAccount({ ...operator, ...wanted }));
    return onDone(login, oneTimePassword);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (whole) void save.run();
  };
  return (
    <Dialog title={account ? `${words.admin.change}: ${account.login}` : words.admin.create} open onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        {!account && <p>{words.admin.createWhy}</p>}
        {!account && <Field label={words.admin.login} hint={words.admin.loginHint} value={login} onChange={setLogin} required autoFocus {...(tried && !isLogin(login) ? { error: words.admin.loginWrong } : {})} />}
        <Field label={words.admin.name} value={name} onChange={setName} max={100} required {...(tried && name.trim() === "" ? { error: words.common.required } : {})} />
        <Field label={words.admin.staff} hint={words.admin.staffHint} value={staffId} onChange={setStaffId} />
        <Choices legend={words.admin.roles} options={Object.entries(words.app.roles).map(([value, label]) => ({ value, label }))} chosen={roles} onChoose={setRoles} many required />
        {tried && roles.length === 0 && <p className="field-error" role="alert">{words.admin.rolesNeeded}</p>}
        {account && <Notice tone="plain">{words.admin.rolesEnd}</Notice>}
        <TroubleNotice trouble={save.trouble} />
        <div className="row">
          <Submit busy={save.busy}>{account ? words.common.save : words.admin.create}</Submit>
          <Button onPress={onClose}>{words.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
