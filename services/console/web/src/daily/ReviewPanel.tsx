import { useState } from "react";
import type { Day } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";
import { useWords } from "../i18n";
import { Button } from "../ui/Button";
import { Panel } from "../ui/Panel";
import { ReviewDialog } from "./ReviewDialog";

/** The centre's word on the latest sealed version. */
export function ReviewPanel({ day, latest, onReviewed }: { day: Day; latest: number; onReviewed: (tone: "good" | "warn", text: string) => void }) {
  const words = useWords();
  const [asking, setAsking] = useState<"approve" | "return">();
  const not = day.version === 0 ? "open" : day.version < latest ? "old" : day.state === "approved" ? "approved" : undefined;
  const done = (tone: "good" | "warn", text: string) => {
    setAsking(undefined);
    onReviewed(tone, text);
  };
  return (
    <Panel title={words.daily.review} tone={not ? "plain" : "strong"}>
      {not ? (
        <p className="dim">{words.daily.notReviewed[not]}</p>
      ) : (
        <>
          <p>{words.daily.reviewWhy(day.version)}</p>
          <div className="row">
            <Button weight="go" onPress={() => setAsking("approve")}>{words.daily.approve}</Button>
            <Button onPress={() => setAsking("return")}>{words.daily.returnIt}</Button>
          </div>
        </>
      )}
      {asking && <ReviewDialog key={asking} day={day} approve={asking === "approve"} onClose={() => setAsking(undefined)} onReviewed={done} />}
    </Panel>
  );
}
