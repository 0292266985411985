import { useEffect, useRef } from "react";
import { LinkState } from "../board/LinkState";
import { RingBanner, useRingingCall, useWindowName } from "../desk/RingBanner";
import { useTitle } from "../desk/title";
import { useWords } from "../i18n";
import { useMe } from "../session/SessionProvider";
import { AccountMenu } from "./AccountMenu";
import { go, matched, usePath } from "./router";
import { homeOf, isFor, ROUTES } from "./routes";

export function Shell() {
  const words = useWords();
  const me = useMe();
  const path = usePath();
  const main = useRef<HTMLElement>(null);
  const found = ROUTES.map((route) => ({ route, params: matched(route.path, path) })).find(({ params }) => params);
  const allowed = found !== undefined && isFor(found.route, me.roles);
  const title = allowed ? found.route.title(words) : words.app.notFound;

  const ringing = useRingingCall();
  const windowName = useWindowName();
  useTitle(`${title} · ${words.common.product}`, ringing && words.desk.ringingTitle(windowName(ringing.windowId)));
  useEffect(() => {
    if (path === "/") go(homeOf(me.roles));
  }, [path, me.roles]);
  // A new page is announced by its heading, as a load would be.
  useEffect(() => main.current?.focus({ preventScroll: true }), [path]);

  return (
    <>
      <a className="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>{words.app.skip}</a>
      <header className="top">
        <span className="brand">{words.common.product}</span>
        <Navigation path={path} roles={me.roles} />
        <LinkState />
        <AccountMenu />
      </header>
      <RingBanner />
      <main id="main" ref={main} tabIndex={-1} aria-label={title}>
        {allowed ? found.route.page(found.params ?? {}) : <NotFound />}
      </main>
    </>
  );
}

function Navigation({ path, roles }: { path: string; roles: string[] }) {
  const words = useWords();
  const pages = ROUTES.filter((route) => route.inNav && isFor(route, roles));
  return (
    <nav aria-label={words.app.navigation}>
      <ul className="nav">
        {pages.map((route) => (
          <li key={route.path}>
            <a href={`#${route.path}`} aria-current={matched(route.path, path) ? "page" : undefined}>{route.title(words)}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function NotFound() {
  const words = useWords();
  return (
    <div className="page">
      <h1>{words.app.notFound}</h1>
      <p>{words.app.notFoundWhy}</p>
      <p><a href="#/">{words.app.home}</a></p>
    </div>
  );
}
