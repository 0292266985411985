// Some acts ask for password and code again. The act waits and is done after the proof.
import { createContext, type FormEvent, type ReactNode, useCallback, useContext, useRef, useState } from "react";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { troubleOf } from "../net/trouble";
import { Button, Submit } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { useAct } from "../ui/useAct";
import { leave } from "./provider";
import { useProvider } from "./ProviderWay";
import { useMe, useOperator, useSession } from "./SessionProvider";
import { SignInTrouble } from "./SignInForm";

type Proving = <T>(deed: () => Promise<T>) => Promise<T>;
const Here = createContext<Proving>((deed) => deed());

export function FreshProvider({ children }: { children: ReactNode }) {
  const [asking, setAsking] = useState(false);
  const settle = useRef<(proved: boolean) => void>(() => undefined);
  const proving = useCallback<Proving>(async (deed) => {
    try {
      return await deed();
    } catch (error) {
      if (troubleOf(error).kind !== "not_fresh") throw error;
      setAsking(true);
      const proved = await new Promise<boolean>((done) => (settle.current = done));
      setAsking(false);
      if (!proved) throw error;
      return await deed();
    }
  }, []);
  return (
    <Here.Provider value={proving}>
      {children}
      <ProofDialog open={asking} onEnd={(proved) => settle.current(proved)} />
    </Here.Provider>
  );
}

/** Does a deed; where it asks for a fresh sign-in, asks for that first. */
export function useFresh(): Proving {
  return useContext(Here);
}

function ProofDialog({ open, onEnd }: { open: boolean; onEnd: (proved: boolean) => void }) {
  const words = useWords();
  return (
    <Dialog title={words.session.proof} open={open} onClose={() => onEnd(false)}>
      <ProofForm onEnd={onEnd} />
    </Dialog>
  );
}

/** Who came by the provider may have no password: they show themselves there anew, and do the act again. */
function ProofByProvider() {
  const words = useWords();
  const provider = useProvider();
  if (!provider) return null;
  return (
    <>
      <p>{words.session.proofByProviderWhy}</p>
      <Button onPress={() => leave(true)} disabled={!provider.answers}>{words.session.proofByProvider(provider.name)}</Button>
    </>
  );
}

function ProofForm({ onEnd }: { onEnd: (proved: boolean) => void }) {
  const words = useWords();
  const { access } = useClients();
  const operator = useOperator();
  const { byOidc } = useMe();
  const { enter } = useSession();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const prove = useAct(async () => {
    const { me } = await access.reauthenticate({ ...operator, password, code: code.replaceAll(/\s/g, "") });
    if (me) enter(me);
    onEnd(true);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void prove.run();
  };
  return (
    <form className="stack" onSubmit={submit}>
      <p>{words.session.proofWhy}</p>
      {byOidc && <ProofByProvider />}
      <Field label={words.session.password} type="password" value={password} onChange={setPassword} autoComplete="current-password" required autoFocus />
      <Field label={words.session.code} value={code} onChange={setCode} autoComplete="one-time-code" />
      <SignInTrouble trouble={prove.trouble} />
      <div className="row">
        <Submit busy={prove.busy}>{words.session.prove}</Submit>
        <Button onPress={() => onEnd(false)}>{words.common.cancel}</Button>
      </div>
    </form>
  );
}
