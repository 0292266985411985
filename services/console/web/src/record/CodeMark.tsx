import { useWords } from "../i18n";

const TONES: Record<string, string> = { A: "bad", B: "bad", C: "warn", D: "busy" };

/** The triage code as a letter in a frame; its words say the rest. */
export function CodeMark({ code, big = false }: { code: string; big?: boolean }) {
  const words = useWords();
  if (!code) return <span className="dim">{words.record.noCode}</span>;
  return <strong className={`code-mark ${big ? "code-mark-big" : ""} tone-${TONES[code] ?? "plain"} code-${code}`}>{code}</strong>;
}
