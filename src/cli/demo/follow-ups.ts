// Follow-ups inside HighLevel, as they happen: calls to five contacts reach voicemail. Nobody knows them yet, so HighLevel
// is asked who they are. That, and what each does in the five minutes before the text is due, decides what they get. One of
// them is called again at once, and is known. Then HighLevel reports our own texts, which fire nothing.
import { sendEvent, type EventOutcome } from "../../local/hook-client.ts";
import type { Call } from "../../local/stand-in/faults.ts";
import { webhookOf } from "../../local/stand-in/messages.ts";
import type { Message } from "../../local/stand-in/state.ts";
import { tell } from "./channels.ts";
import { settled } from "./settled.ts";
import type { World } from "./world.ts";

const MINUTE_MS = 60_000;

/** How long the follow-ups take. */
export const FOLLOW_UPS_MS = 5 * MINUTE_MS;

/** The contacts called, by what each of them does. */
const CONTACTS = {
  waits: { id: "GraceWaitsForTheText", name: "Grace" },
  isVip: { id: "VeraHasTheTagVip0001", name: "Vera", tags: ["vip"] },
  replies: { id: "EdsgerRepliesInTime1", name: "Edsger" },
  isInDnd: { id: "BarbaraDoNotDisturb1", name: "Barbara" },
  turnsDndOn: { id: "MargaretTurnsDndOn01", name: "Margaret" },
} as const;
type Who = keyof typeof CONTACTS;

/** What HighLevel was asked about a contact between an event and its decision. */
type Questions = readonly Call[];

/** What came of one call. */
export interface FollowUp {
  readonly contactId: string;
  readonly name: string;
  /** When the call reached voicemail, milliseconds since 1970. */
  readonly calledMs: number;
  /** What HighLevel was asked before the decision. */
  readonly asked: Questions;
  /** The decision on the call and its deliveries, once all is over. */
  readonly story: EventOutcome;
  /** What the stand-in was told to do for the contact. */
  readonly calls: readonly Call[];
}

/** A text that was sent and that came back as an event. */
export interface OwnMessage {
  readonly message: Message;
  readonly fired: readonly string[];
  readonly story: EventOutcome;
}

/** Everything that happened. */
export interface FollowUps {
  /** The second call to the one who waits. */
  readonly again: { readonly asked: Questions; readonly story: EventOutcome };
  readonly contacts: { readonly [who in Who]: FollowUp };
  readonly own: readonly OwnMessage[];
}

/** Runs the follow-ups. */
export async function followUps(world: World): Promise<FollowUps> {
  const { standIn, time, locationId } = world;
  for (const { id, name, ...rest } of Object.values(CONTACTS))
    standIn.addContact({ id, locationId, firstName: name, ...("tags" in rest ? { tags: [...rest.tags] } : {}) });
  const { waits, isVip, replies, isInDnd, turnsDndOn } = CONTACTS;
  const dnd = { id: isInDnd.id, dnd: false, dndSettings: { SMS: { status: "active", message: "", code: "" } } };
  await tell(world, "dnd", dnd);
  const called = {
    waits: await call(world, waits.id),
    isVip: await call(world, isVip.id),
    replies: await call(world, replies.id),
    isInDnd: await call(world, isInDnd.id),
    turnsDndOn: await call(world, turnsDndOn.id),
  };
  const again = await call(world, waits.id);
  await time.pass(2 * MINUTE_MS);
  await tell(world, "reply", { contactId: replies.id });
  await tell(world, "dnd", { ...dnd, id: turnsDndOn.id });
  await time.pass(FOLLOW_UPS_MS - 2 * MINUTE_MS);
  const contacts = {
    waits: await cameOf(world, "waits", called.waits),
    isVip: await cameOf(world, "isVip", called.isVip),
    replies: await cameOf(world, "replies", called.replies),
    isInDnd: await cameOf(world, "isInDnd", called.isInDnd),
    turnsDndOn: await cameOf(world, "turnsDndOn", called.turnsDndOn),
  };
  const own: OwnMessage[] = [];
  for (const message of world.messages) own.push(await comeBack(world, message));
  return { contacts, again, own };
}

interface Called {
  readonly eventKey: string;
  readonly atMs: number;
  readonly asked: Questions;
  readonly story: EventOutcome;
}

async function call(world: World, contactId: string): Promise<Called> {
  const { time, standIn } = world;
  const [atMs, before] = [time.now(), standIn.requests.length];
  const { sent, story } = await tell(world, "call-voicemail", { contactId });
  return { eventKey: sent.answer.eventKey ?? "", atMs, asked: standIn.requests.slice(before), story };
}

async function cameOf(world: World, who: Who, { eventKey, atMs, asked }: Called): Promise<FollowUp> {
  const { id, name } = CONTACTS[who];
  const story = await settled(world, eventKey);
  return { contactId: id, name, calledMs: atMs, asked, story, calls: callsFor(world, id) };
}

/** What HighLevel was asked to change for a contact: a text names the contact in its body, other calls in the path. */
export function callsFor({ standIn }: World, contactId: string): readonly Call[] {
  return standIn.requests.filter(
    ({ method, path, body }) =>
      method !== "GET" &&
      (path.startsWith(`/contacts/${contactId}/`) || (body as { contactId?: unknown } | null)?.contactId === contactId),
  );
}

/** HighLevel posts an OutboundMessage for every message, including ours. */
async function comeBack(world: World, message: Message): Promise<OwnMessage> {
  const { answer } = await sendEvent(world.target, "events", webhookOf(message));
  const story = await settled(world, answer.eventKey ?? "");
  return { message, fired: answer.fired ?? [], story };
}
