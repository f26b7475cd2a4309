// What becomes of an e-mail: it bounces, which HighLevel tells without naming the contact. The recipe tags the contact, gives
// their owner a task, and texts them instead.
import { sendEvent, type EventOutcome } from "../../local/hook-client.ts";
import { webhookOf } from "../../local/stand-in/messages.ts";
import type { Message } from "../../local/stand-in/state.ts";
import type { Call } from "../../local/stand-in/faults.ts";
import { callsFor } from "./follow-ups.ts";
import { settled } from "./settled.ts";
import type { World } from "./world.ts";

const MINUTE_MS = 60_000;
const CONTACT = { id: "KatherineHasMovedOn1", firstName: "Katherine", email: "katherine@example.com" };
const OWNER = "DorothyOwnsContacts1";

/** How long this part of the demo takes. */
export const BOUNCED_MS = 6 * MINUTE_MS;

/** An e-mail that bounced, and what followed. */
export interface Bounced {
  readonly mail: Message;
  /** When it bounced, milliseconds since 1970. */
  readonly atMs: number;
  readonly story: EventOutcome;
  readonly calls: readonly Call[];
}

/** Runs this part. */
export async function bounced(world: World): Promise<Bounced> {
  const { standIn, target, time, locationId } = world;
  standIn.addContact({ ...CONTACT, locationId, assignedTo: OWNER });
  const mail = standIn.message({ contactId: CONTACT.id, type: "Email", status: "sent" });
  await sendEvent(target, "events", webhookOf(mail));
  await time.pass(MINUTE_MS);
  const atMs = time.now();
  const { answer } = await sendEvent(target, "events", standIn.emailBecomes(mail.id, "bounced"));
  await time.pass(BOUNCED_MS - MINUTE_MS);
  const story = await settled(world, answer.eventKey ?? "");
  return { mail, atMs, story, calls: callsFor(world, CONTACT.id) };
}
