import type { Tone } from "./Sign";

interface Budget {
  step: string;
  seconds: number;
}

export interface Standing {
  past: { step: string; over: number } | undefined;
  next: { step: string; left: number } | undefined;
  tone: Tone;
}

/** Where a wait of so many seconds stands among the steps of the line. */
export function standingOf(waited: number, budgets: readonly Budget[]): Standing {
  const steps = [...budgets].filter(({ seconds }) => seconds > 0).sort((a, b) => a.seconds - b.seconds);
  const over = steps.filter(({ seconds }) => seconds <= waited);
  const last = over.at(-1);
  const next = steps[over.length];
  return {
    past: last && { step: last.step, over: waited - last.seconds },
    next: next && { step: next.step, left: next.seconds - waited },
    tone: over.length === 0 ? "good" : over.length < 3 ? "warn" : "bad",
  };
}
