import { isFor, ROUTES } from "../app/routes";
import { useStaffName } from "../board/BoardProvider";
import type { KeptOpen } from "../gen/tomoshibi/daily_log/v1/daily_log_pb";
import { useWords, worded } from "../i18n";
import { useMe } from "../session/SessionProvider";
import { placeOf } from "./days";

/** What a day waits for, with ways there for whom those pages are. */
export function KeptOpenBy({ reasons, most = Number.POSITIVE_INFINITY }: { reasons: KeptOpen[]; most?: number }) {
  const words = useWords();
  const staffName = useStaffName();
  const { roles } = useMe();
  const isOpen = (path: string) => ROUTES.some((route) => route.path === path && isFor(route, roles));
  if (reasons.length === 0) return null;
  return (
    <ul className="plain-list">
      {reasons.slice(0, most).map(({ why, id, staffId }) => {
        const place = placeOf({ why, id }, isOpen);
        const name = `${worded(words.daily.why, why)}${id ? ` ${id.slice(0, 8)}` : ""}`;
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
