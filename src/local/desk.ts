// HighLevel on a developer's machine: the stand-in's API, and a page on which its contacts are edited, events are sent to
// the local Worker, signed so that it takes them, and the texts arrive that its rules send. On loopback, in memory.
import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text as readText } from "node:stream/consumers";
import { contactIn, withContact } from "../events/contact.ts";
import { kindNamed } from "../events/kind-of.ts";
import { LOCATION, payloadOf, SAMPLES } from "../events/samples.ts";
import type { JsonObject } from "../kit/json.ts";
import { KINDS, type HookRoute } from "../model/event-kinds.ts";
import { sendEvent, type Target } from "./hook-client.ts";
import { signInLink } from "./project.ts";
import { webhookOf } from "./stand-in/messages.ts";
import { answerTo, type ListeningHighLevel } from "./stand-in/server.ts";
import { HighLevelStandIn } from "./stand-in/stand-in.ts";
import type { Contact } from "./stand-in/state.ts";
import { tagsWebhookOf } from "./stand-in/tags.ts";
import { CONTACT_FIELDS, deskPage, inboxPage, nameOf, sentPage, STYLE, type Posted } from "./desk/page.ts";

export interface DeskSettings {
  /** 0: any free one. */
  readonly port: number;
  /** The local Worker, and what signs for it and opens its API. */
  readonly target: Target;
  readonly clock?: () => number;
}

/** A desk that is open. */
export interface OpenDesk extends ListeningHighLevel {
  readonly standIn: HighLevelStandIn;
}

const TOKEN = "token-of-the-stand-in";
const OWNER = "p9rTJ2nLqkPvY8wZ1xKd";
const MOST_BODY_BYTES = 64 * 1024;
const MOST_POSTED = 50;
const MOST_CHARACTERS = 500;
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};
const PROOF_BYTES = 24;
/** What another `npm run dev` asks, to find out whose desk this is. */
const WHOSE_PATH = "/desk/whose";

/** Opens it. */
export async function openDesk({ port, target, clock = Date.now }: DeskSettings): Promise<OpenDesk> {
  const desk = new Desk(target, clock);
  const server = createServer((incoming, outgoing) => {
    desk.answer(incoming, outgoing).catch((thrown: unknown) => {
      console.error("HighLevel's stand-in threw:", thrown);
      outgoing.writeHead(500).end();
    });
  });
  await new Promise<void>((listening, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", listening);
  });
  const address = server.address();
  const bound = typeof address === "object" && address ? address.port : port;
  return {
    url: `http://127.0.0.1:${bound}`,
    standIn: desk.standIn,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** Whether a desk for this Worker is open there already. */
export async function isOpenAt(url: string, worker: string): Promise<boolean> {
  const answer = await fetch(new URL(WHOSE_PATH, url)).catch(() => null);
  const told = (await answer?.json().catch(() => null)) as { worker?: unknown } | null;
  return told?.worker === worker;
}

class Desk {
  readonly standIn: HighLevelStandIn;
  readonly #target: Target;
  readonly #clock: () => number;
  readonly #proof = randomBytes(PROOF_BYTES).toString("base64url");
  readonly #posted: Posted[] = [];

  constructor(target: Target, clock: () => number) {
    this.#target = target;
    this.#clock = clock;
    this.standIn = new HighLevelStandIn({
      clock,
      // As HighLevel does of each message and each change of tags, also of those that the Worker made.
      onMessage: (message) => void this.#post("events", webhookOf(message), "OutboundMessage: a text of the Worker's"),
    });
    this.standIn.onTags = (contact) =>
      void this.#post("events", this.#tagsOf(contact), "ContactTagUpdate: tags of the Worker's");
    furnish(this.standIn);
  }

  async answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = "GET", headers } = incoming;
    // A name that somebody else's DNS leads here is not this page's.
    const { hostname } = new URL(`http://${headers.host ?? ""}`);
    if (hostname !== "127.0.0.1" && hostname !== "localhost") return void outgoing.writeHead(421).end();
    const url = new URL(incoming.url ?? "/", `http://${headers.host ?? ""}`);
    if (url.pathname !== "/" && !url.pathname.startsWith("/desk/")) {
      const [, token] = /^Bearer (\S+)$/.exec(headers.authorization ?? "") ?? [];
      // Whatever token the ledger has from before is good here.
      if (token !== undefined) this.standIn.addToken(token, LOCATION);
      return answerTo(this.standIn, incoming, outgoing);
    }
    if (method === "POST") return this.#change(url, incoming, outgoing);
    return this.#show(url, outgoing);
  }

  #show(url: URL, outgoing: ServerResponse): void {
    const page = (body: string, type = "text/html"): void =>
      void outgoing.writeHead(200, { ...HEADERS, "content-type": `${type}; charset=utf-8` }).end(body);
    const { contacts, messages } = this.standIn.state;
    const named = (id: string): string => nameOf(contacts.get(id) ?? blank(id));
    switch (url.pathname) {
      case "/":
        return page(
          deskPage({
            worker: this.#target.url,
            page: signInLink(this.#target.url, this.#target.adminToken),
            contacts: [...contacts.values()],
            chosen: this.#contact(url.searchParams.get("contact")),
            events: Object.entries(SAMPLES).map(([name, { about }]) => [name, about]),
            proof: this.#proof,
          }),
        );
      case "/desk/style.css":
        return page(STYLE, "text/css");
      case "/desk/inbox":
        return page(inboxPage([...messages.values()].filter(({ source }) => source === "api").toReversed(), named));
      case "/desk/sent":
        return page(sentPage(this.#posted.toReversed()));
      case WHOSE_PATH:
        return page(JSON.stringify({ worker: this.#target.url }), "application/json");
      default:
        outgoing.writeHead(404).end();
    }
  }

  /** Only a form of this page changes anything: it holds what no other page can read. */
  async #change(url: URL, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { origin } = incoming.headers;
    const isSmall = Number(incoming.headers["content-length"] ?? Infinity) <= MOST_BODY_BYTES;
    const form = new URLSearchParams(isSmall ? await readText(incoming) : "");
    if ((origin !== undefined && origin !== url.origin) || !isSame(form.get("proof") ?? "", this.#proof))
      return void outgoing
        .writeHead(403, { "content-type": "text/plain" })
        .end("Load the page again, and try once more\n");
    const contact = this.#contact(form.get("contact"));
    if (url.pathname === "/desk/contact") await this.#save(contact, form);
    else if (url.pathname === "/desk/event") await this.#send(form.get("event") ?? "", contact);
    else return void outgoing.writeHead(404).end();
    outgoing.writeHead(303, { location: `/?contact=${encodeURIComponent(contact.id)}` }).end();
  }

  #contact(id: string | null): Contact {
    const { contacts } = this.standIn.state;
    const found = contacts.get(id ?? "") ?? contacts.values().next().value;
    if (!found) throw new Error("The desk has no contact");
    return found;
  }

  async #save(contact: Contact, form: URLSearchParams): Promise<void> {
    for (const field of Object.keys(CONTACT_FIELDS) as (keyof typeof CONTACT_FIELDS)[])
      contact[field] = (form.get(field) ?? "").trim().slice(0, MOST_CHARACTERS);
    contact.name = `${contact.firstName ?? ""} ${contact.lastName ?? ""}`.trim();
    const before = contact.tags.join();
    const tags = (form.get("tags") ?? "").split(",").map((tag) => tag.trim().slice(0, MOST_CHARACTERS));
    contact.tags = [...new Set(tags.filter((tag) => tag !== ""))];
    const wasDnd = contact.dnd;
    contact.dnd = form.get("dnd") === "on";
    await this.#post("events", { type: "ContactUpdate", ...this.#recordOf(contact) }, "ContactUpdate: saved here");
    if (contact.tags.join() !== before)
      await this.#post("events", this.#tagsOf(contact), "ContactTagUpdate: saved here");
    if (contact.dnd !== wasDnd)
      await this.#post(
        "events",
        { type: "ContactDndUpdate", ...this.#recordOf(contact), dndSettings: {} },
        "ContactDndUpdate: saved here",
      );
  }

  async #send(name: string, contact: Contact): Promise<void> {
    const sample = Object.hasOwn(SAMPLES, name) ? SAMPLES[name] : undefined;
    const kind = kindNamed(sample?.payload["type"]);
    if (!sample || kind === null) return;
    const payload = aboutContact(payloadOf(sample, {}, new Date(this.#clock())), contact);
    if (sample.route === "provider" && typeof payload["type"] === "string")
      payload["messageId"] = this.standIn.providerMessage({ contactId: contact.id, type: payload["type"] }).id;
    await this.#post(sample.route, withContact(KINDS[kind], payload, contact.id), `${name}: ${sample.about}`);
  }

  /** Sends an event as HighLevel does. Never rejects: what went wrong stands on the page. */
  async #post(route: HookRoute, payload: JsonObject, about: string): Promise<void> {
    const at = new Date(this.#clock()).toISOString();
    const whole = { webhookId: crypto.randomUUID(), timestamp: at, ...payload };
    const isOurs = contactOf(whole) !== null;
    try {
      await this.#giveToken();
      const { httpStatus, answer } = await sendEvent(this.#target, route, whole);
      const fired = answer.fired === undefined ? "" : `, fired: ${answer.fired.join(", ") || "nothing"}`;
      const told = `${httpStatus} ${String(answer.status ?? "")}${"deciding" in answer ? ", is being decided" : fired}${answer.detail ? `: ${answer.detail}` : ""}`;
      const path = `#/l/${encodeURIComponent(LOCATION)}/events/${encodeURIComponent(answer.eventKey ?? "")}`;
      const link = answer.eventKey && isOurs ? `${this.#target.url}/${path}` : null;
      this.#note({ at, about, answer: told, link });
    } catch {
      this.#note({ at, about, answer: `No Worker answers at ${this.#target.url}: start npm run dev`, link: null });
    }
  }

  /** The location's ledger gets a token of the stand-in, unless it has one that is in use. */
  async #giveToken(): Promise<void> {
    const { url, adminToken = "" } = this.#target;
    const at = new URL(`/api/locations/${LOCATION}/token`, url);
    const headers = { authorization: `Bearer ${adminToken}`, "content-type": "application/json" };
    const has = (await (await fetch(at, { headers })).json()) as { token?: { state?: string } | null };
    if (has.token?.state === "active") return;
    await (await fetch(at, { method: "PUT", headers, body: JSON.stringify({ token: TOKEN }) })).text();
  }

  #note(posted: Posted): void {
    this.#posted.push(posted);
    if (this.#posted.length > MOST_POSTED) this.#posted.shift();
  }

  #recordOf(contact: Contact): JsonObject {
    const told = Object.entries(contact).filter(([key]) => !["tasks", "notes", "workflows"].includes(key));
    return JSON.parse(JSON.stringify(Object.fromEntries(told))) as JsonObject;
  }

  #tagsOf(contact: Contact): JsonObject {
    return tagsWebhookOf(contact, { webhookId: crypto.randomUUID(), nowMs: this.#clock() });
  }
}

/** The location of the samples, their contact, one who is tagged, and who owns them. */
function furnish(standIn: HighLevelStandIn): void {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  standIn.addLocation({ id: LOCATION, name: "Your first sub-account", timezone: timeZone });
  standIn.addUser({ id: OWNER, locationId: LOCATION, name: "Olivia Owner", firstName: "Olivia", lastName: "Owner" });
  const { firstName, lastName, phone, email, tags } = SAMPLES["contact-created"]?.payload ?? {};
  const id = contactOf(SAMPLES["sms"]?.payload ?? {}) ?? "contact";
  const ada = JSON.parse(JSON.stringify({ firstName, lastName, phone, email, tags })) as Partial<Contact>;
  const common = { locationId: LOCATION, assignedTo: OWNER };
  standIn.addContact({ ...ada, id, ...common, name: "Ada Example" });
  standIn.addContact({
    id: "VeraHasTheTagVip0001",
    ...common,
    firstName: "Vera",
    lastName: "Important",
    name: "Vera Important",
    phone: "+15550100043",
    email: "vera@example.com",
    tags: ["vip"],
  });
}

function blank(id: string): Contact {
  return {
    id,
    locationId: LOCATION,
    tags: [],
    tasks: [],
    notes: [],
    workflows: new Set(),
    dnd: false,
    dndSettings: {},
    customFields: [],
  };
}

/** A sample as it would be about this contact: their number and address in the place of the sample's. */
function aboutContact(payload: JsonObject, { phone, email, firstName, lastName, tags }: Contact): JsonObject {
  const own = { phone, email, firstName, lastName, tags };
  const known = Object.entries(own).filter(([key, value]) => key in payload && value !== undefined && value !== "");
  const isInbound = payload["direction"] === "inbound";
  const side = isInbound ? "from" : "to";
  const to = typeof payload[side] === "string" && phone ? { [side]: phone } : {};
  return { ...payload, ...(JSON.parse(JSON.stringify(Object.fromEntries(known))) as JsonObject), ...to };
}

function contactOf(payload: JsonObject): string | null {
  const kind = kindNamed(payload["type"]);
  const id = kind === null ? undefined : contactIn(KINDS[kind], payload);
  return typeof id === "string" ? id : null;
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
