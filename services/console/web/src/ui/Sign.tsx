export type Tone = "plain" | "good" | "warn" | "bad" | "busy";

const SHAPES: Record<Tone, string> = {
  plain: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 4v2m0 3v5",
  good: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm-4 9 3 3 5-6",
  warn: "M12 4 2.5 20h19L12 4zm0 6v5m0 2v1",
  bad: "M8 3h8l5 5v8l-5 5H8l-5-5V8l5-5zm4 4v6m0 3v1",
  busy: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 4v5l4 2",
};

/** Each tone has a shape of its own. */
export function Sign({ tone, size = 22 }: { tone: Tone; size?: number }) {
  return (
    <svg className={`sign sign-${tone}`} width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={SHAPES[tone]} />
    </svg>
  );
}
