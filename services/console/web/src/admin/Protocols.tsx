import { useState } from "react";
import type { ProtocolLine } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useLanguage, useWords } from "../i18n";
import { dayTime, millis } from "../i18n/time";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { Sign } from "../ui/Sign";
import { useLoad } from "../ui/useLoad";
import { useIsAdmin } from "./AdminPage";
import { ProtocolEditor } from "./ProtocolEditor";
import { useAccountNames } from "./useAccountNames";

export function Protocols() {
  const words = useWords();
  const { triage } = useClients();
  const operator = useOperator();
  const isAdmin = useIsAdmin();
  const [read, setRead] = useState<ProtocolLine>();
  const [begun, setBegun] = useState({ turn: 0, toml: "" });
  const listed = useLoad("protocols", async (signal) => (await triage.listProtocols({ ...operator }, { signal })).protocols);
  const protocols = listed.value ?? [];
  return (
    <>
      <Panel title={words.admin.protocols}>
        <TroubleNotice trouble={listed.trouble} />
        {listed.value && protocols.length === 0 && <p className="dim">{words.admin.noProtocols}</p>}
        {protocols.length > 0 && <Table protocols={protocols} {...(isAdmin ? { onBegin: ({ toml }: ProtocolLine) => setBegun(({ turn }) => ({ turn: turn + 1, toml })) } : {})} onRead={setRead} />}
      </Panel>
      {isAdmin && <ProtocolEditor key={begun.turn} begun={begun.toml} onPublished={listed.again} />}
      {read && (
        <Dialog title={words.admin.fileOf(read.version)} open onClose={() => setRead(undefined)} wide>
          {/* A long file is scrolled with the keyboard too. */}
          <pre className="file" tabIndex={0} role="region" aria-label={words.admin.fileOf(read.version)}>{read.toml}</pre>
        </Dialog>
      )}
    </>
  );
}

function Table({ protocols, onBegin, onRead }: { protocols: ProtocolLine[]; onBegin?: (protocol: ProtocolLine) => void; onRead: (protocol: ProtocolLine) => void }) {
  const words = useWords();
  const { nameOf } = useAccountNames();
  const { language } = useLanguage();
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{words.admin.version}</th>
          <th scope="col">{words.admin.state}</th>
          <th scope="col">{words.admin.publishedAt}</th>
          <th scope="col">{words.admin.publishedBy}</th>
          <th scope="col">{words.admin.acts}</th>
        </tr>
      </thead>
      <tbody>
        {protocols.map((protocol) => {
          const at = millis(protocol.publishedAt);
          return (
            <tr key={`${protocol.protocolId} ${protocol.version}`}>
              <th scope="row">{protocol.protocolId} {protocol.version}</th>
              <td data-label={words.admin.state}>{protocol.inForce ? <span className="row tone-good"><Sign tone="good" size={16} />{words.admin.inForce}</span> : <span className="dim">–</span>}</td>
              <td data-label={words.admin.publishedAt}>{at === undefined ? "–" : dayTime(at, language)}</td>
              <td data-label={words.admin.publishedBy}>{nameOf(protocol.publishedBy)}</td>
              <td>
                <div className="row">
                  <Button size="small" label={`${words.admin.showFile}: ${protocol.version}`} onPress={() => onRead(protocol)}>{words.admin.showFile}</Button>
                  {onBegin && <Button size="small" label={`${words.admin.startFrom}: ${protocol.version}`} onPress={() => onBegin(protocol)}>{words.admin.startFrom}</Button>}
                </div>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
