// An organisation's provider: the certified oidc-provider, with people who need no typing. One argument: JSON with
// `port` (0: any), `secret` and `redirect`. Says its port when it listens. Stories set who sits before it with
// POST /person, and how its tokens lie with POST /bend; it signs the lies with its own key.
import { createServer } from "node:http";
import { exportJWK, generateKeyPair, importJWK, SignJWT, decodeJwt } from "jose";
import Provider from "oidc-provider";

// It advises operators of real ones.
console.info = console.warn = () => undefined;
const { port, secret, redirect } = JSON.parse(process.argv[2]);
const { privateKey } = await generateKeyPair("RS256", { extractable: true });
const strange = (await generateKeyPair("RS256")).privateKey;
const jwk = { ...(await exportJWK(privateKey)), kid: "night", use: "sig", alg: "RS256" };
const own = await importJWK(jwk, "RS256");

/** Who sits before the provider's page. */
let person = { sub: "nobody" };
/** Claims that its next tokens tell instead; `strange`: signed with a key that is not its own. */
let bent = null;

const server = createServer();
await new Promise((listening) => server.listen(port, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [{ client_id: "tomoshibi", client_secret: secret, redirect_uris: [redirect], grant_types: ["authorization_code"], response_types: ["code"] }],
  jwks: { keys: [jwk] },
  cookies: { keys: ["only for stories"] },
  claims: { openid: ["sub", "acr", "amr", "auth_time"], email: ["email", "email_verified"], profile: ["preferred_username"] },
  acrValues: ["urn:two"],
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, accountId) => ({ accountId, claims: () => ({ ...person.claims, sub: accountId }) }),
  loadExistingGrant: async (ctx) => {
    const { Grant } = ctx.oidc.provider;
    const grant = new Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid email profile");
    await grant.save();
    return grant;
  },
});

provider.use(async (ctx, next) => {
  await next();
  if (!bent || !ctx.body?.id_token) return;
  const { strange: stranger, ...claims } = bent;
  const told = { ...decodeJwt(ctx.body.id_token), ...claims };
  ctx.body = { ...ctx.body, id_token: await new SignJWT(told).setProtectedHeader({ alg: "RS256", kid: "night" }).sign(stranger ? strange : own) };
});

async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString() || "null");
}

const answered = provider.callback();
server.on("request", async (request, response) => {
  if (request.method === "POST" && request.url === "/person") person = await read(request);
  else if (request.method === "POST" && request.url === "/bend") bent = await read(request);
  else if (request.url.startsWith("/interaction/")) return said(request, response);
  else return answered(request, response);
  return response.writeHead(204).end();
});

/** Whoever sits there says yes at once, or no. */
async function said(request, response) {
  const result = person.sub
    ? { login: { accountId: person.sub, acr: person.acr, amr: person.amr } }
    : { error: "access_denied", error_description: "they changed their mind" };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

console.log(server.address().port);
