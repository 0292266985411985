// Refusals that name fields: `invalid name: 1 to 200 characters`, or several as
// `invalid name, url: name: 1 to 200 characters; url: an http or https address`.
import type { Trouble } from "../trouble";

const INVALID = /^invalid ([a-z_.]+(?:, [a-z_.]+)*): ([\s\S]+)$/;

/** What would be right of each field, in the server's words; empty where it says no with other words. */
export function fieldsRefused(trouble: Trouble | undefined): ReadonlyMap<string, string> {
  const [, names = "", right = ""] = INVALID.exec(trouble?.words ?? "") ?? [];
  const fields = names.split(", ").filter(Boolean);
  if (fields.length < 2) return new Map(fields.map((field) => [field, right]));
  const parts = right.split("; ").map((part) => part.split(": "));
  return new Map(parts.map(([field = "", ...rest]) => [field, rest.join(": ")]));
}
