import { type FormEvent, useState } from "react";
import { useLanguage, useWords } from "../i18n";
import { useClients } from "../net/clients";
import { Button, Submit } from "../ui/Button";
import { Field } from "../ui/Field";
import { Notice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { useLoad } from "../ui/useLoad";
import { leave, type Return } from "./provider";
import { useSession } from "./SessionProvider";
import { SignInTrouble } from "./SignInForm";

/** The provider as its button names it; undefined while nobody knows of one. */
export function useProvider(): { name: string; answers: boolean } | undefined {
  const { access } = useClients();
  const { language } = useLanguage();
  const { value } = useLoad("provider", async (signal) => (await access.describeProvider({}, { signal })).provider);
  return value && { name: language === "ja" ? value.nameJa : value.nameEn, answers: value.answers };
}

/** The second way in, where there is one. */
export function ProviderWay() {
  const words = useWords();
  const provider = useProvider();
  if (!provider) return null;
  return (
    <div className="stack">
      <Button onPress={() => leave()} disabled={!provider.answers}>{words.session.byProvider(provider.name)}</Button>
      {!provider.answers && <Notice tone="warn">{words.session.providerAway(provider.name)}</Notice>}
    </div>
  );
}

/** Why somebody came back without being in. */
export function ReturnNotice({ word }: { word: Exclude<Return, "code"> }) {
  const words = useWords();
  const told = { refused: words.session.refused, late: words.session.providerLate, away: words.session.providerSilent, busy: words.session.providerBusy };
  return <Notice tone="bad" live>{told[word]}</Notice>;
}

/** The provider said who it is; the second factor is ours. */
export function FinishForm({ onBack }: { onBack: () => void }) {
  const words = useWords();
  const { access } = useClients();
  const { enter } = useSession();
  const [code, setCode] = useState("");
  const finish = useAct(async () => {
    const { me } = await access.finishOidc({ code: code.replaceAll(/\s/g, "") });
    if (me) enter(me);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void finish.run().then((well) => !well && setCode(""));
  };
  return (
    <form className="stack" onSubmit={submit}>
      <p>{words.session.finishWhy}</p>
      <Field label={words.session.code} value={code} onChange={setCode} autoComplete="one-time-code" hint={words.session.finishHint} required autoFocus />
      {finish.trouble?.kind === "conflict" ? <ReturnNotice word="late" /> : <SignInTrouble trouble={finish.trouble} />}
      <Submit busy={finish.busy}>{words.session.signIn}</Submit>
      <Button weight="quiet" onPress={onBack}>{words.common.back}</Button>
    </form>
  );
}
