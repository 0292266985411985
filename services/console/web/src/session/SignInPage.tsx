import { useWords } from "../i18n";
import { LookSwitches } from "../app/LookSwitches";
import { Button } from "../ui/Button";
import { TroubleNotice } from "../ui/Notice";
import { type Session, useSession } from "./SessionProvider";
import { SignInForm } from "./SignInForm";

export function SignInPage({ session }: { session: Session }) {
  const words = useWords();
  const { refresh } = useSession();
  return (
    <Plain title={words.session.title}>
      {session.at === "away" ? (
        <div className="stack">
          <TroubleNotice trouble={session.trouble} />
          <Button weight="primary" onPress={() => void refresh()}>{words.common.again}</Button>
        </div>
      ) : (
        <SignInForm />
      )}
    </Plain>
  );
}

/** A page of one column, before there is a shell. */
export function Plain({ title, children }: { title: string; children: React.ReactNode }) {
  const words = useWords();
  return (
    <div className="plain">
      <header className="plain-head">
        <span className="brand">{words.common.product}</span>
        <LookSwitches />
      </header>
      <main className="plain-main">
        <h1>{title}</h1>
        {children}
      </main>
    </div>
  );
}
