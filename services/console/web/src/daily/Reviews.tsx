import type { Review } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";
import { useLanguage, useWords, worded } from "../i18n";
import { dayTime, millis } from "../i18n/time";
import { Panel } from "../ui/Panel";
import { Sign } from "../ui/Sign";
import { toneOf } from "./days";
import { useNames } from "./toldNames";

export function Reviews({ reviews }: { reviews: Review[] }) {
  const words = useWords();
  const { language } = useLanguage();
  const { staffName } = useNames();
  return (
    <Panel title={words.daily.reviews}>
      {reviews.length === 0 && <p className="dim">{words.daily.noReviews}</p>}
      <ol className="history">
        {reviews.map(({ version, verdict, staffId, at, comments }, index) => (
          <li key={`${version} ${index}`}>
            <p className="row">
              <span className={`row tone-${toneOf(verdict)}`}><Sign tone={toneOf(verdict)} size={18} /><strong>{worded(words.daily.verdicts, verdict)}</strong></span>
              <span>{words.daily.versionOf(version)}</span>
              <span className="clock">{dayTime(millis(at) ?? 0, language)}</span>
              {staffId && <span>{staffName(staffId)}</span>}
            </p>
            {comments && <p className="written">{comments}</p>}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
