import type { Configuration } from "../model/configuration.ts";
import { hex, sha256 } from "../kit/hash.ts";

const BEARER = /^Bearer +([!-~]+) *$/i;

/**
 * Whether a request carries one of the tokens. The token is hashed and compared with every one, whichever matches, so
 * that neither timing nor length tells anything.
 */
export async function hasToken(
  headers: Headers,
  { adminToken, adminTokenHashes }: Pick<Configuration, "adminToken" | "adminTokenHashes">,
): Promise<boolean> {
  const [, token] = BEARER.exec(headers.get("authorization") ?? "") ?? [];
  // If no token were hashed as an empty text, it would open wherever the hash of the empty text is configured.
  if (token === undefined) return false;
  const given = await digestOf(token);
  const hashes = adminTokenHashes.map(utf8);
  if (adminToken !== null) hashes.push(await digestOf(adminToken));
  let isOneOfThem = false;
  for (const hash of hashes) isOneOfThem = crypto.subtle.timingSafeEqual(given, hash) || isOneOfThem;
  return isOneOfThem;
}

/** A SHA-256 as the bytes of its 64 hex digits. */
async function digestOf(text: string): Promise<Uint8Array> {
  return utf8(hex(await sha256(text)));
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
