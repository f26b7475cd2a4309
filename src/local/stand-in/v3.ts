// How v3 words an answer that is the same otherwise.
import { isJsonObject, type Json, type JsonObject } from "../../kit/json.ts";
import type { OperationName } from "./published.ts";
import type { Reply } from "./reply.ts";

/** The answer to an operation as v3 spells it. */
export function inV3(name: OperationName, reply: Reply): Reply {
  const { body } = reply;
  if (!isJsonObject(body)) return reply;
  if (name === "token" || name === "location-token") {
    // Its refusals are sentences.
    if (body["error"] === "invalid_grant") return { ...reply, body: { statusCode: 400, message: INVALID_GRANT } };
    return {
      ...reply,
      body: renamed(body, (field) => field.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())),
    };
  }
  const { contact, ...rest } = renamed(body, (field) => (field === "succeded" ? "succeeded" : field));
  return {
    ...reply,
    body: isJsonObject(contact)
      ? { ...rest, contact: spelt(contact) }
      : { ...rest, ...(contact === undefined ? {} : { contact }) },
  };
}

const INVALID_GRANT = "Invalid grant: refresh token is invalid";

/** `SMS` is `sms` there, and `WhatsApp` `whatsApp`. */
function spelt(contact: JsonObject): JsonObject {
  const { dndSettings } = contact;
  if (!isJsonObject(dndSettings)) return contact;
  const channel = (name: string): string =>
    name.toUpperCase() === name ? name.toLowerCase() : name.charAt(0).toLowerCase() + name.slice(1);
  return { ...contact, dndSettings: renamed(dndSettings, channel) };
}

function renamed(object: JsonObject, rename: (name: string) => string): { [name: string]: Json } {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [rename(name), value]));
}
