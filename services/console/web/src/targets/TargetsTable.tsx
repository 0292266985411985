import { memo, useState } from "react";
import { useLineNow } from "../board/BoardProvider";
import type { Target } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useWords, worded } from "../i18n";
import { dateAt } from "../rota/month";
import { Button } from "../ui/Button";
import { daysSince } from "./directory";
import { numbersIn } from "./numbers";

/** Lines at once: a directory may have two thousand. */
const MOST = 100;

interface Props {
  targets: Target[];
  /** None: for reading. */
  onChange: ((target: Target) => void) | undefined;
}

export function TargetsTable({ targets, onChange }: Props) {
  const words = useWords();
  const { fields } = words.targets;
  const today = dateAt(useLineNow());
  const [most, setMost] = useState(MOST);
  const left = targets.length - most;
  return (
    <>
      <table className="table directory">
        <caption className="hidden-text">{words.targets.list}</caption>
        <thead>
          <tr>
            <th scope="col">{fields.name}</th>
            <th scope="col">{fields.kind}</th>
            <th scope="col">{fields.number}</th>
            <th scope="col">{fields.hours}</th>
            <th scope="col">{fields.catchment}</th>
            <th scope="col">{fields.way}</th>
            <th scope="col">{fields.last_checked}</th>
            {onChange && <th scope="col">{words.admin.acts}</th>}
          </tr>
        </thead>
        <tbody>
          {targets.slice(0, most).map((target) => <Line key={target.targetId} target={target} today={today} onChange={onChange} />)}
        </tbody>
      </table>
      {left > 0 && <div><Button onPress={() => setMost(most + MOST)}>{words.targets.more(left)}</Button></div>}
    </>
  );
}

/** Not drawn again whenever the clock goes on. */
const Line = memo(function Line({ target, today, onChange }: { target: Target; today: string } & Pick<Props, "onChange">) {
  const words = useWords();
  const { fields } = words.targets;
  const orUnsaid = (text: string) => text || <span className="dim">{words.targets.unsaid}</span>;
  return (
    <tr>
      <th scope="row">{target.name}<div className="dim small">{target.targetId}</div></th>
      <td data-label={fields.kind}>{worded(words.referral.kind, target.kind)}</td>
      <td data-label={fields.number}>{target.number ? <Numbers text={target.number} /> : orUnsaid("")}</td>
      <td data-label={fields.hours}>{orUnsaid(target.hours)}</td>
      <td data-label={fields.catchment}>{orUnsaid(target.catchment)}</td>
      <td data-label={fields.way}>{worded(words.targets.ways, target.way)}</td>
      <td data-label={fields.last_checked}><Checked date={target.lastChecked} today={today} /></td>
      {onChange && <td><Button size="small" label={words.targets.changeTitle(target.name)} onPress={() => onChange(target)}>{words.targets.change}</Button></td>}
    </tr>
  );
});

/** What is in it can be rung with one press. */
function Numbers({ text }: { text: string }) {
  return <>{numbersIn(text).map((part, place) => (part.dial ? <a key={place} href={`tel:${part.dial}`}>{part.text}</a> : <span key={place}>{part.text}</span>))}</>;
}

/** With its age: nobody has said from when on it is too old. */
function Checked({ date, today }: { date: string; today: string }) {
  const words = useWords();
  const days = daysSince(date, today);
  if (date === "") return <span className="tag tone-warn">{words.targets.unchecked}</span>;
  return <><span className="clock">{date}</span>{days !== undefined && <div className="dim small">{words.targets.daysAgo(days)}</div>}</>;
}
