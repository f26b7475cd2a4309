// The configuration of a developer's machine: created once, ignored by git.
import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { HIGHLEVEL_PUBLIC_KEY } from "../model/configuration.ts";
import { DEV_VARS, devVariables, type DevVariables } from "./project.ts";

const SECRET_BYTES = 32;
/** The port of the demo's receiver, which `.dev.vars` allows besides public https. */
export const RECEIVER_PORT = 9099;

/** Creates `.dev.vars` if it is missing: a development key pair, an admin token, secrets for webhooks, gateways, tokens. */
export async function ensureDevVars(): Promise<{ readonly variables: DevVariables; readonly made: boolean }> {
  if (existsSync(DEV_VARS)) return { variables: devVariables(), made: false };
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const publicKey = pem("PUBLIC KEY", await crypto.subtle.exportKey("spki", pair.publicKey));
  const privateKey = pem("PRIVATE KEY", await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  const text = [
    "# Made by `npm run dev`, for this machine only; git ignores it. Delete it to have a new one made.",
    "# HighLevel's published key and a development key, with which `npm run rules send` signs.",
    `HIGHLEVEL_PUBLIC_KEYS="${oneLine(`${HIGHLEVEL_PUBLIC_KEY}\n${publicKey}`)}"`,
    `DEV_PRIVATE_KEY="${oneLine(privateKey)}"`,
    `ADMIN_TOKEN="${randomBytes(SECRET_BYTES).toString("base64url")}"`,
    `WEBHOOK_SECRET="whsec_${randomBytes(SECRET_BYTES).toString("base64")}"`,
    `GATEWAY_SECRET="whsec_${randomBytes(SECRET_BYTES).toString("base64")}"`,
    `HIGHLEVEL_TOKEN_KEY="${randomBytes(SECRET_BYTES).toString("base64")}"`,
    'ALLOWED_LOCATIONS="*"',
    `OUTBOUND_ALLOWED_HOSTS="localhost:${RECEIVER_PORT},127.0.0.1:${RECEIVER_PORT}"`,
    "",
  ].join("\n");
  writeFileSync(DEV_VARS, text, { mode: 0o600 });
  return { variables: devVariables(), made: true };
}

function pem(label: string, der: ArrayBuffer): string {
  return `-----BEGIN ${label}-----\n${Buffer.from(der).toString("base64")}\n-----END ${label}-----`;
}

function oneLine(text: string): string {
  return text.replaceAll("\n", "\\n");
}
