import type { ReactNode } from "react";
import type { Account } from "../gen/tomoshibi/console/v1/access_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useFresh } from "../session/Fresh";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";

interface Props {
  account: Account;
  onClose: () => void;
  onDone: (login: string, oneTimePassword?: string) => void;
}

export function ResetDialog({ account, onClose, onDone }: Props) {
  const words = useWords();
  const { admin } = useClients();
  const operator = useOperator();
  const reset = async () => onDone(account.login, (await admin.resetAccount({ ...operator, accountId: account.accountId })).oneTimePassword);
  return <Sure title={words.admin.resetTitle(account.name || account.login)} go={words.admin.reset} deed={reset} onClose={onClose}>{words.admin.resetWhy}</Sure>;
}

export function DisableDialog({ account, onClose, onDone }: Props) {
  const words = useWords();
  const { admin } = useClients();
  const operator = useOperator();
  const change = async () => {
    await admin.disableAccount({ ...operator, accountId: account.accountId, disabled: !account.disabled });
    onDone(account.login);
  };
  const title = account.disabled ? `${words.admin.enable}: ${account.name || account.login}` : words.admin.disableTitle(account.name || account.login);
  return <Sure title={title} go={account.disabled ? words.admin.enable : words.admin.disable} deed={change} onClose={onClose}>{account.disabled ? account.login : words.admin.disableWhy}</Sure>;
}

interface SureProps {
  title: string;
  go: string;
  children: ReactNode;
  deed: () => Promise<void>;
  onClose: () => void;
}

/** Asks once more; the safe answer has the focus. Asks for a fresh sign-in where the deed wants one. */
export function Sure({ title, go, children, deed, onClose }: SureProps) {
  const words = useWords();
  const fresh = useFresh();
  const act = useAct(() => fresh(deed));
  return (
    <Dialog title={title} open onClose={onClose} alert>
      <p>{children}</p>
      <TroubleNotice trouble={act.trouble} />
      <div className="row">
        <Button weight="danger" busy={act.busy} onPress={() => void act.run()}>{go}</Button>
        <Button autoFocus onPress={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}
