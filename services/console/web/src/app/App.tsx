import { Dialog, Modal, ModalOverlay } from "react-aria-components";
import { BoardProvider } from "../board/BoardProvider";
import { LanguageProvider, useWords } from "../i18n";
import { type Clients, ClientsProvider } from "../net/clients";
import { KeepersProvider } from "../record/KeepersProvider";
import { ChangePassword } from "../session/ChangePassword";
import { EnrolTotp } from "../session/EnrolTotp";
import { FreshProvider } from "../session/Fresh";
import { IdleWatch } from "../session/IdleWatch";
import { SessionProvider, useSession } from "../session/SessionProvider";
import { Plain, SignInPage } from "../session/SignInPage";
import { SignInForm } from "../session/SignInForm";
import { LookProvider } from "./look";
import { Shell } from "./Shell";

export function App({ clients }: { clients: Clients }) {
  return (
    <LookProvider>
      <LanguageProvider>
        <ClientsProvider value={clients}>
          <SessionProvider>
            <Doors />
          </SessionProvider>
        </ClientsProvider>
      </LanguageProvider>
    </LookProvider>
  );
}

/** Nothing else is shown before a password is one's own and there is a second factor. */
function Doors() {
  const words = useWords();
  const { session } = useSession();
  if (session.at === "asking") return <Plain title={words.common.product}><p role="status">{words.common.loading}</p></Plain>;
  if (session.at === "out" || session.at === "away") return <SignInPage session={session} />;
  const { me } = session;
  const unfinished = me.mustChangePassword || me.mustEnrolTotp;
  if (session.at === "ended" && unfinished) return <SignInPage session={{ at: "out" }} />;
  if (me.mustChangePassword) return <Plain title={words.session.changePassword}><ChangePassword forced /></Plain>;
  if (me.mustEnrolTotp) return <Plain title={words.session.enrol}><EnrolTotp /></Plain>;
  return (
    <FreshProvider key={me.accountId}>
      <BoardProvider>
        <KeepersProvider>
          <Shell />
        </KeepersProvider>
        <IdleWatch />
        <Cover />
      </BoardProvider>
    </FreshProvider>
  );
}

/** Over the page of a session that has ended: hides it and keeps it. */
function Cover() {
  const words = useWords();
  const { session } = useSession();
  if (session.at !== "ended") return null;
  return (
    <ModalOverlay className="cover" isOpen isKeyboardDismissDisabled>
      <Modal className="cover-modal">
        <Dialog className="dialog" aria-label={words.session.title}>
          <h2>{words.session.title}</h2>
          <SignInForm login={session.me.login} ended />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
