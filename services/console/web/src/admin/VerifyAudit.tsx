import { useState } from "react";
import type { VerifyAuditResponse } from "../gen/tomoshibi/console/v1/access_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useAct } from "../ui/useAct";

/** Recomputes the chain and tells where it does not hold. */
export function VerifyAudit() {
  const words = useWords();
  const { language } = useLanguage();
  const { admin } = useClients();
  const operator = useOperator();
  const [result, setResult] = useState<VerifyAuditResponse>();
  const verify = useAct(async () => {
    setResult(undefined);
    // A long log takes its time.
    setResult(await admin.verifyAudit({ ...operator }, { timeoutMs: 120_000 }));
  });
  const entries = result ? new Intl.NumberFormat(language).format(result.entries) : "";
  return (
    <Panel title={words.admin.verify} aside={<Button busy={verify.busy} onPress={() => void verify.run()}>{words.admin.verify}</Button>}>
      <TroubleNotice trouble={verify.trouble} />
      {verify.busy && <p role="status">{words.common.loading}</p>}
      {result && result.faults.length === 0 && <Notice tone="good" live>{words.admin.verified(entries)}</Notice>}
      {result && result.faults.length > 0 && (
        <Notice tone="bad" live>
          <p>{words.admin.broken(result.faults.length, entries)}</p>
          <ul className="plain-list">
            {result.faults.map(({ seq, fault }) => <li key={`${seq} ${fault}`}><span className="clock">{words.admin.seq} {String(seq)}</span> {worded(words.admin.faultKinds, fault)}</li>)}
          </ul>
        </Notice>
      )}
    </Panel>
  );
}
