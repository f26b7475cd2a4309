import { sha256 } from "../model/hash.ts";

const BEARER = /^Bearer +([!-~]+) *$/i;

/** Whether a request carries the admin token. Both sides are hashed first, so neither time nor length tells anything. */
export async function hasToken(headers: Headers, adminToken: string): Promise<boolean> {
  const [, token = ""] = BEARER.exec(headers.get("authorization") ?? "") ?? [];
  return crypto.subtle.timingSafeEqual(await sha256(token), await sha256(adminToken));
}
