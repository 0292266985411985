import type { ReactNode } from "react";
import { usePath } from "../app/router";
import type { Role } from "../app/routes";
import { type Words, useWords } from "../i18n";
import { useMe } from "../session/SessionProvider";
import { Accounts } from "./Accounts";
import { AuditLog } from "./AuditLog";
import { Prompts } from "./Prompts";
import { Protocols } from "./Protocols";
import { RetentionSection } from "./RetentionSection";
import { Settings } from "./Settings";
import { StandingAlarms } from "./StandingAlarms";

interface Section {
  part: "alarms" | "accounts" | "protocols" | "prompts" | "settings" | "audit" | "retention";
  roles: Role[];
  show: () => ReactNode;
}

const SECTIONS: Section[] = [
  { part: "alarms", roles: ["operator_admin"], show: () => <StandingAlarms /> },
  { part: "accounts", roles: ["operator_admin", "auditor"], show: () => <Accounts /> },
  { part: "protocols", roles: ["supervisor", "operator_admin", "auditor"], show: () => <Protocols /> },
  { part: "prompts", roles: ["operator_admin", "supervisor"], show: () => <Prompts /> },
  { part: "settings", roles: ["operator_admin", "auditor"], show: () => <Settings /> },
  { part: "audit", roles: ["auditor", "operator_admin"], show: () => <AuditLog /> },
  { part: "retention", roles: ["supervisor", "operator_admin"], show: () => <RetentionSection /> },
];

/** Parts by role, one at a time, each with an address of its own: `#/admin?part=audit`. */
export function AdminPage() {
  const words = useWords();
  const { roles } = useMe();
  const asked = new URLSearchParams(usePath().split("?")[1]).get("part");
  const mine = SECTIONS.filter((section) => section.roles.some((role) => roles.includes(role)));
  const shown = mine.find(({ part }) => part === asked) ?? mine[0];
  const nameOf = (part: Section["part"]) => (words.admin as Pick<Words["admin"], Section["part"]>)[part];
  if (!shown) return null;
  return (
    <div className="page">
      <h1>{words.admin.title} · {nameOf(shown.part)}</h1>
      <nav aria-label={words.admin.sections}>
        <ul className="nav">
          {mine.map(({ part }) => (
            <li key={part}><a href={`#/admin?part=${part}`} aria-current={part === shown.part ? "page" : undefined}>{nameOf(part)}</a></li>
          ))}
        </ul>
      </nav>
      {shown.show()}
    </div>
  );
}

/** Whether what is shown may also be changed. */
export function useIsAdmin(): boolean {
  return useMe().roles.includes("operator_admin");
}
