import { Code, ConnectError } from "@connectrpc/connect";
import { isAwayCode } from "./calls";

/** What went wrong, as far as it matters to a person. */
export type TroubleKind = "away" | "signed_out" | "not_allowed" | "not_fresh" | "too_many" | "invalid" | "missing" | "conflict" | "other";

export interface Trouble {
  kind: TroubleKind;
  /** The server's own words, which name the field. They are English: `inJapanese` knows most of them. */
  words: string;
}

const NOT_FRESH = "prove yourself again";

export function troubleOf(error: unknown): Trouble {
  const { code, rawMessage } = ConnectError.from(error);
  return { kind: kindOf(code, rawMessage), words: rawMessage };
}

function kindOf(code: Code, words: string): TroubleKind {
  if (isAwayCode(code)) return "away";
  switch (code) {
    case Code.Unauthenticated:
      return "signed_out";
    case Code.PermissionDenied:
      return "not_allowed";
    case Code.FailedPrecondition:
      return words.startsWith(NOT_FRESH) ? "not_fresh" : "conflict";
    case Code.ResourceExhausted:
      return "too_many";
    case Code.InvalidArgument:
    case Code.OutOfRange:
      return "invalid";
    case Code.NotFound:
      return "missing";
    case Code.AlreadyExists:
      return "conflict";
    default:
      return "other";
  }
}
