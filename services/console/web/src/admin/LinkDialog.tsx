import { type FormEvent, useState } from "react";
import type { Account } from "../gen/tomoshibi/console/v1/access_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useFresh } from "../session/Fresh";
import { useOperator } from "../session/SessionProvider";
import { Button, Submit } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";

interface Props {
  account: Account;
  onClose: () => void;
  onDone: (login: string) => void;
}

/** Who somebody is at the provider. The subject is never shown again: only that there is one. */
export function LinkDialog({ account, onClose, onDone }: Props) {
  const words = useWords();
  const { admin } = useClients();
  const operator = useOperator();
  const fresh = useFresh();
  const [subject, setSubject] = useState("");
  const link = useAct(async (subject: string) => {
    await fresh(() => admin.linkAccount({ ...operator, accountId: account.accountId, subject }));
    onDone(account.login);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (subject.trim() !== "") void link.run(subject.trim());
  };
  return (
    <Dialog title={words.admin.linkTitle(account.name || account.login)} open onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <p>{account.hasOidc ? words.admin.linkAgain : words.admin.linkWhy}</p>
        <Field label={words.admin.linkSubject} hint={words.admin.linkSubjectHint} value={subject} onChange={setSubject} max={255} required autoFocus />
        <TroubleNotice trouble={link.trouble} />
        <div className="row">
          <Submit busy={link.busy}>{words.admin.link}</Submit>
          {account.hasOidc && <Button weight="danger" busy={link.busy} onPress={() => void link.run("")}>{words.admin.unlink}</Button>}
          <Button onPress={onClose}>{words.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
