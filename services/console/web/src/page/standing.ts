import type { Escalation } from "../gen/tomoshibi/escalation/v1/escalation_pb";

/** What an escalation means to one person who was paged. */
export type Standing = "asked" | "declined" | "mine" | "done" | "taken_over" | "acted" | "withdrawn" | "unreached";

export function standingFor({ state, acceptedBy, pages }: Pick<Escalation, "state" | "acceptedBy" | "pages">, staffId: string): Standing {
  switch (state) {
    case "accepted":
      return acceptedBy === staffId ? "mine" : "taken_over";
    case "acted":
      return acceptedBy === staffId ? "done" : "acted";
    case "withdrawn":
      return "withdrawn";
    case "unreached":
      return "unreached";
    default:
      return pages.some((page) => page.staffId === staffId && page.state === "declined") ? "declined" : "asked";
  }
}

/** A late yes beats no one. */
export function mayAccept(standing: Standing): boolean {
  return standing === "asked" || standing === "declined" || standing === "unreached";
}

export function mayDecline(standing: Standing): boolean {
  return standing === "asked" || standing === "mine";
}

export interface Paged {
  escalation: Escalation;
  pageId: string;
}

const OVER = new Set(["withdrawn", "acted"]);

/** Open escalations that page this person, the most urgent first; of each the page that came last. */
export function pagedFor(escalations: readonly Escalation[], staffId: string): Paged[] {
  const paged = escalations.flatMap((escalation) => {
    const own = escalation.pages.filter((page) => page.staffId === staffId && page.outAt !== undefined);
    const last = own.at(-1);
    return last && !OVER.has(escalation.state) ? { escalation, pageId: last.pageId } : [];
  });
  return paged.sort((a, b) => a.escalation.priority.localeCompare(b.escalation.priority));
}
