// A simulated HighLevel: the stand-in behind a network that is slow, hangs, breaks, and loses answers before or after
// HighLevel did what was asked. A request that was sent is carried out even if its sender has died.
import { HighLevelStandIn } from "../../src/local/stand-in/stand-in.ts";
import type { HighLevelSettings } from "../../src/model/configuration.ts";
import { isJsonObject } from "../../src/kit/json.ts";
import type { AskedContact, Exchange, MadeChange, TakenMessage } from "../history.ts";
import type { Clockwork } from "./clockwork.ts";
import type { Disk } from "./disk.ts";
import { LOCATION } from "./location.ts";

export const API = "https://highlevel.example.com";
export const APP = { clientId: "app-1", clientSecret: "secret-of-the-app" };
const TOKEN_KEY = Buffer.alloc(32, 7).toString("base64");
export const HIGHLEVEL_SETTINGS: HighLevelSettings = { api: API, apiVersion: "dated", ...APP, tokenKeys: [TOKEN_KEY] };

/** How HighLevel, or the network on the way to it, behaves. */
type HighLevelCharacter =
  | "prompt"
  | "slow"
  | "hangs"
  | "does it late"
  | "answer lost"
  | "resets before"
  | "resets after"
  | "500 before"
  | "500 after";

export const HIGHLEVEL_CHARACTERS: readonly HighLevelCharacter[] = [
  "prompt",
  "slow",
  "hangs",
  "does it late",
  "answer lost",
  "resets before",
  "resets after",
  "500 before",
  "500 after",
];

/** Those in which HighLevel does what was asked, but the caller cannot know. */
export const WITHOUT_AN_END: readonly HighLevelCharacter[] = [
  "does it late",
  "answer lost",
  "resets after",
  "500 after",
];

const LATENCY_MS = 30;
const SLOW_MS = 9_000;
/** A late call is done by then: before sending again, two minutes later, the ledger looks for it, and clocks differ. */
const LATE_MS = 60_000;
/** The ledger takes a refusal so soon after a refresh for a scope that the token lacks. */
const FRESH_MS = 6 * 60_000;
export const TOKEN_PATH = "/oauth/token";
const EXPORT_PATH = "/conversations/messages/export";
/** HighLevel has many machines: the one that lists messages is behind the one that took them by so much. */
const MACHINES_APART_MS = 50_000;
/** How each text of the rules begins: what follows says what it is about. */
const TEXT = "Sorry that we missed you: ";

/** When a request left, milliseconds since 1970, and its number among everything observed. */
interface Left {
  readonly leftAt: number;
  readonly order: number;
}

type Noted<One> = { -readonly [key in keyof One]: One[key] };

export class SimulatedHighLevel {
  readonly standIn: HighLevelStandIn;
  /** The chance that a call meets one of `characters`. */
  isOff = 0;
  characters: readonly HighLevelCharacter[] = HIGHLEVEL_CHARACTERS;
  /** How long the answer to a refresh may take; some of them take longer than the ledger waits. */
  refreshMs = 0;
  /** Called when a refresh begins that will take so long, and when an answer will be lost. */
  onRefresh: (lastsMs: number) => void = () => undefined;
  onLost: () => void = () => undefined;
  readonly messages: TakenMessage[] = [];
  readonly tagged: MadeChange[] = [];
  readonly exchanges: Noted<Exchange>[] = [];
  readonly unkeptTokens: string[] = [];
  readonly asked: Noted<AskedContact>[] = [];
  readonly #clockwork: Clockwork;
  readonly #disk: Disk;
  /** What the table held when HighLevel issued each access token. */
  readonly #heldBefore = new Map<string, unknown>();

  constructor(clockwork: Clockwork, disk: Disk, perInterval: number, tokensExpireInS: number) {
    this.#clockwork = clockwork;
    this.#disk = disk;
    const clock = (): number => clockwork.now;
    this.standIn = new HighLevelStandIn({ clock, app: APP, limits: { perInterval }, tokensExpireInS });
  }

  /** Answers a request that left at that time and place in the order; never, or before its signal aborts. */
  answer(request: Request, left: Left, isGone: () => boolean): Promise<Response> {
    const access = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
    if (this.#heldBefore.has(access) && this.#heldBefore.get(access) === this.#held())
      this.unkeptTokens.push(`${request.method} ${new URL(request.url).pathname}`);
    const aborted = new Promise<never>((_, fail) => {
      request.signal.addEventListener("abort", () => fail(request.signal.reason as Error));
    });
    const isHeard = (): boolean => !isGone() && !request.signal.aborted;
    return Promise.race([this.#answer(request, left, isHeard), aborted]);
  }

  async #answer(request: Request, left: Left, isHeard: () => boolean): Promise<Response> {
    const { chance } = this.#clockwork;
    const character = chance.next() < this.isOff ? chance.pick(this.characters) : "prompt";
    const { url, method, headers } = request;
    const asked = this.#askedBy(request, left);
    // Read before anything can be aborted: the request has been sent.
    const text = await request.text();
    await this.#clockwork.sleep(chance.below(character === "slow" ? SLOW_MS : LATENCY_MS));
    const lastsMs = this.refreshMs > 0 && url.endsWith(TOKEN_PATH) ? chance.below(this.refreshMs) : 0;
    if (lastsMs > 0) this.onRefresh(lastsMs);
    const untilDoneMs = chance.below(lastsMs);
    await this.#clockwork.sleep(untilDoneMs);
    if (character === "hangs") return new Promise(() => undefined);
    if (character === "resets before") throw new TypeError("The connection was reset");
    if (character === "500 before") return new Response(null, { status: 500 });
    if (character === "does it late") await this.#clockwork.sleep(chance.below(LATE_MS));
    const outcome = await this.standIn.outcomeOf(
      new Request(url, { method, headers, ...(text === "" ? {} : { body: text }) }),
    );
    if (outcome.kind !== "answer") throw new Error("The simulation has faults of its own");
    const { pathname } = new URL(url);
    const said = asListed(pathname, await outcome.response.text());
    const exchange = this.#note(pathname, text, said, left);
    if (WITHOUT_AN_END.includes(character)) this.onLost();
    if (method === "GET") this.#mayExpire();
    if (character === "answer lost") return new Promise(() => undefined);
    if (character === "resets after") throw new TypeError("The connection was reset");
    if (character === "500 after") return new Response(null, { status: 500 });
    await this.#clockwork.sleep(chance.below(LATENCY_MS) + lastsMs - untilDoneMs);
    if (exchange && isHeard()) exchange.heardAt = this.#clockwork.now;
    if (asked && outcome.response.status === 200 && isHeard()) asked.heardAt = this.#clockwork.now;
    return new Response(said, { status: outcome.response.status, headers: outcome.response.headers });
  }

  /** Notes a question about a contact. */
  #askedBy({ method, url }: Request, { leftAt }: Left): Noted<AskedContact> | null {
    const [, contactId] = /^\/contacts\/([^/]+)$/.exec(new URL(url).pathname) ?? [];
    if (method !== "GET" || contactId === undefined) return null;
    const asked = { contactId, leftAt, heardAt: null };
    this.asked.push(asked);
    return asked;
  }

  /** Where refreshes are slow, a token may end between the question before a message and the message. */
  #mayExpire(): void {
    const { chance, now } = this.#clockwork;
    const isFresh = (this.exchanges.at(-1)?.leftAt ?? 0) > now - FRESH_MS;
    if (this.refreshMs > 0 && !isFresh && chance.happens(0.5)) this.standIn.tokens.expire(LOCATION);
  }

  /** Notes what HighLevel accepted, going by its answer. */
  #note(path: string, asked: string, said: string, left: Left): Noted<Exchange> | null {
    const answer: unknown = JSON.parse(said);
    if (!isJsonObject(answer)) return null;
    if (path === "/conversations/messages" && typeof answer["messageId"] === "string") {
      const message = this.standIn.state.messages.get(answer["messageId"]);
      if (message) {
        const { id, contactId, body } = message;
        this.messages.push({ id, contactId, about: body.replace(TEXT, ""), ...left });
      }
    }
    const [, tag] = /^\/contacts\/.+\/tags$/.test(path) ? (/"tags":\["([^"]+)"/.exec(asked) ?? []) : [];
    if (tag !== undefined && Array.isArray(answer["tags"])) this.tagged.push({ about: tag, ...left });
    if (path !== TOKEN_PATH) return null;
    const given = answer["refresh_token"];
    const access = answer["access_token"];
    if (typeof access === "string") this.#heldBefore.set(access, this.#held());
    const exchange = {
      used: new URLSearchParams(asked).get("refresh_token") ?? "",
      given: typeof given === "string" ? given : null,
      leftAt: left.leftAt,
      heardAt: null,
    };
    this.exchanges.push(exchange);
    return exchange;
  }

  /** The location's token as stored. */
  #held(): unknown {
    return this.#disk.rows("SELECT sealed FROM tokens")[0]?.["sealed"];
  }

  /** `contact/tag` for every tag that was added. */
  tags(): Set<string> {
    const contacts = [...this.standIn.state.contacts.values()];
    return new Set(contacts.flatMap(({ id, tags }) => tags.map((tag) => `${id}/${tag}`)));
  }

  addContacts(ids: readonly string[], tags: readonly string[] = []): void {
    this.standIn.addLocation({ id: LOCATION });
    for (const id of ids) this.standIn.addContact({ id, locationId: LOCATION, tags: [...tags] });
  }
}

/** An answer as another machine of HighLevel gives it. */
function asListed(pathname: string, said: string): string {
  if (pathname !== EXPORT_PATH) return said;
  return said.replaceAll(/"dateAdded":"([^"]+)"/g, (_, at: string) => {
    const behind = new Date(Date.parse(at) - MACHINES_APART_MS).toISOString();
    return `"dateAdded":"${behind}"`;
  });
}
