import { useMemo } from "react";
import { useWords } from "../i18n";
import { Panel } from "../ui/Panel";
import { FieldInput } from "./FieldInput";
import type { Form } from "./forms";
import { grouped } from "./names";
import type { Sheet } from "./sheet";

export function FieldGroups({ form, sheet, locked, missing }: { form: Form; sheet: Sheet; locked: boolean; missing: ReadonlySet<string> }) {
  const words = useWords();
  const groups = useMemo(() => grouped(form.described.fields), [form]);
  return (
    <>
      {groups.map(({ group, kinds }) => (
        <Panel key={group} title={words.record.groups[group]}>
          <div className="fields">
            {kinds.map((kind) => (
              <FieldInput key={kind.name} form={form} kind={kind} sheet={sheet} locked={locked} missing={missing.has(kind.name)} />
            ))}
          </div>
        </Panel>
      ))}
    </>
  );
}
