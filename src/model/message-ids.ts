// Ids of messages as HighLevel has them.
import { isJsonObject, type Json } from "../kit/json.ts";

/** The id of a message, as it can be part of an event's key. */
export const MESSAGE_ID = /^[!-~]{1,100}$/;
const MOST_EMAILS = 20;

/** The ids of the e-mails in the thread of a message of the export, whose `meta` this is. */
export function emailIdsIn(meta: Json | undefined): readonly string[] {
  const email = isJsonObject(meta) && isJsonObject(meta["email"]) ? meta["email"] : {};
  const ids = Array.isArray(email["messageIds"]) ? email["messageIds"] : [];
  return ids.filter((id) => typeof id === "string" && MESSAGE_ID.test(id)).slice(-MOST_EMAILS) as string[];
}
