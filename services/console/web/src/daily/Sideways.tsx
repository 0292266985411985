import type { ReactNode } from "react";
import { useWords } from "../i18n";

/** Wider than a phone: moved by finger or, once focused, by the arrow keys. */
export function Sideways({ title, children }: { title: string; children: ReactNode }) {
  const words = useWords();
  return (
    <div className="sideways" role="region" tabIndex={0} aria-label={words.daily.scrolls(title)}>
      {children}
    </div>
  );
}
