import { type FormEvent, useState } from "react";
import type { BeginTotpResponse, Me } from "../gen/tomoshibi/console/v1/access_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { Submit } from "../ui/Button";
import { Field } from "../ui/Field";
import { Notice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { RecoveryCodes } from "./RecoveryCodes";
import { useOperator, useSession } from "./SessionProvider";
import { SignInTrouble } from "./SignInForm";

/** Password, then the secret, then a code of it, then the recovery codes. */
export function EnrolTotp({ onEnd }: { onEnd?: () => void }) {
  const { enter } = useSession();
  const [begun, setBegun] = useState<BeginTotpResponse>();
  const [enrolled, setEnrolled] = useState<{ codes: string[]; me: Me | undefined }>();
  if (enrolled) return <RecoveryCodes codes={enrolled.codes} onKept={() => (enrolled.me && enter(enrolled.me), onEnd?.())} />;
  if (begun) return <Confirm begun={begun} onDone={(codes, me) => setEnrolled({ codes, me })} />;
  return <Begin onBegun={setBegun} />;
}

function Begin({ onBegun }: { onBegun: (begun: BeginTotpResponse) => void }) {
  const words = useWords();
  const { access } = useClients();
  const operator = useOperator();
  const [password, setPassword] = useState("");
  const begin = useAct(async () => onBegun(await access.beginTotp({ ...operator, password })));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void begin.run();
  };
  return (
    <form className="stack" onSubmit={submit}>
      <Notice tone="plain">{words.session.enrolWhy}</Notice>
      <Field label={words.session.password} type="password" value={password} onChange={setPassword} autoComplete="current-password" required autoFocus />
      <SignInTrouble trouble={begin.trouble} />
      <Submit busy={begin.busy}>{words.session.enrolBegin}</Submit>
    </form>
  );
}

function Confirm({ begun, onDone }: { begun: BeginTotpResponse; onDone: (codes: string[], me: Me | undefined) => void }) {
  const words = useWords();
  const { access } = useClients();
  const operator = useOperator();
  const [code, setCode] = useState("");
  const confirm = useAct(async () => {
    const { recoveryCodes, me } = await access.confirmTotp({ ...operator, code: code.replaceAll(/\s/g, "") });
    onDone(recoveryCodes, me);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void confirm.run();
  };
  return (
    <form className="stack" onSubmit={submit}>
      <p>{words.session.scan}</p>
      <img className="qr" alt={words.session.qr} src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(begun.qrSvg)}`} />
      <p>
        {words.session.orType} <code className="secret">{begun.secret.match(/.{1,4}/g)?.join(" ")}</code>
      </p>
      <Field label={words.session.sixDigits} value={code} onChange={setCode} autoComplete="one-time-code" inputMode="numeric" max={7} required autoFocus />
      <SignInTrouble trouble={confirm.trouble} />
      <Submit busy={confirm.busy}>{words.session.enrolConfirm}</Submit>
    </form>
  );
}
