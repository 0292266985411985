import { useState } from "react";
import { useWords } from "../i18n";
import { Button } from "./Button";
import { Notice } from "./Notice";

/** A secret that the server tells once: to be read, or taken with one press. */
export function ShownOnce({ why, label, secret }: { why: string; label: string; secret: string }) {
  const words = useWords();
  const [copied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard?.writeText(secret).then(() => setCopied(true), () => undefined);
  return (
    <Notice tone="warn" live>
      <p>{why}</p>
      <p><span className="dim small">{label}</span><br /><code className="secret">{secret}</code></p>
      <div className="row">
        <Button size="small" onPress={copy}>{words.rota.copy}</Button>
        {copied && <span role="status">{words.rota.copied}</span>}
      </div>
    </Notice>
  );
}
