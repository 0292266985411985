import type { Transport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { listening } from "./calls";

/** Same origin, with the session's cookie, which no script can read. */
export function productTransport(): Transport {
  return createGrpcWebTransport({
    baseUrl: window.location.origin,
    defaultTimeoutMs: 10_000,
    interceptors: [listening],
    fetch: (input, init) => fetch(input, { ...init, credentials: "same-origin" }),
  });
}
