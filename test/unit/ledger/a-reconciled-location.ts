// A location that is looked through: the real ledger on Node's SQLite, HighLevel's stand-in, and a clock that a test moves.
import { readEvent } from "../../../src/events/event.ts";
import { sealKeys } from "../../../src/highlevel/seal.ts";
import { sealPrivate } from "../../../src/highlevel/sealed-token.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import type { LedgerStorage } from "../../../src/ledger/store/ports.ts";
import { sqliteStorage, type SqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { webhookOf } from "../../../src/local/stand-in/messages.ts";
import { HighLevelStandIn, type Settings } from "../../../src/local/stand-in/stand-in.ts";
import type { Message } from "../../../src/local/stand-in/state.ts";
import type { Counted, Recorded } from "../../../src/model/ledger.ts";
import type { RuleSet } from "../../../src/model/rule.ts";
import { aRuleSet, CONTACT, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const NOON = Date.parse("2026-03-04T12:00:00Z");
const TOKEN = "pit-of-the-tests";
const KEY = btoa("k".repeat(32));
const HIGHLEVEL = {
  api: "https://highlevel.example.com",
  apiVersion: "dated" as const,
  clientId: null,
  clientSecret: null,
  tokenKeys: [KEY],
};

/** What a test may set of it. */
interface Given {
  readonly rules?: RuleSet;
  readonly scopes?: readonly string[];
  readonly reconciles?: boolean;
  readonly limits?: Settings["limits"];
}

export class ReconciledLocation {
  now = NOON;
  readonly highlevel: HighLevelStandIn;
  readonly storage: SqliteStorage;
  /** Takes the place of HighLevel for a request, if it gives an answer. */
  instead: (request: Request) => Promise<Response> | null = () => null;
  ledger!: LocationLedger;
  readonly #given: Given;
  #stopped = false;
  #died: () => void = () => undefined;
  #death = Promise.resolve();

  constructor(given: Given, storage = sqliteStorage()) {
    this.#given = given;
    this.storage = storage;
    this.highlevel = new HighLevelStandIn({ clock: () => this.now, ...(given.limits ? { limits: given.limits } : {}) });
    this.highlevel.addLocation({ id: LOCATION });
    this.highlevel.addContact({ id: CONTACT, locationId: LOCATION });
    this.highlevel.addContact({ id: "another", locationId: LOCATION });
    this.highlevel.addToken(TOKEN, LOCATION, given.scopes);
  }

  /** Opens the ledger, as at the start of an object. `watch` sees its storage. */
  async open(watch: (storage: LedgerStorage) => LedgerStorage = (storage) => storage): Promise<void> {
    this.#stopped = false;
    this.#death = new Promise((done) => (this.#died = done));
    this.ledger = await aLedger({
      storage: watch(this.storage),
      ruleSet: this.#given.rules ?? aRuleSet(),
      clock: () => this.now,
      // A poke waits for the look.
      timer: (ms) => new Promise((done) => (ms < 2_000 ? setImmediate(done) : undefined)),
      fetch: (request) => this.#fetch(request),
      highlevel: HIGHLEVEL,
      reconciles: this.#given.reconciles ?? true,
    });
  }

  async #fetch(request: Request): Promise<Response> {
    if (!request.url.startsWith(HIGHLEVEL.api)) return new Response("ok");
    const answer = await (this.instead(request) ?? this.highlevel.answer(request));
    return this.#stopped ? new Promise<never>(() => undefined) : answer;
  }

  /** As if the object had died: what is under way never hears an answer. */
  stop(): void {
    this.#stopped = true;
    this.#died();
  }

  /** Resolves once that is done, or the object has died. */
  orStopped(work: Promise<void>): Promise<void> {
    return Promise.race([work.catch(() => undefined), this.#death]);
  }

  async giveToken(): Promise<void> {
    const keys = await sealKeys([KEY]);
    if (!keys.ok) throw new Error(keys.failure);
    this.ledger.storeToken(LOCATION, await sealPrivate(keys.value, TOKEN, LOCATION));
  }

  /** A message made now, of which no webhook came yet. */
  message(fields: Partial<Message> = {}): Message {
    return this.highlevel.message({ contactId: CONTACT, type: "SMS", status: "delivered", ...fields });
  }

  /** The webhook of a message as it is now. */
  webhook(message: Message, fields: JsonObject = {}): Promise<Recorded | Counted> {
    const payload: JsonObject = { ...webhookOf(message), ...fields };
    const receivedAt = new Date(this.now).toISOString();
    const { webhookId: key } = payload;
    if (typeof key !== "string") throw new Error("The webhook has no id");
    const read = readEvent(payload, { key, route: "events", receivedAt });
    if (read.status !== "event") throw new Error("The webhook is no event");
    return this.ledger.record(read.event);
  }

  /** The watchdog comes; what it makes the ledger do now is done when this resolves. */
  async poke(isHour = true): Promise<void> {
    await this.ledger.poke(isHour);
  }

  /** Rings the alarm for what is due by a time, until nothing is. */
  async ring(untilMs = this.now): Promise<void> {
    for (let rings = 0; rings < 1_000; rings++) {
      const at = this.storage.alarmAt;
      if (at === null || at > untilMs) return;
      this.now = Math.max(this.now, at);
      this.storage.alarmAt = null;
      const { isUnderWay } = this.ledger.reconciling();
      await this.ledger.alarm();
      // What goes on by itself is waited for.
      if (isUnderWay) await this.ledger.poke();
    }
    throw new Error("It does not come to rest");
  }

  /** The log, oldest first. */
  log() {
    return this.ledger.events({ limit: 200 }).events.toReversed();
  }

  /** How often the export was asked for. */
  asked(): number {
    return this.highlevel.requests.filter(({ path }) => path.endsWith("/export")).length;
  }
}

/** An opened location with a token, an hour old. */
export async function aReconciledLocation(given: Given = {}): Promise<ReconciledLocation> {
  const location = new ReconciledLocation(given);
  await location.open();
  await location.giveToken();
  location.now += HOUR;
  return location;
}
