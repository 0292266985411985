import type { ReactNode } from "react";
import { useWords } from "../i18n";
import type { Trouble } from "../net/trouble";
import { Sign, type Tone } from "./Sign";

/** A remark with a sign and words: its colour only repeats them. */
export function Notice({ tone, children, live = false }: { tone: Tone; children: ReactNode; live?: boolean }) {
  return (
    <div className={`notice tone-${tone}`} {...(live ? { role: tone === "bad" ? "alert" : "status" } : {})}>
      <Sign tone={tone} />
      <div>{children}</div>
    </div>
  );
}

export function TroubleNotice({ trouble }: { trouble: Trouble | undefined }) {
  const words = useWords();
  if (!trouble) return null;
  return (
    <Notice tone="bad" live>
      <strong>{words.trouble[trouble.kind]}</strong>
      {trouble.words && trouble.kind !== "away" && <div lang="en" className="server-words">{trouble.words}</div>}
    </Notice>
  );
}
