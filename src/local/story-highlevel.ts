// HighLevel in a story: it knows the contact, takes every call, and posts an event for each message that it was asked to
// send, as it does for its own: by that event Afterbeep recognises the message as ours.
import { CALLS } from "../highlevel/calls.ts";
import type { HighLevelAnswer, HighLevelRequest, Leaves } from "../highlevel/account.ts";
import { outgoing } from "../highlevel/outgoing.ts";
import type { JsonObject } from "../kit/json.ts";
import { HIGHLEVEL_API } from "../model/configuration.ts";
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

  call(request: HighLevelRequest, leaves?: Leaves): Promise<HighLevelAnswer> {
    const { method, path, body } = request;
    if (leaves && !leaves(outgoing(HIGHLEVEL_API, request))) return Promise.resolve({ kind: "stopped" });
    const isAsked = method === "GET" && path.startsWith("/contacts/");
    const isSend = method === SEND.method && path === SEND.path;
    const answer = isSend ? this.#send(body as JsonObject) : isAsked ? { contact: this.#contact } : { location: {} };
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
