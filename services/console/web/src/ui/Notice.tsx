import type { ReactNode } from "react";
import { useLanguage, useWords } from "../i18n";
import { inJapanese } from "../net/refusals";
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
      {trouble.words && trouble.kind !== "away" && <div className="server-words"><ServerWords>{trouble.words}</ServerWords></div>}
    </Notice>
  );
}

/** What the server said, which it says in English, in the language of the page where that is known. */
export function ServerWords({ children }: { children: string }) {
  const { language } = useLanguage();
  const japanese = language === "ja" ? inJapanese(children) : undefined;
  return japanese ? <>{japanese}</> : <span lang="en">{children}</span>;
}
