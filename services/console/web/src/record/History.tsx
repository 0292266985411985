import type { Record as RecordMessage } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useStaffName } from "../board/BoardProvider";
import { useLabel, useLanguage, useWords, worded } from "../i18n";
import { dayTime, millis } from "../i18n/time";
import { Button } from "../ui/Button";
import { Panel } from "../ui/Panel";
import type { Form } from "./forms";

export function History({ record, form, onShow }: { record: RecordMessage; form: Form; onShow: (revision: number) => void }) {
  const words = useWords();
  const label = useLabel();
  const { language } = useLanguage();
  const nameOf = useStaffName();
  return (
    <Panel title={words.record.history}>
      <ol className="history">
        {[...record.revisions].reverse().map((revision) => (
          <li key={revision.revision}>
            <div className="spread">
              <strong>{words.record.revision(revision.revision)} · {worded(words.record.kind, revision.kind)}{revision.code && ` · ${revision.code}`}</strong>
              <Button size="small" weight="quiet" label={`${words.record.showRevision} (${revision.revision})`} onPress={() => onShow(revision.revision)}>{words.record.showRevision}</Button>
            </div>
            <div className="dim small">{dayTime(millis(revision.at) ?? 0, language)} · {nameOf(revision.staffId)}</div>
            {revision.reason && <p>{words.common.pair(words.common.reason, revision.reason)}</p>}
            {revision.changed.length > 0 && <p className="small">{words.common.pair(words.record.changed, revision.changed.map((name) => label(form.label(name), name)).join("、"))}</p>}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
