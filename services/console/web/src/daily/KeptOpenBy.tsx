import { isFor, ROUTES } from "../app/routes";
import type { KeptOpen } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";
import { useWords, worded } from "../i18n";
import { useMe } from "../session/SessionProvider";
import { isUnwritten, placeOf } from "./days";
import { useNames } from "./toldNames";

/** What a day waits for, with ways there for whom those pages are. */
export function KeptOpenBy({ reasons, most = Number.POSITIVE_INFINITY }: { reasons: KeptOpen[]; most?: number }) {
  const words = useWords();
  const { staffName } = useNames();
  const { roles } = useMe();
  const isOpen = (path: string) => ROUTES.some((route) => route.path === path && isFor(route, roles));
  if (reasons.length === 0) return null;
  return (
    <ul className="plain-list">
      {reasons.slice(0, most).map(({ why, id, staffId }) => {
        const place = placeOf({ why, id, staffId }, isOpen);
        const short = id.slice(0, 8);
        const name = isUnwritten({ why, staffId }) ? words.daily.unwritten(short) : `${worded(words.daily.why, why)}${id ? ` ${short}` : ""}`;
        return (
          <li key={`${why} ${id}`}>
            {place ? <a href={place}>{name}</a> : name}
            {staffId && <span className="dim small"> {words.daily.heldBy(staffName(staffId))}</span>}
          </li>
        );
      })}
      {reasons.length > most && <li className="dim small">{words.daily.andMore(reasons.length - most)}</li>}
    </ul>
  );
}
