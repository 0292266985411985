import { useWords } from "../i18n";
import { elementOf, jumpTo } from "../record/names";
import { Field, Select } from "../ui/Field";

/** Said with a referral, never in the record. */
const JOURNEY = ["accompanying", "transport", "police_involved"];
const DATES: ReadonlySet<string> = new Set(["birth_date", "legal_route_date"]);

interface Props {
  said: Record<string, string>;
  onSay: (said: Record<string, string>) => void;
}

/** Purpose, and how the person comes. */
export function Journey({ said, onSay }: Props) {
  const words = useWords();
  return (
    <div className="extra">
      <OneExtra name="purpose" said={said} onSay={onSay} hint={words.referral.purposeWhy} />
      {JOURNEY.map((name) => <OneExtra key={name} name={name} said={said} onSay={onSay} />)}
    </div>
  );
}

/** What is still needed: to the field of the record where it is on the page, or written here. */
export function MissingFields({ missing, said, onSay }: Props & { missing: string[] }) {
  const words = useWords();
  return (
    <div className="stack-small">
      <h3>{words.referral.missing(missing.length)}</h3>
      <p className="hint">{words.referral.missingWhy}</p>
      <div className="extra">
        {missing.map((name) => (
          <div key={name} className="missing stack-small">
            <OneExtra name={name} said={said} onSay={onSay} />
            {document.getElementById(elementOf(name)) && <button type="button" className="jump" onClick={() => jumpTo(name)}>{words.referral.inRecord}<span className="hidden-text"> {words.referral.fields[name] ?? name}</span></button>}
          </div>
        ))}
      </div>
    </div>
  );
}

function OneExtra({ name, said, onSay, hint }: Props & { name: string; hint?: string }) {
  const words = useWords();
  const label = words.referral.fields[name] ?? name;
  const value = said[name] ?? "";
  const say = (next: string) => onSay({ ...said, [name]: next });
  const codes = words.referral.values[name];
  if (codes) return <Select label={label} value={value} onChange={say} options={Object.entries(codes).map(([code, words]) => ({ value: code, label: words }))} empty={words.referral.unsaid} hint={hint} />;
  return <Field label={label} type={DATES.has(name) ? "date" : "text"} value={value} onChange={say} />;
}
