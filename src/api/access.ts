// Cloudflare Access: a JWT in a header proves that Access let a user or a service token through to our application.
// Source: Cloudflare's documentation of Access, "Validate JWTs" and "Application token"; RFC 7515 and RFC 7519.
import { parseJson } from "../events/parse-json.ts";
import type { AccessApplications } from "../model/configuration.ts";
import { base64, bytesIn } from "../kit/base64.ts";
import { isJsonObject, type Json, type JsonObject } from "../kit/json.ts";
import { logError } from "../model/log-line.ts";

/** What checking a JWT needs from outside. */
export interface AccessPorts {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly fetch: (request: Request) => Promise<Response>;
}

/** The keys of a team as last fetched, by id. */
interface TeamKeys {
  keys: ReadonlyMap<string, CryptoKey>;
  freshUntil: number;
  /** The keys are not fetched again before this. */
  restsUntil: number;
}

const HEADER = "cf-access-jwt-assertion";
const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const MAX_CHARACTERS = 16_384;
/** Allowance for clocks that differ. */
const LEEWAY_MS = 60_000;
const MAX_NAME = 200;
/** Access rotates its key every six weeks, and the previous one stays valid for a week. */
const FRESH_MS = 3_600_000;
const REST_MS = 60_000;
const TIMEOUT_MS = 5_000;

const teams = new Map<string, TeamKeys>();

/** Whose JWT a request carries that Access signed for one of these applications and that is valid now; `null`: nobody's. */
export async function accessNameOf(
  headers: Headers,
  applications: AccessApplications,
  ports: AccessPorts,
): Promise<string | null> {
  const token = headers.get(HEADER) ?? "";
  const parts = token.length > MAX_CHARACTERS ? [] : token.split(".");
  const [header = null, claims = null, signature = null] = parts.map(decodeBase64Url);
  if (parts.length !== 3 || header === null || claims === null || signature === null) return null;
  const kid = keyId(objectIn(header));
  // A token that is not meant for us is no reason to ask Access for its keys.
  const told = objectIn(claims);
  if (kid === null || !isForUs(told, applications, ports.clock())) return null;
  const key = await keyOf(kid, applications.teamDomain, ports);
  if (key === undefined) return null;
  const signed = new TextEncoder().encode(token.slice(0, token.lastIndexOf(".")));
  // A signature of the wrong length makes the runtime throw: it is not valid.
  const isValid = await crypto.subtle.verify(ALGORITHM, key, signature, signed).catch(() => false);
  return isValid ? nameIn(told) : null;
}

/**
 * A person's address, or the name of a service token. Source: Cloudflare One's documentation, "Application token".
 */
function nameIn({ email, common_name: service, sub }: JsonObject): string {
  const known = [email, service, sub].find((one) => typeof one === "string" && one !== "");
  return typeof known === "string" ? known.slice(0, MAX_NAME) : "somebody";
}

/** The key's id, if the header names the one algorithm that is accepted and no extension that must be understood. */
function keyId({ alg, kid, crit }: JsonObject): string | null {
  return alg === "RS256" && typeof kid === "string" && crit === undefined ? kid : null;
}

function isForUs({ iss, aud, exp, nbf, iat }: JsonObject, applications: AccessApplications, nowMs: number): boolean {
  const named = Array.isArray(aud) ? aud : [aud];
  return (
    iss === issuer(applications.teamDomain) &&
    named.some((tag) => typeof tag === "string" && applications.audiences.has(tag)) &&
    typeof exp === "number" &&
    exp * 1_000 > nowMs - LEEWAY_MS &&
    [nbf, iat].every((time) => time === undefined || (typeof time === "number" && time * 1_000 <= nowMs + LEEWAY_MS))
  );
}

const issuer = (teamDomain: string): string => `https://${teamDomain}`;

/** A key of a team. An unknown id has the keys fetched again, at most once a minute. */
async function keyOf(kid: string, teamDomain: string, ports: AccessPorts): Promise<CryptoKey | undefined> {
  const known = teams.get(teamDomain) ?? { keys: new Map(), freshUntil: -Infinity, restsUntil: -Infinity };
  teams.set(teamDomain, known);
  const now = ports.clock();
  const key = now < known.freshUntil ? known.keys.get(kid) : undefined;
  if (key !== undefined || now < known.restsUntil) return key;
  // Requests that arrive before the first keys do fetch them, too: none waits for another request's promise.
  if (now < known.freshUntil) known.restsUntil = now + REST_MS;
  const keys = await fetchKeys(teamDomain, ports);
  known.restsUntil = ports.clock() + REST_MS;
  if (keys === null) return undefined;
  Object.assign(known, { keys, freshUntil: ports.clock() + FRESH_MS });
  return keys.get(kid);
}

/** The keys that Access publishes for a team, or `null` if they cannot be fetched. */
async function fetchKeys(teamDomain: string, { fetch }: AccessPorts): Promise<ReadonlyMap<string, CryptoKey> | null> {
  try {
    const url = `${issuer(teamDomain)}/cdn-cgi/access/certs`;
    const response = await fetch(new Request(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS) }));
    if (response.status !== 200) throw new Error("No answer of 200");
    const { keys } = objectIn(new Uint8Array(await response.arrayBuffer()));
    if (!Array.isArray(keys)) throw new Error("No list of keys");
    return new Map((await Promise.all(keys.map(importKey))).flat());
  } catch (error) {
    logError("The keys of Cloudflare Access could not be fetched", {}, error);
    return null;
  }
}

/** A key with its id, or nothing if it is not one that signs with RS256. */
async function importKey(jwk: Json): Promise<[kid: string, key: CryptoKey][]> {
  if (!isJsonObject(jwk)) return [];
  const { kid, kty, alg, use, n, e } = jwk;
  if (kty !== "RSA" || (alg ?? "RS256") !== "RS256" || (use ?? "sig") !== "sig") return [];
  if (typeof kid !== "string" || typeof n !== "string" || typeof e !== "string") return [];
  try {
    return [[kid, await crypto.subtle.importKey("jwk", { kty, n, e }, ALGORITHM, false, ["verify"])]];
  } catch {
    return [];
  }
}

/** The JSON object in these bytes, or an empty one, which proves nothing, if they hold none. */
function objectIn(bytes: Uint8Array): JsonObject {
  const parsed = parseJson(bytes);
  return parsed !== null && parsed.issues.length === 0 && isJsonObject(parsed.value) ? parsed.value : {};
}

/** The bytes of unpadded base64url, or `null`. Each byte sequence has only one spelling: unused bits must be zero. */
function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[\w-]+$/.test(text)) return null;
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  const bytes = bytesIn(plain);
  return bytes && base64(bytes).replaceAll("=", "") === plain ? bytes : null;
}
