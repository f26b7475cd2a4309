// One signed event for every channel, and what came of each.
import { CHANNEL_SAMPLES, payloadOf, SAMPLES, type Sample } from "../../events/samples.ts";
import type { JsonObject } from "../../kit/json.ts";
import { sendEvent, type Sent, type EventOutcome } from "../../local/hook-client.ts";
import { settled } from "./settled.ts";
import type { World } from "./world.ts";

/** Every channel and provider kind, then the calls and messages that the shipped rules are about. */
export const CHANNEL_EVENTS: readonly string[] = [
  ...CHANNEL_SAMPLES,
  "provider-sms",
  "provider-email",
  "call-voicemail",
  "missed-call",
  "sms-failed",
  "internal-comment",
  "api-sms",
];

/** An event that was sent, and what came of it. */
export interface Told {
  readonly sample: Sample;
  readonly sent: Sent;
  readonly story: EventOutcome;
}

/** Sends a sample with the fields of `set` replaced. */
export async function tell(world: World, name: string, set: JsonObject = {}): Promise<Told> {
  const sample = SAMPLES[name];
  if (!sample) throw new Error(`There is no sample "${name}"`);
  const payload = payloadOf(sample, { ...providerMessage(world, sample, set), ...set }, new Date(world.time.now()));
  const sent = await sendEvent(world.target, sample.route, payload);
  if (sent.httpStatus !== 202 || !sent.answer.eventKey)
    throw new Error(`Sample "${name}" was answered ${sent.httpStatus}`);
  return { sample, sent, story: await settled(world, sent.answer.eventKey) };
}

/** What a provider has to deliver must be a message known to HighLevel. */
function providerMessage({ standIn }: World, { route, payload }: Sample, set: JsonObject): JsonObject {
  if (route !== "provider" || "messageId" in set) return {};
  const { contactId, type } = { ...payload, ...set };
  if (typeof contactId !== "string" || typeof type !== "string") return {};
  return { messageId: standIn.providerMessage({ contactId, type }).id };
}
