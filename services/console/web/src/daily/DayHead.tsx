import { useState } from "react";
import type { Day } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { dayTime, millis } from "../i18n/time";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { addressOf } from "./days";
import { amount } from "./figures";
import { KeptOpenBy } from "./KeptOpenBy";
import { useNames } from "./toldNames";
import { useDateName } from "./names";
import { StateTag } from "./StateTag";

/** What is shown of a hash: enough to compare by eye. */
const SHORT = 12;

export function DayHead({ day, latest, onCallIds }: { day: Day; latest: number; onCallIds: string[] }) {
  const words = useWords();
  const { language } = useLanguage();
  const { staffName, windowName } = useNames();
  const dateName = useDateName();
  const sealed = millis(day.sealedAt);
  return (
    <Panel title={words.daily.head} aside={<StateTag state={day.state} />} tone={day.state === "returned" ? "bad" : "plain"}>
      <p>{worded(words.daily.stateWhy, day.state)}</p>
      {day.version > 0 && day.version < latest && <Notice tone="warn" live>{words.daily.oldVersion(latest)} <a href={addressOf(day.windowId, day.serviceDate)}>{words.daily.toLatest}</a></Notice>}
      <dl className="figures day-head">
        <div><dt>{words.daily.date}</dt><dd>{dateName(day.serviceDate)}</dd></div>
        <div><dt>{words.daily.window}</dt><dd>{windowName(day.windowId)}</dd></div>
        <div><dt>{words.daily.dayKind}</dt><dd>{worded(words.daily.kinds, day.dayKind)}</dd></div>
        <div><dt>{words.daily.calls}</dt><dd>{words.daily.amountOf(amount(day.calls, "cases", language), words.daily.units["cases"] ?? "")}</dd></div>
        <div><dt>{words.daily.version}</dt><dd>{day.version > 0 ? words.daily.versionOf(day.version) : words.daily.noVersion}</dd></div>
        {sealed !== undefined && <div><dt>{words.daily.sealedAt}</dt><dd>{dayTime(sealed, language)}</dd></div>}
        {day.hash && <div><dt>{words.daily.hash}</dt><dd><Hash hash={day.hash} /></dd></div>}
        {onCallIds.length > 0 && <div><dt>{words.daily.onCall}</dt><dd>{new Intl.ListFormat(language, { style: "narrow", type: "conjunction" }).format(onCallIds.map(staffName))}</dd></div>}
      </dl>
      {day.keptOpenBy.length > 0 && <div><h3>{words.daily.keptOpenBy}</h3><KeptOpenBy reasons={day.keptOpenBy} /></div>}
      {day.state === "returned" && day.comments && <blockquote className="advice written">{day.comments}</blockquote>}
    </Panel>
  );
}

/** Short, with the whole of it on the clipboard; or in full where pages may not write there. */
export function Hash({ hash, of }: { hash: string; of?: string }) {
  const words = useWords();
  const [copied, setCopied] = useState<"no" | "yes" | "refused">("no");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(hash);
      setCopied("yes");
    } catch {
      setCopied("refused");
    }
  };
  return (
    <span className="row">
      <code title={hash}>{copied === "refused" ? hash : `${hash.slice(0, SHORT)}…`}</code>
      <Button size="small" weight="quiet" label={of ? words.common.pair(of, words.daily.copyHash) : words.daily.copyHash} onPress={() => void copy()}>{words.daily.copy}</Button>
      <span className="small dim" role="status">{copied === "yes" ? words.daily.copied : copied === "refused" ? words.daily.notCopied : ""}</span>
    </span>
  );
}
