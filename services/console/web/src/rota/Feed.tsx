import { useState } from "react";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useMe, useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { ShownOnce } from "../ui/ShownOnce";
import { useAct } from "../ui/useAct";

/** The address of one's own calendar: whoever knows it reads it, so it is shown once and can be renewed. */
export function Feed() {
  const words = useWords();
  const { rota } = useClients();
  const operator = useOperator();
  const { staffId } = useMe();
  const [address, setAddress] = useState("");
  const renew = useAct(async () => setAddress(new URL((await rota.renewFeed({ ...operator })).path, window.location.origin).href));
  return (
    <Panel title={words.rota.feed}>
      <p>{words.rota.feedWhy}</p>
      {staffId === "" ? <Notice tone="warn">{words.rota.noStaff}</Notice> : <p className="dim small">{words.rota.renewSure}</p>}
      {address && <ShownOnce why={words.rota.feedOnce} label={words.rota.feedAddress} secret={address} />}
      <TroubleNotice trouble={renew.trouble} />
      <div><Button busy={renew.busy} disabled={staffId === ""} onPress={() => void renew.run()}>{words.rota.renew}</Button></div>
    </Panel>
  );
}
