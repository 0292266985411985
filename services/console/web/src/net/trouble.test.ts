import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { afterAll, expect, it } from "vitest";
import { TriageService } from "../gen/tomoshibi/triage/v1/triage_pb";
import { troubleOf } from "./trouble";

const status = (code: number) => createServer((request, response) => {
  request.resume();
  response.writeHead(code, { "content-type": "text/plain" }).end("gateway");
});
const refusing = (grpc: number, words: string) => createServer((request, response) => {
  request.resume();
  response.writeHead(200, { "content-type": "application/grpc-web+proto", "grpc-status": String(grpc), "grpc-message": encodeURIComponent(words) }).end();
});
const servers = [status(502), status(503), refusing(14, "the store does not answer"), refusing(9, "prove yourself again first: this asks for a sign-in of the last minutes"), refusing(3, "notes has at most 20000 characters")];
afterAll(() => servers.forEach((server) => server.close()));

async function asked(port: number) {
  const triage = createClient(TriageService, createGrpcWebTransport({ baseUrl: `http://127.0.0.1:${port}`, defaultTimeoutMs: 2_000 }));
  return triage.getRecord({ recordId: "r1" }).then(() => undefined, troubleOf);
}

async function portOf(server: (typeof servers)[number]): Promise<number> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return (server.address() as AddressInfo).port;
}

it("tells a server that is away from one that refuses", async () => {
  expect((await asked(9))?.kind).toBe("away");
  const kinds = [];
  for (const server of servers) kinds.push((await asked(await portOf(server)))?.kind);
  expect(kinds).toEqual(["away", "away", "away", "not_fresh", "invalid"]);
});
