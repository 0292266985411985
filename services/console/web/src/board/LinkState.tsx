import { useWords } from "../i18n";
import { span } from "../i18n/time";
import { Sign } from "../ui/Sign";
import { useMe } from "../session/SessionProvider";
import { hasBoard, useLineNow, useWatched } from "./BoardProvider";

/** Whether what is on the screen is what is. */
export function LinkState() {
  const words = useWords();
  const { link, heardAt, board, offset } = useWatched();
  const now = useLineNow();
  const { roles } = useMe();
  const away = board?.away ?? [];
  const tone = link === "live" ? (away.length > 0 ? "warn" : "good") : link === "stale" ? "bad" : "busy";
  const text = link === "live" ? (away.length > 0 ? words.app.partsAway(away.map((part) => words.app.parts[part] ?? part).join("・")) : words.app.live) : link === "stale" ? words.app.stale : words.app.connecting;
  if (!hasBoard(roles)) return null;
  return (
    <div className={`link tone-${tone}`}>
      <Sign tone={tone} size={18} />
      <span role={link === "stale" ? "alert" : "status"}>{text}</span>
      {link === "stale" && board && <span aria-hidden="true">{span(now - offset - heardAt)}</span>}
    </div>
  );
}
