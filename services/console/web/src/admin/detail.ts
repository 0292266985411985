/** What an audit entry says besides, as `name: value` in one line; text that is no JSON object stays as it is. */
export function detailIn(detail: string): string {
  const said = parsed(detail);
  if (!said) return detail;
  return Object.entries(said).map(([name, value]) => `${name}: ${plain(value)}`).join(" · ");
}

function parsed(detail: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(detail);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
