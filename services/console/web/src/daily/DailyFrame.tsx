import type { ReactNode } from "react";
import { usePath } from "../app/router";
import { useWords } from "../i18n";
import { useMe } from "../session/SessionProvider";
import { may } from "./days";
import { type Names, NamesProvider } from "./toldNames";

interface Props {
  title: ReactNode;
  /** Which of the pages is open; none on a page below them. */
  here?: "list" | "reports" | "support";
  aside?: ReactNode;
  /** What windows and people are called, for all that stands below. */
  names: Names;
  children: ReactNode;
  className?: string;
}

/** Heading and the ways between the pages of the daily log, each for whom it is. */
export function DailyFrame({ title, here, aside, names, children, className = "" }: Props) {
  const words = useWords();
  const { roles } = useMe();
  const path = usePath();
  const pages = [
    { part: "list" as const, path: "/days", open: may("read", roles) },
    { part: "reports" as const, path: "/reports", open: may("report", roles) },
    { part: "support" as const, path: "/night-support", open: may("support", roles) },
  ].filter(({ open }) => open);
  return (
    <div className={`page daily ${className}`}>
      <div className="spread">
        <h1>{title}</h1>
        {aside}
      </div>
      {pages.length > 1 && (
        <nav className="no-print" aria-label={words.daily.sections}>
          <ul className="nav">
            {pages.map((page) => (
              <li key={page.part}><a href={`#${page.path}`} aria-current={page.part === here && path.startsWith(page.path) ? "page" : undefined}>{words.daily[page.part]}</a></li>
            ))}
          </ul>
        </nav>
      )}
      <NamesProvider names={names}>{children}</NamesProvider>
    </div>
  );
}
