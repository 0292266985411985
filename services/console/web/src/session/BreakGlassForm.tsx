import { type FormEvent, useState } from "react";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { Button, Submit } from "../ui/Button";
import { Field } from "../ui/Field";
import { Notice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { useSession } from "./SessionProvider";
import { SignInTrouble } from "./SignInForm";

const LEAST_REASON = 10;

export function BreakGlassForm({ login: known, onBack }: { login: string; onBack: () => void }) {
  const words = useWords();
  const { access } = useClients();
  const { enter } = useSession();
  const [login, setLogin] = useState(known);
  const [password, setPassword] = useState("");
  const [reason, setReason] = useState("");
  const [short, setShort] = useState(false);
  const breakGlass = useAct(async () => {
    const { me } = await access.breakGlass({ login: login.trim(), password, reason: reason.trim() });
    if (me) enter(me);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const isShort = reason.trim().length < LEAST_REASON;
    setShort(isShort);
    if (!isShort) void breakGlass.run();
  };
  return (
    <form className="stack" onSubmit={submit}>
      <h2>{words.session.breakGlass}</h2>
      <Notice tone="warn">{words.session.breakGlassWarning}</Notice>
      <Field label={words.session.login} value={login} onChange={setLogin} autoComplete="username" required />
      <Field label={words.session.password} type="password" value={password} onChange={setPassword} autoComplete="current-password" required />
      <Field label={words.session.breakGlassReason} value={reason} onChange={setReason} lines={3} max={500} required {...(short ? { error: words.session.reasonShort } : {})} />
      <SignInTrouble trouble={breakGlass.trouble} />
      <Submit weight="danger" busy={breakGlass.busy}>{words.session.breakGlass}</Submit>
      <Button weight="quiet" onPress={onBack}>{words.common.back}</Button>
    </form>
  );
}
