// A stand-in for HighLevel's API: exactly what is published about it, over Request and Response. It records every call,
// and a sentence for every mistake in a call's form. It knows nothing about how Afterbeep makes its calls.
import type { JsonObject } from "../../kit/json.ts";
import { admit, parsed } from "./admit.ts";
import { takeFault, type Call, type Fault, type FaultKind } from "./faults.ts";
import { LimitBook, PUBLISHED_LIMITS, type Limits, type TooMany } from "./limits.ts";
import { emailStatsOf, statusAfter, type EmailFate } from "./email-stats.ts";
import { become, newMessage } from "./messaging.ts";
import { PERFORM } from "./operations.ts";
import { type App, type Grant, Tokens } from "./oauth.ts";
import { published } from "./published.ts";
import { inV3 } from "./v3.ts";
import { INVALID_TOKEN, mistaken, refused, type Reply } from "./reply.ts";
import { routeOf, type Route } from "./route.ts";
import {
  emptyState,
  type Contact,
  type Location,
  type Message,
  type Opportunity,
  type State,
  type User,
} from "./state.ts";

/** What a test may set; the clock is in milliseconds. */
export interface Settings {
  readonly clock: () => number;
  readonly app?: App;
  readonly limits?: Partial<Limits>;
  /** How long after a message began its status cannot be reported yet. */
  readonly tooEarlyMs?: number;
  /** How long an access token of the app is good; HighLevel's last a day. */
  readonly tokensExpireInS?: number;
  readonly onMessage?: (message: Message) => void;
}

/** What a test specifies of a provider's message; `type` is its channel. */
interface ProviderMessage {
  readonly contactId: string;
  readonly type: string;
  readonly body?: string;
}

/** What becomes of a call: an answer, or the fault that takes its place. */
export type Outcome =
  | { readonly kind: "answer"; readonly response: Response }
  | { readonly kind: Exclude<FaultKind, number> };

/** The agency of a location for which a test names none. */
const NO_COMPANY = "company-of-the-stand-in";

type Asked = { -readonly [key in keyof Call]: Call[key] };

/** HighLevel for tests, simulations and the demo: set its state, let it answer, read the calls it received. */
export class HighLevelStandIn {
  readonly state: State = emptyState();
  readonly requests: readonly Call[];
  readonly violations: string[] = [];
  readonly faults: Fault[] = [];
  readonly tokens: Tokens;
  onMessage: ((message: Message) => void) | undefined;
  /** Called when a contact's tags have changed. */
  onTags: ((contact: Contact) => void) | undefined;
  readonly #asked: Asked[] = [];
  readonly #clock: () => number;
  readonly #tooEarlyMs: number;
  readonly #limits: LimitBook;
  readonly #app: App;
  #ids = 0;

  constructor({ clock, app, limits, tooEarlyMs = 10_000, tokensExpireInS, onMessage }: Settings) {
    this.#clock = clock;
    this.#tooEarlyMs = tooEarlyMs;
    this.onMessage = onMessage;
    this.requests = this.#asked;
    this.#app = app ?? { clientId: "client", clientSecret: "secret" };
    this.tokens = new Tokens(this.#app, this.#newId, tokensExpireInS);
    this.#limits = new LimitBook({ ...PUBLISHED_LIMITS, ...limits });
  }

  /** How often the limits made it answer 429. */
  get tooMany(): Readonly<TooMany> {
    return this.#limits.tooMany;
  }

  addLocation(location: Partial<Location> & Pick<Location, "id">): Location {
    return kept(this.state.locations, { name: "A location", customFields: [], ...location });
  }

  addUser(user: Partial<User> & Pick<User, "id" | "locationId">): User {
    return kept(this.state.users, { name: "A user", ...user });
  }

  addContact(contact: Partial<Contact> & Pick<Contact, "id" | "locationId">): Contact {
    const lists = { tags: [], tasks: [], notes: [], customFields: [], workflows: new Set<string>() };
    const empty = { ...lists, dnd: false, dndSettings: {} };
    return kept(this.state.contacts, { ...empty, ...contact });
  }

  addOpportunity(opportunity: Partial<Opportunity> & Pick<Opportunity, "id" | "locationId">): Opportunity {
    return kept(this.state.opportunities, { status: "open", ...opportunity });
  }

  /** Registers a location's private integration token; without `scopes` it may do everything. */
  addToken(token: string, locationId: string, scopes?: readonly string[]): void {
    this.tokens.addPrivate(token, this.#grantTo(locationId, scopes));
  }

  /** The code that a user's consent to the app yields for a location: good for one exchange. */
  authorize(locationId: string, scopes?: readonly string[]): string {
    return this.tokens.authorize(this.#grantTo(locationId, scopes));
  }

  /** The code that an admin's consent yields for an agency: its token gives access to no location. */
  authorizeAgency(companyId: string, scopes?: readonly string[]): string {
    return this.tokens.authorize({ locationId: "", companyId, ...(scopes ? { scopes } : {}) });
  }

  /** An agency's installation takes in one of its locations: the event that HighLevel posts of it. */
  installIn(locationId: string): JsonObject {
    const location = this.state.locations.get(locationId);
    if (!location) throw new Error(`The stand-in knows no location ${locationId}`);
    location.installedAt = new Date(this.#clock()).toISOString();
    return this.#ofApp("INSTALL", { locationId, companyId: location.companyId ?? NO_COMPANY });
  }

  /** The app is uninstalled in a location: its tokens are worth nothing any more. */
  uninstallIn(locationId: string): JsonObject {
    const location = this.state.locations.get(locationId);
    if (location) location.installedAt = undefined;
    this.tokens.revoke(locationId);
    return this.#ofApp("UNINSTALL", { locationId });
  }

  /** The app is uninstalled in an agency and all its locations. */
  uninstallAgency(companyId: string): JsonObject {
    for (const one of this.state.locations.values()) if (one.companyId === companyId) one.installedAt = undefined;
    this.tokens.revokeCompany(companyId);
    return this.#ofApp("UNINSTALL", { companyId });
  }

  #ofApp(type: string, place: JsonObject): JsonObject {
    const appId = this.#app.clientId.split("-", 1)[0] ?? "";
    return { type, appId, ...place, timestamp: new Date(this.#clock()).toISOString(), webhookId: this.#newId("event") };
  }

  #grantTo(locationId: string, scopes: readonly string[] | undefined): Grant {
    const companyId = this.state.locations.get(locationId)?.companyId ?? NO_COMPANY;
    return { locationId, companyId, ...(scopes ? { scopes } : {}) };
  }

  /** A message, beginning now, that the account's conversation provider is asked to deliver. */
  providerMessage({ contactId, type, body = "A message" }: ProviderMessage): Message {
    const contact = this.state.contacts.get(contactId);
    if (!contact) throw new Error(`The stand-in knows no contact ${contactId}`);
    const begun = newMessage({ nowMs: this.#clock(), newId: this.#newId }, contact, type);
    return kept(this.state.messages, { ...begun, source: "workflow", body, attachments: [] });
  }

  /** A message that somebody wrote or that was made otherwise, beginning now: no webhook is posted of it. */
  message({ contactId, ...fields }: Partial<Message> & Pick<Message, "contactId" | "type">): Message {
    const contact = this.state.contacts.get(contactId);
    if (!contact) throw new Error(`The stand-in knows no contact ${contactId}`);
    const begun = newMessage({ nowMs: this.#clock(), newId: this.#newId }, contact, fields.type);
    return kept(this.state.messages, {
      ...begun,
      source: "app",
      body: "A message",
      attachments: [],
      ...fields,
    });
  }

  /** What becomes of a message, now. */
  becomes(id: string, status: string): Message {
    const message = this.state.messages.get(id);
    if (!message) throw new Error(`The stand-in knows no message ${id}`);
    become(message, status, this.#clock());
    return message;
  }

  /** What becomes of an e-mail, now: the event that HighLevel posts of it. */
  emailBecomes(id: string, fate: EmailFate): JsonObject {
    const status = statusAfter(fate);
    const message = status === undefined ? this.state.messages.get(id) : this.becomes(id, status);
    if (!message) throw new Error(`The stand-in knows no message ${id}`);
    const location = this.state.locations.get(message.locationId) ?? {};
    const said = { nowMs: this.#clock(), webhookId: this.#newId("event"), ids: this.state.mail.ids };
    return emailStatsOf(message, location, fate, said);
  }

  /** Answers as HighLevel does; if a fault leaves a caller without an answer, this waits until the caller gives up. */
  async answer(request: Request): Promise<Response> {
    const outcome = await this.outcomeOf(request);
    switch (outcome.kind) {
      case "answer":
        return outcome.response;
      case "refuse-connection":
        throw new TypeError("fetch failed");
      case "hang":
      case "answer-lost":
        return untilGivenUp(request.signal);
    }
  }

  /** What becomes of a call, faults included, as data. */
  async outcomeOf(request: Request): Promise<Outcome> {
    const url = new URL(request.url);
    const text = await request.text();
    const call: Asked = {
      at: this.#clock(),
      method: request.method,
      path: url.pathname,
      version: request.headers.get("version"),
      query: url.search,
      body: text === "" ? null : (parsed(text) ?? text),
      locationId: this.#grantOf(request)?.locationId ?? null,
      status: null,
    };
    this.#asked.push(call);
    const fault = takeFault(this.faults, call);
    if (fault === "hang" || fault === "refuse-connection") return { kind: fault };
    const headers: { [name: string]: string } = { date: new Date(this.#clock()).toUTCString() };
    const reply =
      typeof fault === "number" ? refused(fault, "A fault of the stand-in") : this.#reply(request, text, call, headers);
    for (const mistake of reply.mistakes ?? []) this.violations.push(`${call.method} ${call.path}: ${mistake}`);
    if (fault === "answer-lost") return { kind: fault };
    call.status = reply.status;
    return { kind: "answer", response: Response.json(reply.body, { status: reply.status, headers }) };
  }

  #reply(request: Request, text: string, call: Call, headers: { [name: string]: string }): Reply {
    const isV3 = call.version === "v3";
    const route = routeOf(call.method, call.path, isV3);
    if (!route) return this.#notThere(call, isV3);
    const reply = this.#routed(request, text, call, headers, route, isV3);
    return isV3 ? inV3(route.name, reply) : reply;
  }

  #notThere({ method, path }: Call, isV3: boolean): Reply {
    if (!routeOf(method, path, !isV3)) return mistaken(404, `Cannot ${method} ${path}`);
    return mistaken(400, `Endpoint ${path} not available in API version ${isV3 ? "v3" : "before v3"}`);
  }

  #routed(
    request: Request,
    text: string,
    call: Call,
    headers: { [name: string]: string },
    route: Route,
    isV3: boolean,
  ): Reply {
    const operation = published(route.name, isV3);
    if (route.name === "token") {
      const admitted = admit(request, text, operation);
      return "status" in admitted ? admitted : this.tokens.exchange(admitted.body, call.at);
    }
    if (!/^Bearer \S+$/.test(request.headers.get("authorization") ?? "")) {
      return { ...INVALID_TOKEN, mistakes: ["authorization must be Bearer and a token"] };
    }
    const grant = this.#grantOf(request);
    if (!grant) return INVALID_TOKEN;
    const spent = this.#limits.spend(grant.locationId || grant.companyId, call.at);
    Object.assign(headers, spent.headers);
    if (!spent.allowed) return refused(429, "Too Many Requests");
    const isAgencys = operation.isAgencys === true;
    if (isAgencys !== (grant.locationId === "")) return refused(401, "The token is not authorized for this scope.");
    const admitted = admit(request, text, operation, grant.scopes);
    if ("status" in admitted) return admitted;
    return PERFORM[route.name]({
      ...admitted,
      ids: route.ids,
      state: this.state,
      locationId: grant.locationId,
      companyId: grant.companyId,
      tokens: this.tokens,
      isV3,
      nowMs: call.at,
      tooEarlyMs: this.#tooEarlyMs,
      newId: this.#newId,
      sent: (message) => this.onMessage?.(message),
      tagged: (contact) => this.onTags?.(contact),
    });
  }

  #grantOf(request: Request): ReturnType<Tokens["grantOf"]> {
    const token = (request.headers.get("authorization") ?? "").replace(/^Bearer /, "");
    return this.tokens.grantOf(token, this.#clock());
  }

  // The same calls in the same order yield the same ids.
  readonly #newId = (about: string): string => `${about}-${String((this.#ids += 1)).padStart(6, "0")}`;
}

function kept<One extends { readonly id: string }>(all: Map<string, One>, one: One): One {
  all.set(one.id, one);
  return one;
}

function untilGivenUp(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const giveUp = (): void => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp);
  });
}
