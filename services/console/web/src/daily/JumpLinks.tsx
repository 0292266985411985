import type { MouseEvent } from "react";
import { useWords } from "../i18n";

/** Parts of a day's page that can be gone to. */
export type Part = "figures" | "plots" | "versions" | "review" | "export";

export const placeOfPart = (part: Part) => `day-${part}`;

/** The address after "#" is the page's own, so the way is gone by hand: the focus moves with the eye. */
function goTo(event: MouseEvent, part: Part) {
  event.preventDefault();
  const place = document.getElementById(placeOfPart(part));
  place?.focus({ preventScroll: true });
  place?.scrollIntoView();
}

export function JumpLinks({ parts }: { parts: Part[] }) {
  const words = useWords();
  return (
    <nav className="no-print" aria-label={words.daily.onThisPage}>
      <ul className="nav">
        {parts.map((part) => <li key={part}><a href={`#${placeOfPart(part)}`} onClick={(event) => goTo(event, part)}>{words.daily.jumpTo[part]}</a></li>)}
      </ul>
    </nav>
  );
}
