import { useState } from "react";
import { useLanguage, useWords, worded } from "../i18n";
import { dayTime, millis } from "../i18n/time";
import { useClients } from "../net/clients";
import { Button } from "../ui/Button";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useAct } from "../ui/useAct";
import { useLoad } from "../ui/useLoad";
import { ChangePassword } from "./ChangePassword";
import { EnrolTotp } from "./EnrolTotp";
import { useMe, useOperator } from "./SessionProvider";

export function AccountPage() {
  const words = useWords();
  const me = useMe();
  const [renewing, setRenewing] = useState(false);
  return (
    <div className="page">
      <h1>{words.app.account}</h1>
      <Panel title={words.session.sessions}><Sessions /></Panel>
      <Panel title={words.session.changePassword}><ChangePassword /></Panel>
      <Panel title={words.session.enrol}>
        <p>{words.session.recoveryLeft(me.recoveryCodesLeft)}</p>
        {renewing ? <EnrolTotp onEnd={() => setRenewing(false)} /> : <div><Button onPress={() => setRenewing(true)}>{words.session.renewTotp}</Button></div>}
      </Panel>
    </div>
  );
}

function Sessions() {
  const words = useWords();
  const { language } = useLanguage();
  const { access } = useClients();
  const operator = useOperator();
  const listed = useLoad("sessions", async (signal) => (await access.listSessions(operator, { signal })).sessions);
  const revoke = useAct(async (sessionId: string) => {
    await access.revokeSession({ ...operator, sessionId });
    listed.again();
  });
  const time = (ms: number | undefined) => (ms === undefined ? "–" : dayTime(ms, language));
  return (
    <>
      <TroubleNotice trouble={listed.trouble ?? revoke.trouble} />
      <table className="table">
        <caption className="hidden-text">{words.session.sessions}</caption>
        <thead>
          <tr>
            <th scope="col">{words.session.device}</th>
            <th scope="col">{words.session.kind}</th>
            <th scope="col">{words.session.since}</th>
            <th scope="col">{words.session.lastAt}</th>
            <th scope="col"><span className="hidden-text">{words.session.revoke}</span></th>
          </tr>
        </thead>
        <tbody>
          {listed.value?.map((one) => (
            <tr key={one.sessionId}>
              <th scope="row">{one.device || "–"} {one.thisOne && <span className="tag">{words.session.thisOne}</span>}</th>
              <td data-label={words.session.kind}>{worded(words.session.kinds, one.kind)}</td>
              <td data-label={words.session.since}>{time(millis(one.createdAt))}</td>
              <td data-label={words.session.lastAt}>{time(millis(one.lastAt))}</td>
              <td>{!one.thisOne && <Button size="small" label={`${words.session.revoke}: ${one.device}`} onPress={() => void revoke.run(one.sessionId)}>{words.session.revoke}</Button>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div><Button onPress={() => void revoke.run("")}>{words.session.revokeOthers}</Button></div>
    </>
  );
}
