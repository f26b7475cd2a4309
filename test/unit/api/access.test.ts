import { createHmac } from "node:crypto";
import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, it, vi, type MockInstance } from "vitest";
import { operatorOf, type DoorPorts } from "../../../src/api/door.ts";
import { readConfiguration } from "../../../src/model/configuration.ts";
import type { Json, JsonObject } from "../../../src/kit/json.ts";

const NOW = Date.parse("2026-03-04T15:30:00.000Z");
const SECOND = NOW / 1_000;
const AUDIENCE = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228";
const HEADER = "cf-access-jwt-assertion";
const ORIGIN = "https://afterbeep.test";
const RSA = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };

const base64Url = (data: string | ArrayBuffer): string =>
  (typeof data === "string" ? Buffer.from(data) : Buffer.from(data)).toString("base64url");
const part = (value: Json): string => base64Url(JSON.stringify(value));

/** A key pair of Access: what it publishes of it, and how it signs. */
interface Signer {
  readonly jwk: JsonObject;
  readonly sign: (signed: string) => Promise<string>;
}
async function signer(kid: string, hash = "SHA-256"): Promise<Signer> {
  const pair = await crypto.subtle.generateKey({ ...RSA, hash }, true, ["sign", "verify"]);
  const { n = "", e = "" } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return {
    jwk: { kid, kty: "RSA", alg: "RS256", use: "sig", n, e },
    sign: async (signed) => base64Url(await crypto.subtle.sign(RSA.name, pair.privateKey, Buffer.from(signed))),
  };
}

let first: Signer, next: Signer, stranger: Signer, sha512: Signer;
beforeAll(async () => {
  [first, next, stranger, sha512] = await Promise.all([
    signer("first"),
    signer("next"),
    signer("first"),
    signer("first", "SHA-512"),
  ]);
});

let log: MockInstance<typeof console.error>;
beforeEach(() => {
  log = vi.spyOn(console, "error").mockReturnValue(undefined);
  log.mockClear();
});

/** A team of its own, so that no test sees keys that another one has fetched. */
interface Team extends DoorPorts {
  readonly domain: string;
  readonly asked: Request[];
  nowMs: number;
  answer: (request: Request) => Response | Promise<Response>;
}
let teams = 0;
function aTeam(...keys: Json[]): Team {
  const domain = `team-${++teams}.cloudflareaccess.com`;
  const team: Team = {
    domain,
    asked: [],
    nowMs: NOW,
    answer: () => Response.json({ keys, public_certs: [] }),
    configuration: readConfiguration({ ACCESS_TEAM_DOMAIN: domain, ACCESS_AUD: AUDIENCE }),
    clock: () => team.nowMs,
    fetch: async (request) => {
      team.asked.push(request);
      return team.answer(request);
    },
  };
  return team;
}

const HEAD = { alg: "RS256", kid: "first", typ: "JWT" };
const claimsOf = ({ domain }: Team): JsonObject => ({
  iss: `https://${domain}`,
  aud: [AUDIENCE],
  email: "operator@example.com",
  type: "app",
  iat: SECOND - 5,
  nbf: SECOND - 5,
  exp: SECOND + 300,
  sub: "7335d417-61da-459d-899c-0a01c76a2f94",
});

async function jwt(team: Team, claims: Json = {}, head: JsonObject = {}, by = first): Promise<string> {
  const all = typeof claims === "object" && !Array.isArray(claims) ? { ...claimsOf(team), ...claims } : claims;
  const signed = `${part({ ...HEAD, ...head })}.${part(all)}`;
  return `${signed}.${await by.sign(signed)}`;
}

async function hasAccess(request: Request, ports: DoorPorts): Promise<boolean> {
  return (await operatorOf(request, ports)) !== null;
}

function asked(team: Team, token: string | null, init: RequestInit = {}): Promise<boolean> {
  const headers = new Headers(init.headers);
  if (token !== null) headers.set(HEADER, token);
  return hasAccess(new Request(`${ORIGIN}/api/locations`, { ...init, headers }), team);
}

describe("an Access JWT opens", () => {
  it.each<[title: string, claims: JsonObject]>([
    ["as Access makes it", {}],
    ["with the audience as a text", { aud: AUDIENCE }],
    ["with our audience among others", { aud: ["other", AUDIENCE] }],
    ["of a service token", { common_name: "client.access", sub: "", email: "" }],
    ["a minute early, for clocks differ", { nbf: SECOND + 60, iat: SECOND + 60 }],
    ["within a minute after its end", { exp: SECOND - 59 }],
  ])("%s", async (_, claims) => {
    const team = aTeam(first.jwk);
    expect(await asked(team, await jwt(team, claims))).toBe(true);
  });

  it("of any of several applications", async () => {
    const team = aTeam(first.jwk);
    const configuration = readConfiguration({ ACCESS_TEAM_DOMAIN: team.domain, ACCESS_AUD: `page, ${AUDIENCE}` });
    for (const aud of ["page", AUDIENCE])
      expect(await hasAccess(requestWith(await jwt(team, { aud })), { ...team, configuration })).toBe(true);
    expect(await hasAccess(requestWith(await jwt(team, { aud: "other" })), { ...team, configuration })).toBe(false);
  });

  it("with keys beside it that are of no use", async () => {
    const ec = { kid: "ec", kty: "EC", crv: "P-256", x: "AA", y: "AA" };
    const broken = { ...first.jwk, kid: "broken", n: "***" };
    const team = aTeam("text", null, [], {}, ec, broken, { kty: "oct", kid: "oct", k: "AA" }, first.jwk);
    expect(await asked(team, await jwt(team))).toBe(true);
  });
});

const requestWith = (token: string): Request => new Request(`${ORIGIN}/api/rules`, { headers: { [HEADER]: token } });

interface Attack {
  readonly title: string;
  readonly token: (team: Team) => Promise<string> | string;
}
const spoilt = (title: string, spoil: (token: string) => string): Attack => ({
  title,
  token: async (team) => spoil(await jwt(team)),
});
const claiming = (title: string, claims: (team: Team) => Json): Attack => ({
  title: `claims: ${title}`,
  token: (team) => jwt(team, claims(team)),
});
const heading = (title: string, head: () => JsonObject, by: () => Signer = () => first): Attack => ({
  title: `header: ${title}`,
  token: (team) => jwt(team, {}, head(), by()),
});
const publicKeyPem = async (): Promise<string> => {
  const key = await crypto.subtle.importKey("jwk", first.jwk as JsonWebKey, { ...RSA, hash: "SHA-256" }, true, []);
  const spki = Buffer.from(await crypto.subtle.exportKey("spki", key)).toString("base64");
  return `-----BEGIN PUBLIC KEY-----\n${spki.match(/.{1,64}/g)?.join("\n") ?? ""}\n-----END PUBLIC KEY-----\n`;
};
const withoutSignature = (team: Team, alg: Json): string => `${part({ ...HEAD, alg })}.${part(claimsOf(team))}.`;

const ATTACKS: readonly Attack[] = [
  { title: "empty", token: () => "" },
  { title: "no JWT", token: () => "junk" },
  { title: "dots alone", token: () => ".." },
  ...["none", "None", "NONE", "nOnE", "", null, "RS256"].map((alg) => ({
    title: `no signature, alg ${String(alg)}`,
    token: (team: Team) => withoutSignature(team, alg),
  })),
  ...["HS256", "HS512", "RS384", "RS512", "ES256", "PS256", "EdDSA", "rs256", " RS256", "RS256\0"].map((alg) =>
    heading(`alg ${JSON.stringify(alg)} over a good signature`, () => ({ alg })),
  ),
  heading("alg as a list", () => ({ alg: ["RS256"] })),
  heading(
    "signed with SHA-512",
    () => ({}),
    () => sha512,
  ),
  ...["HS256", "RS256"].map((alg) => ({
    title: `HMAC with the public key as its secret, alg ${alg}`,
    token: async (team: Team) => {
      const signed = `${part({ ...HEAD, alg })}.${part(claimsOf(team))}`;
      return `${signed}.${createHmac("sha256", await publicKeyPem())
        .update(signed)
        .digest("base64url")}`;
    },
  })),
  heading(
    "signed by a stranger under a known id",
    () => ({}),
    () => stranger,
  ),
  heading(
    "signed by a stranger who brings the key",
    () => ({ jwk: stranger.jwk }),
    () => stranger,
  ),
  heading(
    "signed by a stranger who says where the key is",
    () => ({ jku: "https://evil.example" }),
    () => stranger,
  ),
  heading(
    "signed by a stranger who brings a certificate",
    () => ({ x5c: ["AA"] }),
    () => stranger,
  ),
  heading("an id that is not known", () => ({ kid: "unknown" })),
  heading("an id that is an object's own", () => ({ kid: "__proto__" })),
  heading("an id that is a path", () => ({ kid: "../../first" })),
  heading("an id that is a number", () => ({ kid: 1 })),
  heading("an id that is a list", () => ({ kid: ["first"] })),
  heading("no id", () => ({ kid: null })),
  heading("an extension that must be understood", () => ({ crit: ["b64"], b64: false })),
  claiming("expired", () => ({ exp: SECOND - 60 })),
  claiming("long expired", () => ({ exp: 0 })),
  claiming("no end", () => ({ exp: null })),
  claiming("an end that is a text", () => ({ exp: String(SECOND + 300) })),
  claiming("not yet", () => ({ nbf: SECOND + 61 })),
  claiming("issued in the future", () => ({ iat: SECOND + 61 })),
  claiming("a beginning that is a text", () => ({ nbf: "0" })),
  claiming("another audience", () => ({ aud: ["other"] })),
  claiming("no audience", () => ({ aud: [] })),
  claiming("an audience of null", () => ({ aud: null })),
  claiming("an audience that begins with ours", () => ({ aud: `${AUDIENCE}0` })),
  claiming("our audience a level deeper", () => ({ aud: [[AUDIENCE]] })),
  claiming("our audience as a key", () => ({ aud: { [AUDIENCE]: true } })),
  claiming("another team", () => ({ iss: "https://evil.cloudflareaccess.com" })),
  claiming("the team without its scheme", ({ domain }) => ({ iss: domain })),
  claiming("the team with a slash", ({ domain }) => ({ iss: `https://${domain}/` })),
  claiming("the team in capitals", ({ domain }) => ({ iss: `https://${domain.toUpperCase()}` })),
  claiming("the team as a list", ({ domain }) => ({ iss: [`https://${domain}`] })),
  claiming("no issuer", () => ({ iss: null })),
  claiming("a list", () => []),
  claiming("a text", () => "admin"),
  claiming("a thousand levels", () => ({ deep: nested(1_000) })),
  claiming("more than a header should hold, though signed", () => ({ groups: "x".repeat(16_384) })),
  spoilt("padded", (token) => `${token}=`),
  spoilt("with padding inside", (token) => token.replace(".", "=.")),
  spoilt("with something after it", (token) => `${token}.`),
  spoilt("with a fourth part", (token) => `${token}.AAAA`),
  spoilt("with a doubled dot", (token) => token.replace(".", "..")),
  spoilt("with a dot before it", (token) => `.${token}`),
  spoilt("without its last part", (token) => token.slice(0, token.lastIndexOf("."))),
  spoilt("with an empty signature", (token) => token.slice(0, token.lastIndexOf(".") + 1)),
  spoilt("with a signature one byte short", (token) => token.slice(0, -2)),
  spoilt("with a longer signature", (token) => `${token}AAAA`),
  spoilt("in quotes", (token) => `"${token}"`),
  spoilt("after Bearer", (token) => `Bearer ${token}`),
  spoilt("twice, as two headers arrive", (token) => `${token}, ${token}`),
  spoilt("with a space inside", (token) => token.replace(".", ". ")),
  spoilt("with its claims changed", (token) => token.replace(/\.[\w-]+\./, `.${part({ aud: AUDIENCE })}.`)),
  spoilt("with a header that is no JSON", (token) => token.replace(/^[\w-]+/, base64Url("{"))),
  spoilt("with claims that are no JSON", (token) => token.replace(/\.[\w-]+\./, `.${base64Url("\u00ff{")}.`)),
  spoilt("huge", (token) => `${token}${"A".repeat(1_000_000)}`),
];

function nested(levels: number): Json {
  return JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`) as Json;
}

describe("an Access JWT is refused", () => {
  it.each(ATTACKS)("$title", async ({ token }) => {
    const team = aTeam(first.jwk);
    expect(await asked(team, await token(team))).toBe(false);
    // The same door opens for a good one, so that nothing else was in the way.
    team.nowMs += 61_000;
    expect(await asked(team, await jwt(team))).toBe(true);
  });

  it("whichever character of it is changed", async () => {
    const team = aTeam(first.jwk);
    const token = await jwt(team);
    expect(await asked(team, token)).toBe(true);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ~";
    const accepted: string[] = [];
    for (let place = 0; place < token.length; place++) {
      // Every spelling of the last character: it has bits that no byte uses.
      const others = place === token.length - 1 ? alphabet : alphabet[(place * 7) % alphabet.length];
      for (const other of others ?? "") {
        const changed = token.slice(0, place) + other + token.slice(place + 1);
        if (changed !== token && (await asked(team, changed.trimEnd()))) accepted.push(`${place} ${other}`);
      }
    }
    expect(accepted).toEqual([]);
  });

  it("whatever stands in its place", async () => {
    const team = aTeam(first.jwk);
    const [head = "", claims = "", signature = ""] = (await jwt(team)).split(".");
    const piece = fc.oneof(fc.constantFrom(head, claims, signature, ""), fc.stringMatching(/^[!-~]{0,40}$/));
    const token = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join("."));
    await fc.assert(
      fc.asyncProperty(token, async (text) => {
        expect(await asked(team, text)).toBe(text === [head, claims, signature].join("."));
      }),
      { numRuns: 2_000, seed: 1 },
    );
  });

  it("where another site's page makes a browser send it", async () => {
    const team = aTeam(first.jwk);
    const token = await jwt(team);
    const from = (origin: string) => asked(team, token, { method: "POST", headers: { origin } });
    expect(await from(ORIGIN)).toBe(true);
    for (const origin of ["https://evil.example", "null", "http://afterbeep.test", `${ORIGIN}.evil.example`, ""])
      expect(await from(origin), origin).toBe(false);
  });
});

describe("Access is off", () => {
  it.each([
    {},
    { ACCESS_TEAM_DOMAIN: "DOMAIN" },
    { ACCESS_AUD: AUDIENCE },
    { ACCESS_TEAM_DOMAIN: "DOMAIN", ACCESS_AUD: " , " },
    { ACCESS_TEAM_DOMAIN: "DOMAIN/path", ACCESS_AUD: AUDIENCE },
    { ACCESS_TEAM_DOMAIN: "http://DOMAIN", ACCESS_AUD: AUDIENCE },
    { ACCESS_TEAM_DOMAIN: "user@DOMAIN", ACCESS_AUD: AUDIENCE },
  ])("with %j", async (variables: { ACCESS_TEAM_DOMAIN?: string; ACCESS_AUD?: string }) => {
    const team = aTeam(first.jwk);
    const { ACCESS_TEAM_DOMAIN: domain, ...rest } = variables;
    const configuration = readConfiguration({
      ...rest,
      ...(domain === undefined ? {} : { ACCESS_TEAM_DOMAIN: domain.replace("DOMAIN", team.domain) }),
    });
    expect(await hasAccess(requestWith(await jwt(team)), { ...team, configuration })).toBe(false);
    expect(team.asked).toEqual([]);
  });
});

describe("the keys", () => {
  it("are fetched from the team once, following no redirect, and kept for an hour", async () => {
    const team = aTeam(first.jwk);
    for (const minutes of [0, 30, 59]) {
      team.nowMs = NOW + minutes * 60_000;
      expect(await asked(team, await jwt(team, { exp: team.nowMs / 1_000 + 60 }))).toBe(true);
    }
    expect(team.asked.map(({ url, redirect }) => [url, redirect])).toEqual([
      [`https://${team.domain}/cdn-cgi/access/certs`, "manual"],
    ]);
    team.nowMs = NOW + 3_600_000;
    await asked(team, await jwt(team, { exp: team.nowMs / 1_000 + 60 }));
    expect(team.asked).toHaveLength(2);
  });

  it("are not asked for by what was not made for us", async () => {
    const team = aTeam(first.jwk);
    for (const token of ["junk", await jwt(team, { aud: "x" }), await jwt(team, {}, { alg: "none" })])
      expect(await asked(team, token)).toBe(false);
    expect(team.asked).toEqual([]);
  });

  it("are fetched anew for an id that is not known, at most once a minute", async () => {
    const keys = [first.jwk];
    const team = aTeam();
    team.answer = () => Response.json({ keys });
    const byNext = await jwt(team, {}, { kid: "next" }, next);
    expect(await asked(team, await jwt(team))).toBe(true);
    const storm = () => Promise.all(Array.from({ length: 100 }, () => asked(team, byNext)));
    expect(new Set(await storm())).toEqual(new Set([false]));
    expect(team.asked).toHaveLength(1);
    team.nowMs += 60_000;
    expect(new Set(await storm())).toEqual(new Set([false]));
    expect(team.asked).toHaveLength(2);
    keys.push(next.jwk);
    team.nowMs += 60_000;
    expect(await asked(team, byNext)).toBe(true);
    expect(await asked(team, await jwt(team))).toBe(true);
    expect(team.asked).toHaveLength(3);
  });

  it("that were taken back open no more after an hour", async () => {
    const team = aTeam(first.jwk);
    const lasting = { exp: SECOND + 86_400 };
    expect(await asked(team, await jwt(team, lasting))).toBe(true);
    team.answer = () => Response.json({ keys: [next.jwk] });
    team.nowMs += 3_600_000;
    expect(await asked(team, await jwt(team, lasting))).toBe(false);
    expect(await asked(team, await jwt(team, lasting, { kid: "next" }, next))).toBe(true);
  });

  it.each<[title: string, answer: (request: Request) => Response | Promise<Response>]>([
    ["no connection", () => Promise.reject(new TypeError("fetch failed"))],
    ["500", () => new Response("", { status: 500 })],
    ["404 with keys", () => Response.json({ keys: [first.jwk] }, { status: 404 })],
    ["a redirect", () => Response.redirect("https://evil.example/certs", 302)],
    ["no JSON", () => new Response("<html>")],
    ["a list", () => Response.json([first.jwk])],
    ["no keys", () => Response.json({})],
    ["an empty list of keys", () => Response.json({ keys: [] })],
    ["keys as an object", () => Response.json({ keys: { first: first.jwk } })],
    ["6,000 keys", () => Response.json({ keys: Array.from({ length: 6_000 }, () => first.jwk) })],
    ["a key for another algorithm", () => Response.json({ keys: [{ ...first.jwk, alg: "RS512" }] })],
    ["a key for encryption", () => Response.json({ keys: [{ ...first.jwk, use: "enc" }] })],
    ["a key without an id", () => Response.json({ keys: [{ ...first.jwk, kid: null }] })],
    ["nothing, until the time is over", (request) => hangs(request)],
    ["half an answer, until the time is over", (request) => new Response(hangingBody(request))],
  ])("are not there, so it stays shut: %s", async (_, answer) => {
    const patience = new AbortController();
    const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(patience.signal);
    const team = aTeam(first.jwk);
    const good = team.answer;
    team.answer = (request) => {
      setImmediate(() => patience.abort(new DOMException("The operation timed out", "TimeoutError")));
      return answer(request);
    };
    const token = await jwt(team);
    expect(await asked(team, token)).toBe(false);
    expect(timeout).toHaveBeenCalledWith(5_000);
    timeout.mockRestore();
    team.answer = good;
    expect(await asked(team, token)).toBe(false);
    expect(team.asked).toHaveLength(1);
    team.nowMs += 60_000;
    expect(await asked(team, token)).toBe(true);
  });

  it("that cannot be had are told to the log without a word of the request", async () => {
    const team = aTeam();
    team.answer = () => Promise.reject(new TypeError(`No route to https://${team.domain}`));
    await asked(team, await jwt(team));
    expect(log).toHaveBeenCalledTimes(1);
    expect(String(log.mock.calls[0])).not.toMatch(/cloudflareaccess|eyJ|operator/);
  });
});

function hangs({ signal }: Request): Promise<Response> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
}

function hangingBody({ signal }: Request): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"keys":['));
      signal.addEventListener("abort", () => controller.error(signal.reason));
    },
  });
}
