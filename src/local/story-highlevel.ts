// HighLevel in a story: it knows the contact, takes every call, and posts an event for each message that it was asked to
// send, as it does for its own: by that event Afterbeep recognises the message as ours.
import { CALLS } from "../highlevel/calls.ts";
import type { HighLevelAnswer, HighLevelRequest } from "../highlevel/account.ts";
import type { JsonObject } from "../kit/json.ts";
import { text } from "./stand-in/form.ts";
import { webhookOf } from "./stand-in/messages.ts";
import { messageOf, told } from "./stand-in/messaging.ts";

const SEND = CALLS["send-message"];

/** HighLevel, as far as one contact sees it. */
export class StoryHighLevel {
  readonly #contact: JsonObject;
  readonly #clock: () => number;
  readonly #posted: JsonObject[] = [];
  #ids = 0;
  /** Where the contact is: that of the last event. */
  locationId = "";

  constructor(contact: JsonObject, clock: () => number) {
    this.#contact = contact;
    this.#clock = clock;
  }

  call({ method, path, body }: HighLevelRequest, leaves?: () => boolean): Promise<HighLevelAnswer> {
    if (leaves && !leaves()) return Promise.resolve({ kind: "stopped" });
    const isAsked = method === "GET" && path.startsWith("/contacts/");
    const isSend = method === SEND.method && path === SEND.path;
    const asked = isAsked ? { contact: this.#contact } : { location: {}, customFields: [] };
    const answer = isSend ? this.#send(body as JsonObject) : asked;
    return Promise.resolve({ kind: "answer", status: 200, body: JSON.stringify(answer) });
  }

  /** The events that HighLevel has posted since the last time. */
  posted(): readonly JsonObject[] {
    return this.#posted.splice(0);
  }

  #send(body: JsonObject): JsonObject {
    const newId = (what: string): string => `story-${what}-of-ours-${(this.#ids += 1)}`;
    const contact = { id: text(body, "contactId"), locationId: this.locationId };
    const message = messageOf({ body, nowMs: this.#clock(), newId }, contact);
    this.#posted.push(webhookOf(message));
    return told(message);
  }
}
