// Every page, whom it is for, and whether it is in the navigation.
import type { ReactNode } from "react";
import { AdminPage } from "../admin/AdminPage";
import { CentrePage } from "../centre/CentrePage";
import { DayPage } from "../daily/DayPage";
import { DaysPage } from "../daily/DaysPage";
import { NightSupportPage } from "../daily/NightSupportPage";
import { ReportPage } from "../daily/ReportPage";
import { DeskPage } from "../desk/DeskPage";
import type { Words } from "../i18n";
import { NightPage } from "../night/NightPage";
import { PagePage } from "../page/PagePage";
import { PagesPage } from "../page/PagesPage";
import { PeoplePage } from "../people/PeoplePage";
import { PersonPage } from "../people/PersonPage";
import { RecordPage } from "../record/RecordPage";
import { RecordsPage } from "../record/RecordsPage";
import { RotaPage } from "../rota/RotaPage";
import { AccountPage } from "../session/AccountPage";
import { TargetsPage } from "../targets/TargetsPage";
import type { Params } from "./router";

export type Role = "counsellor" | "psychiatrist" | "supervisor" | "centre" | "rota_manager" | "operator_admin" | "auditor";

export interface Route {
  path: string;
  /** None: everybody who is signed in. */
  roles?: Role[];
  title: (words: Words) => string;
  /** In the navigation, in this order. */
  inNav?: boolean;
  page: (params: Params) => ReactNode;
}

export const ROUTES: Route[] = [
  { path: "/night", roles: ["supervisor"], title: (words) => words.night.title, inNav: true, page: () => <NightPage /> },
  { path: "/pages", roles: ["psychiatrist"], title: (words) => words.page.list, inNav: true, page: () => <PagesPage /> },
  { path: "/page/:id", roles: ["psychiatrist", "supervisor"], title: (words) => words.page.title, page: ({ id = "" }) => <PagePage key={id} pageId={id} /> },
  { path: "/desk", roles: ["counsellor", "supervisor"], title: (words) => words.app.desk, inNav: true, page: () => <DeskPage /> },
  { path: "/centre", roles: ["centre"], title: (words) => words.centre.title, inNav: true, page: () => <CentrePage /> },
  { path: "/records", roles: ["counsellor", "supervisor"], title: (words) => words.app.records, inNav: true, page: () => <RecordsPage /> },
  { path: "/record/:id", roles: ["counsellor", "psychiatrist", "supervisor", "auditor"], title: (words) => words.app.record, page: ({ id = "" }) => <RecordPage key={id} recordId={id} /> },
  { path: "/people", roles: ["counsellor", "supervisor"], title: (words) => words.app.people, inNav: true, page: () => <PeoplePage /> },
  { path: "/person/:id", roles: ["counsellor", "psychiatrist", "supervisor"], title: (words) => words.app.person, page: ({ id = "" }) => <PersonPage key={id} personId={id} /> },
  { path: "/rota", roles: ["counsellor", "psychiatrist", "supervisor", "rota_manager"], title: (words) => words.rota.title, inNav: true, page: () => <RotaPage /> },
  { path: "/admin", roles: ["operator_admin", "auditor", "supervisor"], title: (words) => words.admin.title, inNav: true, page: () => <AdminPage /> },
  { path: "/days", roles: ["counsellor", "supervisor", "centre", "operator_admin", "auditor"], title: (words) => words.daily.title, inNav: true, page: () => <DaysPage /> },
  { path: "/day/:window/:date", roles: ["counsellor", "supervisor", "centre", "operator_admin", "auditor"], title: (words) => words.daily.title, page: ({ window = "", date = "" }) => <DayPage key={`${window} ${date}`} windowId={window} date={date} /> },
  { path: "/reports", roles: ["supervisor", "centre", "operator_admin", "auditor"], title: (words) => words.daily.reports, page: () => <ReportPage /> },
  { path: "/night-support", roles: ["supervisor", "operator_admin"], title: (words) => words.daily.support, page: () => <NightSupportPage /> },
  { path: "/targets", roles: ["counsellor", "supervisor", "operator_admin", "centre"], title: (words) => words.targets.title, inNav: true, page: () => <TargetsPage /> },
  { path: "/account", title: (words) => words.app.account, page: () => <AccountPage /> },
];

export function isFor(route: Route, roles: string[]): boolean {
  return !route.roles || route.roles.some((role) => roles.includes(role));
}

/** Where somebody begins: the first page of the navigation that is theirs. */
export function homeOf(roles: string[]): string {
  return ROUTES.find((route) => route.inNav && isFor(route, roles))?.path ?? "/account";
}
