import { type FormEvent, useState } from "react";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { Submit } from "../ui/Button";
import { Field } from "../ui/Field";
import { Notice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { useOperator, useSession } from "./SessionProvider";
import { SignInTrouble } from "./SignInForm";

export function ChangePassword({ forced = false }: { forced?: boolean }) {
  const words = useWords();
  const { access } = useClients();
  const operator = useOperator();
  const { enter } = useSession();
  const [before, setBefore] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [differs, setDiffers] = useState(false);
  const [done, setDone] = useState(false);
  const change = useAct(async () => {
    const { me } = await access.changePassword({ ...operator, oldPassword: before, newPassword: next });
    setDone(true);
    setBefore("");
    setNext("");
    setAgain("");
    if (me) enter(me);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setDone(false);
    setDiffers(next !== again);
    if (next === again) void change.run();
  };
  return (
    <form className="stack" onSubmit={submit}>
      {forced && <Notice tone="plain">{words.session.changeForced}</Notice>}
      <Field label={words.session.oldPassword} type="password" value={before} onChange={setBefore} autoComplete="current-password" required />
      <Field label={words.session.newPassword} type="password" value={next} onChange={setNext} autoComplete="new-password" hint={words.session.passwordRule} required />
      <Field label={words.session.newPasswordAgain} type="password" value={again} onChange={setAgain} autoComplete="new-password" required {...(differs ? { error: words.session.differs } : {})} />
      <SignInTrouble trouble={change.trouble} />
      {done && <Notice tone="good" live>{words.session.changed}</Notice>}
      <Submit busy={change.busy}>{words.session.changePassword}</Submit>
    </form>
  );
}
