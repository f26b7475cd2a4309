// How a contact's tags change, and the webhook that comes of it.
import type { JsonObject } from "../../kit/json.ts";

/** Tags with others added, each once. */
export function withTags(tags: readonly string[], added: readonly string[]): string[] {
  return [...new Set([...tags, ...added])];
}

/** Tags without some of them. */
export function withoutTags(tags: readonly string[], removed: readonly string[]): string[] {
  return tags.filter((tag) => !removed.includes(tag));
}

/** The `ContactTagUpdate` that HighLevel posts once a contact's tags have changed, without its signature. */
export function tagsWebhookOf(
  { id, locationId, tags }: { readonly id: string; readonly locationId: string; readonly tags: readonly string[] },
  { webhookId, nowMs }: { readonly webhookId: string; readonly nowMs: number },
): JsonObject {
  const timestamp = new Date(nowMs).toISOString();
  return { type: "ContactTagUpdate", locationId, id, tags: [...tags], webhookId, timestamp };
}
