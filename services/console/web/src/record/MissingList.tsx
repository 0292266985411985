import type { Missing } from "../gen/tomoshibi/triage/v1/triage_pb";
import { useLabel, useWords } from "../i18n";
import { Sign } from "../ui/Sign";
import type { Form } from "./forms";
import { jumpTo } from "./names";

/** What stands between the record and its signature; each line leads to its field. */
export function MissingList({ missing, form }: { missing: Missing[]; form: Form }) {
  const words = useWords();
  const label = useLabel();
  if (missing.length === 0) {
    return <p className="row tone-good" role="status"><Sign tone="good" size={18} />{words.record.missingNone}</p>;
  }
  return (
    <details className="missing-list">
      <summary>{words.record.missing(missing.length)}</summary>
      <ul className="plain-list">
        {missing.map(({ field, why }) => (
          <li key={field}>
            <button type="button" className="jump" onClick={() => jumpTo(field)}>{label(form.label(field), field)}</button>
            {why && <span className="dim small"> {label(why)}</span>}
          </li>
        ))}
      </ul>
    </details>
  );
}
