// What the rest of the page wants to know of every call: whether the server was heard, and
// whether it still knows who we are.
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";

export interface CallNews {
  method: string;
  outcome: "answered" | "signed_out" | "refused" | "away";
}

type Listener = (news: CallNews) => void;
const listeners = new Set<Listener>();

export function onCall(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(news: CallNews) {
  for (const listener of listeners) listener(news);
}

function outcomeOf(error: unknown): CallNews["outcome"] {
  const code = ConnectError.from(error).code;
  if (code === Code.Unauthenticated) return "signed_out";
  return isAwayCode(code) ? "away" : "refused";
}

export function isAwayCode(code: Code): boolean {
  return code === Code.Unavailable || code === Code.DeadlineExceeded || code === Code.Unknown || code === Code.Aborted;
}

export const listening: Interceptor = (next) => async (request) => {
  const method = request.method.name;
  try {
    const answer = await next(request);
    if (!request.stream) tell({ method, outcome: "answered" });
    return answer;
  } catch (error) {
    tell({ method, outcome: outcomeOf(error) });
    throw error;
  }
};
