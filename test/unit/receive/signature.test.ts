import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { HIGHLEVEL_PUBLIC_KEY, readConfiguration } from "../../../src/model/configuration.ts";
import type { HookRoute } from "../../../src/model/event-kinds.ts";
import { isSigned, verificationKeys } from "../../../src/receive/signature.ts";

const ED25519 = { name: "Ed25519" } as const;
const RSA = "RSASSA-PKCS1-v1_5";

interface Signer {
  readonly pem: string;
  /** Base64 of the signature over these bytes. */
  readonly sign: (bytes: Uint8Array<ArrayBuffer>) => Promise<string>;
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(new TextEncoder().encode(text));
const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));
const unbase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

async function pemOf(key: CryptoKey): Promise<string> {
  const spki = base64(new Uint8Array(await crypto.subtle.exportKey("spki", key)));
  return ["-----BEGIN PUBLIC KEY-----", ...(spki.match(/.{1,64}/g) ?? []), "-----END PUBLIC KEY-----"].join("\n");
}

async function signerOf(pair: CryptoKeyPair, algorithm: string): Promise<Signer> {
  const sign = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
    base64(new Uint8Array(await crypto.subtle.sign(algorithm, pair.privateKey, bytes)));
  return { pem: await pemOf(pair.publicKey), sign };
}

async function ed25519(): Promise<Signer> {
  return signerOf(await crypto.subtle.generateKey(ED25519, true, ["sign", "verify"]), "Ed25519");
}

async function rsa(modulusLength: number, hash = "SHA-256"): Promise<Signer> {
  const algorithm = { name: RSA, modulusLength, hash, publicExponent: Uint8Array.of(1, 0, 1) };
  return signerOf(await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]), RSA);
}

let ed: Signer, otherEd: Signer, strangerEd: Signer, rsa4096: Signer, rsa2048: Signer, rsaSha1: Signer;
beforeAll(async () => {
  [ed, otherEd, strangerEd, rsa4096, rsa2048, rsaSha1] = await Promise.all([
    ed25519(),
    ed25519(),
    ed25519(),
    rsa(4096),
    rsa(2048),
    rsa(2048, "SHA-1"),
  ]);
}, 60_000);

beforeEach(() => {
  vi.spyOn(console, "error").mockReturnValue(undefined);
});

const BODY = utf8('{"é":"😀"}');

interface Verified {
  readonly pem: string;
  readonly headers: Record<string, string> | Headers;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly route?: HookRoute;
}
async function verified({ pem, headers, body = BODY, route = "events" }: Verified): Promise<boolean> {
  return isSigned(body, new Headers(headers), route, await verificationKeys(pem));
}

describe("X-GHL-Signature", () => {
  it.each<HookRoute>(["events", "provider"])("is accepted on the %s route", async (route) => {
    expect(await verified({ pem: ed.pem, headers: { "x-ghl-signature": await ed.sign(BODY) }, route })).toBe(true);
  });

  it.each([0, 1, 2, 63, 64, 65, 4_096])("is accepted over a body of %i bytes", async (length) => {
    const body = new Uint8Array(length).map((_, index) => index % 256);
    expect(await verified({ pem: ed.pem, headers: { "x-ghl-signature": await ed.sign(body) }, body })).toBe(true);
  });

  it("may be of any of several keys", async () => {
    const pem = [ed.pem, rsa2048.pem, otherEd.pem].join("\n");
    for (const signer of [ed, otherEd]) {
      expect(await verified({ pem, headers: { "x-ghl-signature": await signer.sign(BODY) } })).toBe(true);
    }
    expect(await verified({ pem, headers: { "x-ghl-signature": await strangerEd.sign(BODY) } })).toBe(false);
  });

  it("is not accepted from an RSA key", async () => {
    const headers = { "x-ghl-signature": await rsa2048.sign(BODY) };
    expect(await verified({ pem: `${ed.pem}\n${rsa2048.pem}`, headers })).toBe(false);
  });

  it("is refused without any key", async () => {
    expect(await verified({ pem: "", headers: { "x-ghl-signature": await ed.sign(BODY) } })).toBe(false);
  });

  it("is needed", async () => {
    expect(await verified({ pem: ed.pem, headers: {} })).toBe(false);
  });
});

describe("a signature header that is not exactly one base64 signature", () => {
  const spoilt: { title: string; spoil: (signature: string) => string }[] = [
    { title: "N/A", spoil: () => "N/A" },
    { title: "empty", spoil: () => "" },
    { title: "blank", spoil: () => " \t " },
    { title: "no base64", spoil: () => "!" },
    { title: "one character short", spoil: (signature) => signature.slice(0, -1) },
    { title: "without its padding", spoil: (signature) => signature.replaceAll("=", "") },
    { title: "with more padding", spoil: (signature) => `${signature}=` },
    { title: "of 63 bytes", spoil: (signature) => base64(unbase64(signature).subarray(0, 63)) },
    { title: "of 65 bytes", spoil: (signature) => base64(Uint8Array.of(...unbase64(signature), 0)) },
    { title: "of no bytes but padding", spoil: () => "====" },
    { title: "twice the same text", spoil: (signature) => signature + signature },
    { title: "with a space inside", spoil: (signature) => `${signature.slice(0, 8)} ${signature.slice(8)}` },
    { title: "with a tab inside", spoil: (signature) => `${signature.slice(0, 8)}\t${signature.slice(8)}` },
    { title: "with a comma after it", spoil: (signature) => `${signature},` },
    { title: "after a comma", spoil: (signature) => `,${signature}` },
    { title: "in quotes", spoil: (signature) => `"${signature}"` },
    { title: "after a version", spoil: (signature) => `v1,${signature}` },
    {
      title: "in hex",
      spoil: (signature) => Array.from(unbase64(signature), (b) => b.toString(16).padStart(2, "0")).join(""),
    },
  ];

  it.each(spoilt)("is refused: $title", async ({ spoil }) => {
    const signature = await ed.sign(BODY);
    expect(await verified({ pem: ed.pem, headers: { "x-ghl-signature": spoil(signature) } })).toBe(false);
  });

  it.each(spoilt)("is refused as X-WH-Signature: $title", async ({ spoil }) => {
    const signature = await rsa2048.sign(BODY);
    expect(await verified({ pem: rsa2048.pem, headers: { "x-wh-signature": spoil(signature) } })).toBe(false);
  });

  it("is refused: the URL-safe alphabet", async () => {
    for (let round = 0; ; round++) {
      const body = utf8(String(round));
      const signature = await ed.sign(body);
      if (!/[+/]/.test(signature)) continue;
      const urlSafe = signature.replaceAll("+", "-").replaceAll("/", "_");
      expect(await verified({ pem: ed.pem, headers: { "x-ghl-signature": signature }, body })).toBe(true);
      expect(await verified({ pem: ed.pem, headers: { "x-ghl-signature": urlSafe }, body })).toBe(false);
      return;
    }
  });

  it.each(["x-ghl-signature", "x-wh-signature"])("is refused: %s sent twice", async (name) => {
    const signature = await (name === "x-ghl-signature" ? ed : rsa2048).sign(BODY);
    const pem = `${ed.pem}\n${rsa2048.pem}`;
    const headers = new Headers({ [name]: signature });
    expect(await verified({ pem, headers })).toBe(true);
    headers.append(name, signature);
    expect(await verified({ pem, headers })).toBe(false);
  });
});

describe("X-WH-Signature", () => {
  it.each([
    { title: "4096 bits", signer: () => rsa4096 },
    { title: "2048 bits", signer: () => rsa2048 },
  ])("is accepted on the events route from a configured RSA key of $title", async ({ signer }) => {
    const headers = { "x-wh-signature": await signer().sign(BODY) };
    expect(await verified({ pem: `${ed.pem}\n${signer().pem}`, headers })).toBe(true);
    expect(await verified({ pem: signer().pem, headers })).toBe(true);
  });

  it("may be of any of several keys", async () => {
    const headers = { "x-wh-signature": await rsa2048.sign(BODY) };
    expect(await verified({ pem: [rsa4096.pem, ed.pem, rsa2048.pem].join("\n"), headers })).toBe(true);
  });

  it.each([
    { title: "on the provider route", pem: () => rsa2048.pem, route: "provider" as const },
    { title: "where no RSA key is configured", pem: () => ed.pem, route: "events" as const },
    { title: "from another RSA key", pem: () => rsa4096.pem, route: "events" as const },
  ])("is refused $title", async ({ pem, route }) => {
    const headers = { "x-wh-signature": await rsa2048.sign(BODY) };
    expect(await verified({ pem: pem(), headers, route })).toBe(false);
  });

  it("is refused when it is an Ed25519 signature", async () => {
    const headers = { "x-wh-signature": await ed.sign(BODY) };
    expect(await verified({ pem: `${ed.pem}\n${rsa2048.pem}`, headers })).toBe(false);
  });

  it("is refused when it is over SHA-1", async () => {
    expect(await verified({ pem: rsaSha1.pem, headers: { "x-wh-signature": await rsaSha1.sign(BODY) } })).toBe(false);
  });

  it.each([
    { title: "of a stranger", ghl: () => strangerEd.sign(BODY) },
    { title: "of another body", ghl: () => ed.sign(utf8("{}")) },
    { title: "that is no base64", ghl: () => Promise.resolve("junk") },
    { title: "that is empty", ghl: () => Promise.resolve("") },
  ])("does not help where there is an X-GHL-Signature $title", async ({ ghl }) => {
    const headers = { "x-wh-signature": await rsa2048.sign(BODY), "x-ghl-signature": await ghl() };
    expect(await verified({ pem: `${ed.pem}\n${rsa2048.pem}`, headers })).toBe(false);
  });

  it("does not harm where there is a good X-GHL-Signature", async () => {
    const headers = { "x-wh-signature": "junk", "x-ghl-signature": await ed.sign(BODY) };
    expect(await verified({ pem: `${ed.pem}\n${rsa2048.pem}`, headers })).toBe(true);
  });
});

function flipped(bytes: Uint8Array<ArrayBuffer>, bit: number): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

const bits = (bytes: Uint8Array): number[] => Array.from({ length: bytes.length * 8 }, (_, bit) => bit);

describe("one bit", () => {
  it.each([
    { header: "x-ghl-signature", signer: () => ed },
    { header: "x-wh-signature", signer: () => rsa2048 },
  ])("changed anywhere in the body or the signature of $header is refused", async ({ header, signer }) => {
    const { pem, sign } = signer();
    const signature = await sign(BODY);
    const accepted: string[] = [];
    for (const bit of bits(BODY)) {
      if (await verified({ pem, headers: { [header]: signature }, body: flipped(BODY, bit) }))
        accepted.push(`body ${bit}`);
    }
    for (const bit of bits(unbase64(signature))) {
      const headers = { [header]: base64(flipped(unbase64(signature), bit)) };
      if (await verified({ pem, headers })) accepted.push(`signature ${bit}`);
    }
    expect(await verified({ pem, headers: { [header]: signature } })).toBe(true);
    expect(accepted).toEqual([]);
  });

  it("more or less is refused: a byte added to the body or taken from it", async () => {
    const headers = { "x-ghl-signature": await ed.sign(BODY) };
    expect(await verified({ pem: ed.pem, headers, body: Uint8Array.of(...BODY, 0) })).toBe(false);
    expect(await verified({ pem: ed.pem, headers, body: Uint8Array.of(...BODY, 10) })).toBe(false);
    expect(await verified({ pem: ed.pem, headers, body: BODY.slice(0, -1) })).toBe(false);
  });
});

const algorithms = async (pem: string): Promise<string[]> =>
  (await verificationKeys(pem)).map(({ algorithm }) => algorithm);

const block = (base64Text: string): string => `-----BEGIN PUBLIC KEY-----\n${base64Text}\n-----END PUBLIC KEY-----`;

describe("the keys of a configuration", () => {
  it("are imported once for one text", () => {
    const text = `${ed.pem}\n`;
    expect(verificationKeys(text)).toBe(verificationKeys(`${ed.pem}\n`));
    expect(verificationKeys(text)).not.toBe(verificationKeys(ed.pem));
  });

  it("are HighLevel's own by default", async () => {
    expect(await algorithms(readConfiguration({}).publicKeys)).toEqual(["Ed25519"]);
    expect(await algorithms(HIGHLEVEL_PUBLIC_KEY)).toEqual(["Ed25519"]);
  });

  it.each([
    { title: "real line ends", write: (pem: string) => pem },
    { title: String.raw`written \n`, write: (pem: string) => pem.replaceAll("\n", String.raw`\n`) },
    { title: "CRLF", write: (pem: string) => pem.replaceAll("\n", "\r\n") },
    { title: "no line ends at all", write: (pem: string) => pem.replaceAll("\n", "") },
    { title: "text around them", write: (pem: string) => `# keys\n${pem}\n# end` },
  ])("may be written with $title", async ({ write }) => {
    const { publicKeys } = readConfiguration({ HIGHLEVEL_PUBLIC_KEYS: write(`${ed.pem}\n${rsa2048.pem}`) });
    expect(await algorithms(publicKeys)).toEqual(["Ed25519", RSA]);
    const headers = { "x-ghl-signature": await ed.sign(BODY) };
    expect(await verified({ pem: publicKeys, headers })).toBe(true);
  });

  it.each([
    { title: "base64 of something else", garbage: () => block(btoa("not a key")) },
    { title: "44 bytes of something else", garbage: () => block(btoa("x".repeat(44))) },
    { title: "a key without its padding", garbage: () => ed.pem.replaceAll("=", "") },
    { title: "no base64", garbage: () => block("***") },
    { title: "nothing", garbage: () => block("") },
    { title: "half of a block", garbage: () => "-----BEGIN PUBLIC KEY-----\nMCow" },
    { title: "another kind of PEM", garbage: () => ed.pem.replaceAll("PUBLIC KEY", "CERTIFICATE") },
    {
      title: "a key cut short",
      garbage: () => block(base64(unbase64("MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G").subarray(0, 30))),
    },
  ])("do without a block that holds $title", async ({ garbage }) => {
    const pem = `${otherEd.pem}\n${garbage()}\n${ed.pem}`;
    expect(await algorithms(garbage())).toEqual([]);
    expect(await algorithms(pem)).toEqual(["Ed25519", "Ed25519"]);
    expect(await verified({ pem, headers: { "x-ghl-signature": await ed.sign(BODY) } })).toBe(true);
  });

  it.each([
    { title: "X25519", algorithm: { name: "X25519" }, usages: ["deriveBits"] },
    { title: "P-256", algorithm: { name: "ECDSA", namedCurve: "P-256" }, usages: ["sign", "verify"] },
  ])("leave out a $title key", async ({ algorithm, usages }) => {
    const pair = await crypto.subtle.generateKey(algorithm, true, usages as KeyUsage[]);
    if (!("publicKey" in pair)) throw new Error("Not a pair");
    expect(await algorithms(`${await pemOf(pair.publicKey)}\n${ed.pem}`)).toEqual(["Ed25519"]);
  });

  it("are none in a text without any", async () => {
    expect(await verificationKeys("")).toEqual([]);
    expect(await verificationKeys("MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg=")).toEqual([]);
  });
});
