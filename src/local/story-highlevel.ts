// HighLevel in a story: it knows the contact, takes every call, and posts an event for each message that it was asked to
// send and for each change of tags, as it does for its own: by those events Afterbeep recognises what is ours.
import { CALLS } from "../highlevel/calls.ts";
import type { HighLevelAnswer, HighLevelRequest, Leaves } from "../highlevel/account.ts";
import { outgoing } from "../highlevel/outgoing.ts";
import { recordOf } from "../highlevel/record.ts";
import { isJsonObject, type JsonObject } from "../kit/json.ts";
import { HIGHLEVEL } from "../model/configuration.ts";
import { text, texts } from "./stand-in/form.ts";
import { webhookOf } from "./stand-in/messages.ts";
import { messageOf, told } from "./stand-in/messaging.ts";
import { tagsWebhookOf, withoutTags, withTags } from "./stand-in/tags.ts";

/** What HighLevel knows besides what the events of a story say: as it answers it, or in our names, as an example has it. */
export interface StoryRecords {
  readonly contact?: JsonObject | undefined;
  readonly location?: JsonObject | undefined;
}

const SEND = CALLS["send-message"];
const OWNER = "story-owner";
const TAGS = /^\/contacts\/([^/]+)\/tags$/;

/** HighLevel, as far as one contact sees it. */
export class StoryHighLevel {
  readonly #contact: JsonObject;
  readonly #owner: JsonObject;
  readonly #location: JsonObject;
  /** The definitions of the custom fields that the contact has by their keys. */
  readonly #customFields: readonly JsonObject[];
  readonly #clock: () => number;
  readonly #posted: JsonObject[] = [];
  #tags: readonly string[];
  #ids = 0;
  /** Where the contact is: that of the last event. */
  locationId = "";

  constructor({ contact = {}, location = {} }: StoryRecords, clock: () => number) {
    const { owner, custom } = contact;
    this.#contact = { ...(isJsonObject(owner) ? { assignedTo: OWNER } : {}), ...recordOf(contact) };
    this.#owner = isJsonObject(owner) ? owner : {};
    this.#location = location;
    const keys = isJsonObject(custom) ? Object.keys(custom) : [];
    this.#customFields = keys.map((key) => ({ id: key, name: key, fieldKey: `contact.${key}` }));
    this.#tags = texts(contact, "tags");
    this.#clock = clock;
  }

  call(request: HighLevelRequest, leaves?: Leaves): Promise<HighLevelAnswer> {
    const { method, path, body } = request;
    if (leaves && !leaves(outgoing(HIGHLEVEL, request))) return Promise.resolve({ kind: "stopped" });
    if (method === "GET") return Promise.resolve(answered(this.#record(path)));
    const isSend = method === SEND.method && path === SEND.path;
    const contactId = TAGS.exec(path)?.[1];
    if (contactId !== undefined && body) this.#tag(decodeURIComponent(contactId), method, body as JsonObject);
    return Promise.resolve(answered(isSend ? this.#send(body as JsonObject) : {}));
  }

  /** Learns the contact's tags from an event of the story that tells them. */
  hear({ tags }: JsonObject): void {
    if (Array.isArray(tags)) this.#tags = texts({ tags }, "tags");
  }

  /** The events that HighLevel has posted since the last time. */
  posted(): readonly JsonObject[] {
    return this.#posted.splice(0);
  }

  #record(path: string): JsonObject {
    if (path.startsWith("/contacts/")) return { contact: { ...this.#contact, tags: [...this.#tags] } };
    if (path.startsWith("/users/")) return this.#owner;
    return path.includes("/customFields") ? { customFields: [...this.#customFields] } : { location: this.#location };
  }

  #tag(id: string, method: HighLevelRequest["method"], body: JsonObject): void {
    const before = this.#tags;
    this.#tags = (method === "DELETE" ? withoutTags : withTags)(before, texts(body, "tags"));
    if (this.#tags.length === before.length) return;
    const contact = { id, locationId: this.locationId, tags: this.#tags };
    this.#posted.push(tagsWebhookOf(contact, { webhookId: this.#newId("change"), nowMs: this.#clock() }));
  }

  #newId(what: string): string {
    return `story-${what}-of-ours-${(this.#ids += 1)}`;
  }

  #send(body: JsonObject): JsonObject {
    const contact = { id: text(body, "contactId"), locationId: this.locationId };
    const message = messageOf({ body, nowMs: this.#clock(), newId: (what) => this.#newId(what) }, contact);
    this.#posted.push(webhookOf(message));
    return told(message);
  }
}

function answered(body: JsonObject): HighLevelAnswer {
  return { kind: "answer", status: 200, body: JSON.stringify(body) };
}
