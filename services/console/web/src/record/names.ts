// Names of the dictionary on which the page leans: services/domain/src/triage/field.rs.
export const OWN_CODE = "triage_code";
export const OWN_CODE_REASON = "own_code_reason";
export const AMENDMENT_REASON = "amendment_reason";
export const CODE_LIST = "triage_code";
/** Before the name of a question, before that of a step. */
export const ANSWER = "q:";

/** Fields that belong together on the form. Fields that no group names come last, in their own order. */
export const GROUPS = [
  { group: "caller", fields: ["channel", "caller_kind", "caller_org", "subject_aware", "callback_number", "number_withheld", "location", "special_flags"] },
  { group: "subject", fields: ["anonymity", "subject_name", "subject_kana", "sex", "birth_date", "age_band", "municipality"] },
  { group: "content", fields: ["topic", "presenting", "state", "history", "diagnosis", "medication", "substance", "protective", "attending_hospital", "attending_contacted"] },
  { group: "judgement", fields: ["suicide_level", "harm_to_others", "somatic_problem", "jaep_class", "emergency_level", "willingness", "legal_route", "legal_route_date"] },
  { group: "outcome", fields: ["disposition", "not_referred_reason", "emergency_service", "contact_confirmed_at", "consent", "consent_basis", "notes", "supervisor_id", "recording_notice", "end_kind"] },
] as const;

export type Group = (typeof GROUPS)[number]["group"] | "other";

/** Shown elsewhere: beside the computed code, in the dialog that amends. */
const ELSEWHERE: ReadonlySet<string> = new Set([OWN_CODE, OWN_CODE_REASON, AMENDMENT_REASON]);

export function grouped<T extends { name: string }>(kinds: readonly T[]): { group: Group; kinds: T[] }[] {
  const byName = new Map(kinds.map((kind) => [kind.name, kind]));
  const named = new Set<string>(GROUPS.flatMap(({ fields }) => fields));
  const groups: { group: Group; kinds: T[] }[] = GROUPS.map(({ group, fields }) => ({
    group,
    kinds: fields.flatMap((name) => byName.get(name) ?? []),
  }));
  groups.push({ group: "other", kinds: kinds.filter(({ name }) => !named.has(name) && !ELSEWHERE.has(name)) });
  return groups.filter(({ kinds: some }) => some.length > 0);
}

/** A, B, C … in this order: earlier is more urgent. */
export function isLower(own: string, computed: string): boolean {
  return own !== "" && computed !== "" && own > computed;
}

/** The id of the element that holds a field, to which the list of what is missing jumps. */
export function elementOf(name: string): string {
  return `f-${name.replaceAll(/[^A-Za-z0-9_-]/g, "-")}`;
}

export function jumpTo(name: string): void {
  const element = document.getElementById(elementOf(name));
  element?.scrollIntoView({ block: "center" });
  const inner = element?.matches("input,select,textarea") ? element : element?.querySelector<HTMLElement>("input:checked,input,select,textarea,button");
  (inner as HTMLElement | null | undefined)?.focus({ preventScroll: true });
}
