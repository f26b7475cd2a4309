// Cloudflare Access in the real runtime; test/unit/api/access.test.ts has the table of attacks.
import { exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { operatorOf } from "../../src/api/door.ts";
import { readConfiguration } from "../../src/model/configuration.ts";
import { ORIGIN } from "./client.ts";

const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const HEADER = "cf-access-jwt-assertion";
const DOMAIN = "team.cloudflareaccess.com";

const base64Url = (bytes: Uint8Array | string): string =>
  btoa(typeof bytes === "string" ? bytes : String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const { privateKey, publicKey } = (await crypto.subtle.generateKey(
  { ...RSA, modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
  true,
  ["sign", "verify"],
)) as CryptoKeyPair;
const head = base64Url(JSON.stringify({ alg: "RS256", kid: "1", typ: "JWT" }));
const claims = base64Url(JSON.stringify({ iss: `https://${DOMAIN}`, aud: ["tag"], exp: Date.now() / 1_000 + 300 }));
const signed = new TextEncoder().encode(`${head}.${claims}`);
const signature = new Uint8Array(await crypto.subtle.sign(RSA.name, privateKey, signed));
const jwk = { ...((await crypto.subtle.exportKey("jwk", publicKey)) as JsonWebKey), kid: "1" };

const opens = async (token: string): Promise<boolean> =>
  (await operatorOf(new Request(`${ORIGIN}/api/rules`, { headers: { [HEADER]: token } }), {
    configuration: readConfiguration({ ACCESS_TEAM_DOMAIN: DOMAIN, ACCESS_AUD: "tag" }),
    clock: Date.now,
    fetch: () => Promise.resolve(Response.json({ keys: [jwk] })),
  })) !== null;

it("a JWT of Access opens the door", async () => {
  expect(await opens(`${head}.${claims}.${base64Url(signature)}`)).toBe(true);
});

it.each([1, 64, 255, 257, 512])("a signature of %d bytes is refused and breaks nothing", async (length) => {
  expect(await opens(`${head}.${claims}.${base64Url(new Uint8Array(length))}`)).toBe(false);
});

it("without its variables, the Worker has no such door", async () => {
  const headers = { [HEADER]: `${head}.${claims}.${base64Url(signature)}` };
  expect((await exports.default.fetch(`${ORIGIN}/api/rules`, { headers })).status).toBe(401);
});
