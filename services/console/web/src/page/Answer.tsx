import { useState } from "react";
import type { AnswerPageResponse } from "../gen/tomoshibi/console/v1/console_pb";
import { useWords } from "../i18n";
import { useClients } from "../net/clients";
import { useOperator } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TroubleNotice } from "../ui/Notice";
import { useAct } from "../ui/useAct";
import { mayAccept, mayDecline, type Standing } from "./standing";

/** Yes with one press; a no is asked about once, for it cannot be heard as a slip. */
export function Answer({ pageId, standing, onAnswered }: { pageId: string; standing: Standing; onAnswered: (answer: AnswerPageResponse) => void }) {
  const words = useWords();
  const { console } = useClients();
  const operator = useOperator();
  const [sure, setSure] = useState(false);
  const answer = useAct(async (accept: boolean) => {
    const said = await console.answerPage({ ...operator, pageId, accept });
    setSure(false);
    onAnswered(said);
  });
  if (!mayAccept(standing) && !mayDecline(standing) && !answer.trouble) return null;
  return (
    <div className="page-answer">
      {!sure && <TroubleNotice trouble={answer.trouble} />}
      {mayAccept(standing) && <Button weight="go" size="big" busy={answer.busy} onPress={() => void answer.run(true)}>{words.page.accept}</Button>}
      {mayDecline(standing) && <Button size="big" busy={answer.busy} onPress={() => setSure(true)}>{words.page.decline}</Button>}
      <Dialog title={words.page.decline} open={sure} onClose={() => setSure(false)} alert>
        <p>{words.page.declineSure}</p>
        <TroubleNotice trouble={answer.trouble} />
        <div className="row">
          <Button weight="danger" busy={answer.busy} onPress={() => void answer.run(false)}>{words.page.decline}</Button>
          <Button autoFocus onPress={() => setSure(false)}>{words.common.cancel}</Button>
        </div>
      </Dialog>
    </div>
  );
}
