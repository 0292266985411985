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
/** What the figures are counted from; never for publishing. */
const RAW = "raw";

interface Props {
  read: (how: { format: string; publish: boolean }) => Promise<SavedFile>;
  /** Days of one window and few enough: what they are counted from can be had too. */
  raw?: boolean;
  /** Where the page itself has the switch. */
  publish?: boolean;
}

/** A file for a spreadsheet or a program, kept by the browser. */
export function ExportPanel({ read, raw = false, publish }: Props) {
  const words = useWords();
  const { language } = useLanguage();
  const fresh = useFresh();
  const formats = raw ? [...FORMATS, RAW] : FORMATS;
  const [chosen, setChosen] = useState("csv");
  const format = formats.includes(chosen) ? chosen : "csv";
  const [own, setOwn] = useState(false);
  const [done, setDone] = useState<{ name: string; size: string }>();
  const go = useAct(async () => {
    setDone(undefined);
    const file = await fresh(() => read({ format, publish: format !== RAW && (publish ?? own) }));
    saved(file);
    setDone({ name: file.name, size: sizeOf(file.file.length, language) });
  });
  return (
    <div className="no-print">
      <Panel title={words.daily.export}>
        <p className="dim">{words.daily.exportWhy}</p>
        <Choices legend={words.daily.format} options={formats.map((value) => ({ value, label: words.daily.formats[value] ?? value }))} chosen={[format]} onChoose={([next = "csv"]) => setChosen(next)} required />
        {format === RAW && <p className="hint">{words.daily.rawWhy}</p>}
        {publish === undefined && format !== RAW && (
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
