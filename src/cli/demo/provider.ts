// The provider role: HighLevel hands over messages, a gateway on loopback gets them, and what the gateway later reports
// is passed on to HighLevel.
import type { JsonObject } from "../../kit/json.ts";
import type { ReceivedWebhook } from "../../local/receiver.ts";
import type { Call } from "../../local/stand-in/faults.ts";
import type { Message } from "../../local/stand-in/state.ts";
import { tell } from "./channels.ts";
import type { World } from "./world.ts";

const MINUTE_MS = 60_000;
const CONTACT = { id: "AdaGetsItFromGateway" };

/** How long this part of the demo takes. */
export const PROVIDER_MS = 3 * MINUTE_MS;

/** A message that HighLevel handed over. */
export interface ProvidedMessage {
  /** The message in HighLevel at the end. */
  readonly message: Message;
  /** What the gateway got. */
  readonly handedOver: ReceivedWebhook;
  /** What HighLevel was told, in order, with its answers. */
  readonly reports: readonly Call[];
}

/** Two messages: one is delivered and then read, one fails. */
export interface ProviderRole {
  readonly read: ProvidedMessage;
  readonly failed: ProvidedMessage;
}

/** Runs the provider's part. */
export async function providerRole(world: World): Promise<ProviderRole> {
  const { standIn, time, locationId } = world;
  standIn.addContact({ id: CONTACT.id, locationId, phone: "+15550100077" });
  const read = await handOver(world, "See you at three.");
  const failed = await handOver(world, "Your table is ready.");
  await time.pass(MINUTE_MS);
  await callBack(world, "gateway-delivered", read.message, {});
  await callBack(world, "gateway-failed", failed.message, {});
  await time.pass(MINUTE_MS);
  await callBack(world, "gateway-delivered", read.message, { status: "read" });
  await time.pass(MINUTE_MS);
  return { read: cameOf(world, read), failed: cameOf(world, failed) };
}

interface HandedOver {
  readonly message: Message;
  readonly handedOver: ReceivedWebhook;
}

async function handOver(world: World, text: string): Promise<HandedOver> {
  const message = world.standIn.providerMessage({ contactId: CONTACT.id, type: "SMS", body: text });
  await tell(world, "provider-sms", { contactId: CONTACT.id, messageId: message.id, message: text });
  const handedOver = world.receiver.received.find(({ body }) => body.includes(message.id));
  if (!handedOver) throw new Error("The gateway got no message: does a rule hand it over?");
  return { message, handedOver };
}

/** The gateway's signed callback. */
async function callBack(world: World, sample: string, { id }: Message, set: JsonObject): Promise<void> {
  await tell(world, sample, { contactId: CONTACT.id, messageId: id, ...set });
}

function cameOf({ standIn }: World, { message, handedOver }: HandedOver): ProvidedMessage {
  const reports = standIn.requests.filter(({ path }) => path === `/conversations/messages/${message.id}/status`);
  return { message, handedOver, reports };
}
