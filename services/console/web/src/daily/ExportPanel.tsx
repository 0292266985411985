import { useState } from "react";
import { useLanguage, useWords } from "../i18n";
import { useFresh } from "../session/Fresh";
import { Button } from "../ui/Button";
import { Choices } from "../ui/Choices";
import { Check } from "../ui/Field";
import { Notice, TroubleNotice } from "../ui/Notice";
import { Panel } from "../ui/Panel";
import { useAct } from "../ui/useAct";
import { type SavedFile, saved, sizeOf } from "./file";
import { Working } from "./Working";

const FORMATS = ["csv", "xlsx", "json"];

interface Props {
  read: (how: { format: string; publish: boolean }) => Promise<SavedFile>;
  /** Where the page itself has the switch. */
  publish?: boolean;
}

/** A file for a spreadsheet or a program, kept by the browser. */
export function ExportPanel({ read, publish }: Props) {
  const words = useWords();
  const { language } = useLanguage();
  const fresh = useFresh();
  const [format, setFormat] = useState("csv");
  const [own, setOwn] = useState(false);
  const [done, setDone] = useState<{ name: string; size: string }>();
  const go = useAct(async () => {
    setDone(undefined);
    const file = await fresh(() => read({ format, publish: publish ?? own }));
    saved(file);
    setDone({ name: file.name, size: sizeOf(file.file.length, language) });
  });
  return (
    <div className="no-print">
      <Panel title={words.daily.export}>
        <p className="dim">{words.daily.exportWhy}</p>
        <Choices legend={words.daily.format} options={FORMATS.map((value) => ({ value, label: words.daily.formats[value] ?? value }))} chosen={[format]} onChoose={([next = "csv"]) => setFormat(next)} required />
        {publish === undefined && (
          <div>
            <Check checked={own} onChange={setOwn}>{words.daily.publish}</Check>
            <p className="hint">{words.daily.publishWhy}</p>
          </div>
        )}
        <TroubleNotice trouble={go.trouble} />
        {go.busy && <Working title={words.daily.exporting} />}
        {done && <Notice tone="good" live>{words.daily.exported(done.name, done.size)}</Notice>}
        <div><Button weight="primary" busy={go.busy} onPress={() => void go.run()}>{words.daily.exportGo}</Button></div>
      </Panel>
    </div>
  );
}
