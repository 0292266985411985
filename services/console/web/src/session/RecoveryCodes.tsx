import { useState } from "react";
import { useWords } from "../i18n";
import { Button } from "../ui/Button";
import { Check } from "../ui/Field";
import { Notice } from "../ui/Notice";

/** Shown once: one goes on only after saying that they are kept. */
export function RecoveryCodes({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  const words = useWords();
  const [kept, setKept] = useState(false);
  return (
    <div className="stack">
      <Notice tone="warn">{words.session.recoveryWhy}</Notice>
      <ol className="codes" aria-label={words.session.recoveryCodes}>
        {codes.map((code) => (
          <li key={code}><code>{code}</code></li>
        ))}
      </ol>
      <Button onPress={() => window.print()}>{words.common.print}</Button>
      <Check checked={kept} onChange={setKept}>{words.session.recoveryKept}</Check>
      <Button weight="primary" disabled={!kept} onPress={onKept}>{words.common.next}</Button>
    </div>
  );
}
