// Tokens at rest: AES-256-GCM under keys that are only in the deployment's secrets.
import { base64, bytesIn } from "../kit/base64.ts";
import { fail, succeed, type Result } from "../kit/result.ts";

/** Usable keys: the first one seals, all of them open. */
export type SealKeys = readonly [CryptoKey, ...CryptoKey[]];

interface SealParameters {
  readonly name: string;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly additionalData: Uint8Array;
}

const ALGORITHM = "AES-GCM";
const KEY_BYTES = 32;
/** The length that NIST SP 800-38D recommends. */
const IV_BYTES = 12;
const FORM = /^v1\.([\w-]{16})\.([\w-]{22,})$/;

/** Reads keys, each base64 of 32 bytes; or says which of them cannot be used, without quoting it. */
export async function sealKeys(texts: readonly string[]): Promise<Result<SealKeys, string>> {
  const keys: CryptoKey[] = [];
  for (const [index, text] of texts.entries()) {
    const bytes = bytesOf(text);
    if (bytes?.byteLength !== KEY_BYTES)
      return fail(`Key ${index + 1} of HIGHLEVEL_TOKEN_KEY is not the base64 of ${KEY_BYTES} bytes`);
    keys.push(await crypto.subtle.importKey("raw", bytes, ALGORITHM, false, ["encrypt", "decrypt"]));
  }
  const [first, ...others] = keys;
  return first ? succeed([first, ...others]) : fail("HIGHLEVEL_TOKEN_KEY is not set");
}

/** Seals a text as `v1.<iv>.<ciphertext>`, both base64url, so that it opens for this owner only. */
export async function seal([key]: SealKeys, text: string, owner: string): Promise<string> {
  const iv = new Uint8Array(IV_BYTES);
  crypto.getRandomValues(iv);
  const sealed = await crypto.subtle.encrypt(parameters(iv, owner), key, new TextEncoder().encode(text));
  return `v1.${base64url(iv)}.${base64url(new Uint8Array(sealed))}`;
}

/** What was sealed for this owner; `null` if it was sealed for another or under an absent key, or was altered. */
export async function open(keys: SealKeys, sealed: string, owner: string): Promise<string | null> {
  const [, ivText = "", textText = ""] = FORM.exec(sealed) ?? [];
  const [iv, bytes] = [bytesOf(ivText), bytesOf(textText)];
  if (iv?.byteLength !== IV_BYTES || bytes === null) return null;
  for (const key of keys) {
    const opened = await crypto.subtle.decrypt(parameters(iv, owner), key, bytes).catch(() => null);
    if (opened !== null) return new TextDecoder().decode(opened);
  }
  return null;
}

/** The owner, a location or an agency, is authenticated along with the text: a row copied elsewhere does not open. */
function parameters(iv: Uint8Array<ArrayBuffer>, owner: string): SealParameters {
  return { name: ALGORITHM, iv, additionalData: new TextEncoder().encode(owner) };
}

function base64url(bytes: Uint8Array): string {
  return base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The bytes of base64 or base64url; `null` if it is neither. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> | null {
  return bytesIn(text.replaceAll("-", "+").replaceAll("_", "/"));
}
