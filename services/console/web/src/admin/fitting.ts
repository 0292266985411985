/** Those of which every word that was typed is in some of their texts; width and case do not matter. */
export function fitting<T>(all: readonly T[], typed: string, textsOf: (one: T) => readonly string[]): T[] {
  const wanted = plain(typed).split(/\s+/).filter(Boolean);
  return all.filter((one) => {
    const whole = plain(textsOf(one).join("\n"));
    return wanted.every((word) => whole.includes(word));
  });
}

function plain(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

const LOGIN = /^[a-z0-9._@-]{3,64}$/;

export function isLogin(login: string): boolean {
  return LOGIN.test(login);
}

/** Where a line of a text begins and ends, to select it. Lines count from 1; past the end is the last one. */
export function lineRange(text: string, line: number): { from: number; to: number } {
  const lines = text.split("\n");
  const at = Math.max(1, Math.min(line, lines.length)) - 1;
  const from = lines.slice(0, at).reduce((length, one) => length + one.length + 1, 0);
  return { from, to: from + (lines[at] ?? "").length };
}
