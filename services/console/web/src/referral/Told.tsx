import type { Content } from "../gen/tomoshibi/referral/v1/referral_pb";
import { useWords, worded } from "../i18n";
import { inOrder } from "./standing";

/** What is told to the receiver, field by field, in the order of the sheet. */
export function Told({ content }: { content: Content[] }) {
  const words = useWords();
  return (
    <dl className="read told">
      {inOrder(content, Object.keys(words.referral.fields)).map(({ field, values }) => (
        <div key={field}>
          <dt>{worded(words.referral.fields, field)}</dt>
          <dd className="written">{values.map((value) => worded(words.referral.values[field] ?? {}, value)).join("、")}</dd>
        </div>
      ))}
    </dl>
  );
}
