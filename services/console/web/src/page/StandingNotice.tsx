import { useLineNow, useStaffName } from "../board/BoardProvider";
import type { Escalation } from "../gen/tomoshibi/escalation/v1/escalation_pb";
import { useWords } from "../i18n";
import { millis, span } from "../i18n/time";
import { useMe } from "../session/SessionProvider";
import { Notice } from "../ui/Notice";
import { standingFor } from "./standing";

/** Who has it, as far as it concerns the one who looks. */
export function StandingNotice({ escalation, live = false }: { escalation: Escalation; live?: boolean }) {
  const words = useWords();
  const nameOf = useStaffName();
  const { staffId } = useMe();
  const who = nameOf(escalation.acceptedBy);
  switch (standingFor(escalation, staffId)) {
    case "asked":
      return <Left escalation={escalation} said={words.page.nextIn} />;
    case "declined":
      return <Notice tone="plain" live={live}>{words.page.declined} {words.page.lateYes}</Notice>;
    case "mine":
      return (
        <>
          <Notice tone="good" live={live}>{words.page.accepted}</Notice>
          <Left escalation={escalation} said={words.page.lapsesIn} />
        </>
      );
    case "done":
      return <Notice tone="good" live={live}>{words.page.youActed}</Notice>;
    case "taken_over":
      return <Notice tone="good" live={live}>{words.page.takenOver(who)}</Notice>;
    case "acted":
      return <Notice tone="good" live={live}>{words.page.acted(who)}</Notice>;
    case "withdrawn":
      return <Notice tone="plain" live={live}>{words.page.withdrawn}</Notice>;
    case "unreached":
      return <Notice tone="bad" live={live}>{words.page.unreached}</Notice>;
  }
}

function Left({ escalation, said }: { escalation: Escalation; said: (time: string) => string }) {
  const now = useLineNow();
  const at = millis(escalation.nextAt);
  if (at === undefined || at <= now) return null;
  // A clock that is read aloud each second would be unbearable.
  return <span className="clock" role="timer" aria-live="off">{said(span(at - now))}</span>;
}
