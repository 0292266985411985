import { useState } from "react";
import { useWords, worded } from "../i18n";
import { useMe, useSession } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Check } from "../ui/Field";
import { TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { useLook } from "./look";
import { LookSwitches } from "./LookSwitches";
import { go } from "./router";

export function AccountMenu() {
  const words = useWords();
  const me = useMe();
  const { leave } = useSession();
  const { keys, setKeys } = useLook();
  const [open, setOpen] = useState(false);
  const signOut = useAct(leave);
  return (
    <div className="account">
      {me.breakGlass && <strong className="tag tone-bad">{words.session.breakGlassNow}</strong>}
      <Button weight="quiet" size="small" onPress={() => setOpen(true)}>{me.name || me.login}</Button>
      <Dialog title={me.name || me.login} open={open} onClose={() => setOpen(false)}>
        <div className="stack">
          <p className="dim">{me.operatorName} · {me.roles.map((role) => worded(words.app.roles, role)).join("・")}</p>
          <LookSwitches />
          <Check checked={keys} onChange={setKeys}>{words.app.oneKey}</Check>
          <Button onPress={() => (setOpen(false), go("/account"))}>{words.app.account}</Button>
          <TroubleNotice trouble={signOut.trouble} />
          <Button weight="danger" busy={signOut.busy} onPress={() => void signOut.run()}>{words.session.signOut}</Button>
        </div>
      </Dialog>
    </div>
  );
}
