import type { Words } from "../i18n";
import type { Form } from "./forms";

type Say = (label: { ja: string; en: string } | undefined, otherwise?: string) => string;

/** A field's values as a person reads them. */
export function shownValue(form: Form, name: string, values: string[], label: Say, words: Words): string {
  const question = name.startsWith("q:") ? form.questions.get(name.slice(2)) : undefined;
  const kind = form.kinds.get(name);
  return values
    .map((value) => {
      if (question) return label(question.options.find((option) => option.code === value)?.label, value);
      if (kind?.kind === "bool") return value === "true" ? words.common.yes : words.common.no;
      if (kind?.kind === "code" || kind?.kind === "codes") return label(form.code(kind.list, value), value);
      return value;
    })
    .join("、");
}
