import { type ReactNode, useState } from "react";
import { fitting } from "../admin/fitting";
import type { Target } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { useTargets } from "../referral/Targets";
import { useMe } from "../session/SessionProvider";
import { Button } from "../ui/Button";
import { Field, Select } from "../ui/Field";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { inOrder, mayKeep, type Order } from "./directory";
import { ExportButton } from "./ExportButton";
import { ImportDialog } from "./ImportDialog";
import { TargetDialog } from "./TargetDialog";
import { TargetsTable } from "./TargetsTable";

type Open = { what: "import" } | { what: "entry"; target?: Target };

/** Whom a case can be handed to: for reading, and for whoever keeps the directory. */
export function TargetsPage() {
  const words = useWords();
  const keeps = mayKeep(useMe().roles);
  const listed = useTargets();
  const [open, setOpen] = useState<Open>();
  const [said, setSaid] = useState("");
  const begin = (next: Open) => (setSaid(""), setOpen(next));
  const close = () => setOpen(undefined);
  const done = (text: string) => {
    close();
    setSaid(text);
    listed.again();
  };
  return (
    <div className="page">
      <div className="spread">
        <h1>{words.targets.heading}</h1>
        {keeps && (
          <div className="row">
            <Button weight="primary" onPress={() => begin({ what: "entry" })}>{words.targets.add}</Button>
            <Button onPress={() => begin({ what: "import" })}>{words.targets.import}</Button>
            <ExportButton onBegin={() => setSaid("")} onDone={setSaid} />
          </div>
        )}
      </div>
      {said && <Notice tone="good" live>{said}</Notice>}
      <TroubleNotice trouble={listed.trouble} />
      {listed.busy && !listed.value && <p role="status">{words.common.loading}</p>}
      {listed.value && <Listed all={listed.value} changes={keeps ? (target) => begin({ what: "entry", target }) : undefined} />}
      {open?.what === "entry" && <TargetDialog target={open.target} taken={(listed.value ?? []).map(({ targetId }) => targetId)} onClose={close} onSaved={(name) => done(words.targets.saved(name))} />}
      {open?.what === "import" && <ImportDialog onClose={close} onDone={({ added, changed, unchanged }) => done(words.targets.imported(added, changed, unchanged))} />}
    </div>
  );
}

function Listed({ all, changes }: { all: Target[]; changes: ((target: Target) => void) | undefined }): ReactNode {
  const words = useWords();
  const { language } = useLanguage();
  const [text, setText] = useState("");
  const [order, setOrder] = useState<Order>("kind");
  const found = fitting(all, text, ({ targetId, name, kind, catchment }) => [targetId, name, worded(words.referral.kind, kind), catchment]);
  const shown = inOrder(found, order, Object.keys(words.referral.kind), language);
  return (
    <Panel title={words.targets.list}>
      <p className="dim">{words.targets.why}</p>
      <div className="row-end" role="search" aria-label={words.common.search}>
        <Field label={words.targets.filter} type="search" value={text} onChange={setText} />
        <Select label={words.targets.order} value={order} onChange={(next) => setOrder(next as Order)} options={Object.entries(words.targets.orders).map(([value, label]) => ({ value, label }))} />
      </div>
      <p className="dim small" role="status">{words.admin.shownOf(shown.length, all.length)}</p>
      {all.length === 0 && <p>{words.referral.noTargets}</p>}
      {all.length > 0 && shown.length === 0 && <p className="dim">{words.admin.nothing}</p>}
      {shown.length > 0 && <TargetsTable key={`${text} ${order}`} targets={shown} onChange={changes} />}
    </Panel>
  );
}
