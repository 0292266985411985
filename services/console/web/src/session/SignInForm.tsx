import { type FormEvent, useState } from "react";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { Button, Submit } from "../ui/Button";
import { Field } from "../ui/Field";
import { Notice, TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { BreakGlassForm } from "./BreakGlassForm";
import { comeBack, type Return } from "./provider";
import { FinishForm, ProviderWay, ReturnNotice } from "./ProviderWay";
import { useSession } from "./SessionProvider";

/** Login, password and code at once: no answer tells which of them was wrong. */
export function SignInForm({ login: known = "", ended = false }: { login?: string; ended?: boolean }) {
  const [broken, setBroken] = useState(false);
  const [came, setCame] = useState(comeBack);
  if (broken) return <BreakGlassForm login={known} onBack={() => setBroken(false)} />;
  if (came === "code" && !ended) return <FinishForm onBack={() => setCame(undefined)} />;
  return <Ordinary login={known} ended={ended} came={ended || came === "code" ? undefined : came} onBreakGlass={() => setBroken(true)} />;
}

function Ordinary({ login: known, ended, came, onBreakGlass }: { login: string; ended: boolean; came: Exclude<Return, "code"> | undefined; onBreakGlass: () => void }) {
  const words = useWords();
  const { access } = useClients();
  const { enter } = useSession();
  const [login, setLogin] = useState(known);
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const signIn = useAct(async () => {
    const { me } = await access.signIn({ login: login.trim(), password, code: code.replaceAll(/\s/g, "") });
    if (me) enter(me);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void signIn.run().then((well) => !well && setCode(""));
  };
  return (
    <form className="stack" onSubmit={submit}>
      {ended && <Notice tone="warn">{words.session.ended}</Notice>}
      <Field label={words.session.login} value={login} onChange={setLogin} autoComplete="username" required autoFocus={known === ""} />
      <Field label={words.session.password} type="password" value={password} onChange={setPassword} autoComplete="current-password" required autoFocus={known !== ""} />
      <Field label={words.session.code} value={code} onChange={setCode} autoComplete="one-time-code" hint={words.session.codeHint} />
      {came && !signIn.trouble && <ReturnNotice word={came} />}
      <SignInTrouble trouble={signIn.trouble} />
      <Submit busy={signIn.busy}>{words.session.signIn}</Submit>
      <ProviderWay />
      <Button weight="quiet" onPress={onBreakGlass}>{words.session.lostFactor}</Button>
    </form>
  );
}

export function SignInTrouble({ trouble }: { trouble: ReturnType<typeof useAct>["trouble"] }) {
  const words = useWords();
  if (trouble?.kind === "signed_out") return <Notice tone="bad" live>{words.session.refused}</Notice>;
  return <TroubleNotice trouble={trouble} />;
}
