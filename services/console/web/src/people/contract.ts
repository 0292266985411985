// A contract for support at home: telephone support by night while it holds is evidence for 緊急時支援.
export interface Contract {
  /** YYYY-MM-DD; empty without a contract. */
  from: string;
  /** The last day; empty while no end is set. */
  until: string;
}

export function contractFault({ from, until }: Contract): "needsFrom" | "backwards" | undefined {
  if (until === "") return undefined;
  if (from === "") return "needsFrom";
  return until < from ? "backwards" : undefined;
}

/** Undefined where there is no contract. */
export function contractState({ from, until }: Contract, today: string): "before" | "on" | "over" | undefined {
  if (from === "") return undefined;
  if (today < from) return "before";
  return until !== "" && until < today ? "over" : "on";
}
