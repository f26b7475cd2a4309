// One simulated run of a location that is looked through: HighLevel loses webhooks, sends them late or twice, its export
// lags behind, its answers fail, and the object dies. Most messages are e-mails, of which few are on a page.
import { sealKeys } from "../../src/highlevel/seal.ts";
import { sealPrivate } from "../../src/highlevel/sealed-token.ts";
import { derivedWord } from "../../src/events/derive.ts";
import { webhookOf } from "../../src/local/stand-in/messages.ts";
import type { Message } from "../../src/local/stand-in/state.ts";
import type { LogRecord } from "../../src/ledger/log/log.ts";
import type { JsonObject } from "../../src/kit/json.ts";
import type { Outcome } from "../../src/model/event.ts";
import { chance, type Chance } from "../../test/generated/chance.ts";
import { aRule, aRuleSet, aTask, aWebhook } from "../../test/builders.ts";
import { WAITS_MS, type LoggedMessage, type MadeMessage, type Missed } from "../missed.ts";
import { Clockwork } from "./clockwork.ts";
import { hashesTake } from "./determinism.ts";
import { HIGHLEVEL_CHARACTERS, HIGHLEVEL_SETTINGS, SimulatedHighLevel } from "./highlevel.ts";
import { LOCATION, read } from "./location.ts";
import { SimulatedObject } from "./object.ts";

const START = Date.parse("2026-03-04T06:00:00Z");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const BUSY_MS = 2 * HOUR;
/** What changes at last, an hour after it was made, is shown a little later, and looked for within the hour after that. */
const LOOKED_MS = 4.5 * HOUR;
const TURN_MS = 5 * MINUTE;
const TURNS = 12;
const CONTACTS = ["contact-0", "contact-1", "contact-2"];
const TOKEN = "pit-simulated";

const everything = { all: [{ fact: "contactId", operator: "exists", value: true }] };
const on = ["OutboundMessage", "InboundMessage"] as const;
const RULES = aRuleSet(
  aRule({ name: "now", on, conditions: everything, actions: [aWebhook()] }),
  aRule({ name: "late", on, conditions: everything, late: true, actions: [aWebhook()] }),
  aRule({ name: "waits", on, conditions: everything, actions: [aTask({ after: `${WAITS_MS / MINUTE}m` })] }),
);

/** A run; most of what a seed decides is which webhooks are lost. */
export async function simulateMissed(seed: number): Promise<Missed> {
  // The run before this one decided it by its own clock, which has stopped.
  hashesTake(null);
  return new MissedRun(seed).seen();
}

class MissedRun {
  readonly #chance: Chance;
  readonly #clockwork: Clockwork;
  readonly #object: SimulatedObject;
  readonly #highlevel: SimulatedHighLevel;
  readonly #heardAt = new Map<string, number>();
  /** The chance that a webhook is lost. */
  #loses = 0;
  #webhooks = 0;
  readonly #isCalm: boolean;
  /** In which of an hour's turns it is looked. */
  readonly #turn: number;

  constructor(seed: number) {
    this.#chance = chance(seed);
    this.#clockwork = new Clockwork(START, this.#chance);
    this.#object = new SimulatedObject(this.#clockwork, RULES);
    this.#object.reconciles = true;
    this.#highlevel = new SimulatedHighLevel(this.#clockwork, this.#object.disk, this.#chance.pick([20, 100]), 86_399);
    this.#object.network.highlevel = this.#highlevel;
    this.#highlevel.addContacts(CONTACTS);
    this.#highlevel.standIn.addToken(TOKEN, LOCATION);
    this.#highlevel.standIn.state.export.lagMs = this.#chance.pick([0, 3 * MINUTE, 9 * MINUTE, 9 * MINUTE]);
    this.#isCalm = this.#chance.happens(0.5);
    this.#turn = this.#chance.below(TURNS);
  }

  async seen(): Promise<Missed> {
    await this.#giveToken();
    this.#planMessages();
    this.#planLosses();
    if (!this.#isCalm) this.#planFaults();
    for (let turn = 1; turn * TURN_MS < LOOKED_MS; turn++)
      this.#clockwork.after(turn * TURN_MS, () => this.#poke(turn % TURNS === this.#turn));
    await this.#clockwork.run(START + LOOKED_MS + HOUR, () => this.#object.watchAlarm());
    const { standIn } = this.#highlevel;
    const rows = (statement: string) => this.#object.disk.rows(statement);
    const [gaps] = rows("SELECT ifnull(SUM(found), 0) AS n FROM gaps");
    const [mark] = rows("SELECT value FROM marks WHERE name = 'reconciled'");
    return {
      messages: [...standIn.state.messages.values()].map((message) => this.#made(message)),
      events: rows("SELECT record, outcome FROM events WHERE record IS NOT NULL ORDER BY seq").map(logged),
      inGaps: Number(gaps?.["n"]),
      isUnderWay: (JSON.parse(String(mark?.["value"])) as { pass: unknown }).pass !== null,
      isCalm: this.#isCalm,
      stops: this.#object.stoppedAt.length,
      tooMany: standIn.tooMany,
      mistakes: standIn.violations,
    };
  }

  #made({ id, status, dateAdded, dateUpdated }: Message): MadeMessage {
    const sinceMs = Date.parse(dateUpdated);
    const { lagMs } = this.#highlevel.standIn.state.export;
    return {
      id,
      madeAt: Date.parse(dateAdded),
      outcome: (derivedWord("outcome", status) ?? "unknown") as Outcome,
      sinceMs,
      shownMs: sinceMs + lagMs,
      heardAt: this.#heardAt.get(id) ?? null,
    };
  }

  async #giveToken(): Promise<void> {
    const keys = await sealKeys(HIGHLEVEL_SETTINGS.tokenKeys);
    if (!keys.ok) throw new Error(keys.failure);
    const sealed = await sealPrivate(keys.value, TOKEN, LOCATION);
    const store = (): void =>
      void this.#object
        .call((ledger) => ledger.storeToken(LOCATION, sealed))
        .catch(() => this.#clockwork.after(SECOND, store));
    this.#clockwork.after(1, store);
  }

  /** Some at any time, and some just before a look, when most of what the export shows is new. */
  #planMessages(): void {
    const { chance } = this.#clockwork;
    for (let made = 8 + chance.below(20); made > 0; made--)
      this.#clockwork.after(MINUTE + chance.below(BUSY_MS), () => this.#message());
    for (let hour = 1; hour < 3; hour++) {
      const lookMs = (hour * TURNS + this.#turn) * TURN_MS;
      if (lookMs > BUSY_MS || chance.happens(0.3)) continue;
      for (let made = 45 + chance.below(15); made > 0; made--)
        this.#clockwork.after(lookMs - chance.below(8 * MINUTE), () => this.#message(true));
    }
  }

  /** `isLast`: nothing becomes of it any more. */
  #message(isLast = false): void {
    const { chance, now } = this.#clockwork;
    const { standIn } = this.#highlevel;
    const isIn = chance.happens(0.2);
    const message = standIn.message({
      contactId: chance.pick(CONTACTS),
      type: chance.happens(0.8) ? "Email" : "SMS",
      direction: isIn ? "inbound" : "outbound",
      status: isIn || isLast ? "delivered" : chance.pick(["sent", "delivered"]),
    });
    this.#post(message);
    if (isIn || message.status !== "sent" || chance.happens(0.5)) return;
    this.#clockwork.after(chance.below(now < START + BUSY_MS ? HOUR : MINUTE), () => {
      this.#post(standIn.becomes(message.id, chance.pick(["delivered", "failed"])));
    });
  }

  /** Its webhook: lost, late, or twice, the second time perhaps under another id. */
  #post(message: Message): void {
    const { chance } = this.#clockwork;
    const payload = webhookOf(message);
    const times = chance.happens(0.2) ? 2 : 1;
    for (let time = 0; time < times; time++) {
      if (chance.next() < this.#loses) continue;
      const lateMs = chance.below(chance.happens(0.1) ? 30 * MINUTE : chance.pick([SECOND, MINUTE]));
      const own = chance.happens(0.5) ? {} : { webhookId: `doubled-${++this.#webhooks}` };
      this.#clockwork.after(lateMs, () => this.#deliver(message.id, { ...payload, ...own }));
    }
  }

  #deliver(id: string, payload: JsonObject): void {
    const { webhookId } = payload;
    const event = read(typeof webhookId === "string" ? webhookId : id, payload, this.#clockwork.now);
    const heardAt = this.#clockwork.now;
    this.#object
      .call((ledger) => ledger.record(event))
      .then(
        () => this.#heardAt.has(id) || this.#heardAt.set(id, heardAt),
        () => undefined,
      );
  }

  #planLosses(): void {
    const { chance } = this.#clockwork;
    this.#loses = chance.pick([0, 0.1, 0.1, 0.3]);
    const before = this.#loses;
    for (let outages = chance.below(3); outages > 0; outages--) {
      const fromMs = chance.below(BUSY_MS);
      this.#clockwork.after(fromMs, () => (this.#loses = 1));
      this.#clockwork.after(fromMs + chance.below(2 * HOUR), () => (this.#loses = before));
    }
  }

  #planFaults(): void {
    const { chance } = this.#clockwork;
    const at = (run: () => void): void => this.#clockwork.after(chance.below(BUSY_MS), run);
    for (let crashes = chance.below(12); crashes > 0; crashes--)
      at(() => (chance.happens(0.3) ? this.#object.crash() : (this.#object.disk.crashAfterWrites = chance.below(40))));
    for (let turns = chance.below(4); turns > 0; turns--)
      at(() => {
        this.#highlevel.isOff = chance.pick([0.3, 1]);
        this.#highlevel.characters = HIGHLEVEL_CHARACTERS;
        this.#clockwork.after(chance.below(HOUR), () => (this.#highlevel.isOff = 0));
      });
    this.#clockwork.after(BUSY_MS, () => {
      this.#highlevel.isOff = 0;
      this.#object.disk.crashAfterWrites = Infinity;
    });
  }

  #poke(isHour: boolean): void {
    this.#object.call((ledger) => ledger.poke(isHour)).catch(() => undefined);
  }
}

function logged(row: { readonly [column: string]: unknown }): LoggedMessage {
  const { event, decision } = JSON.parse(String(row["record"])) as LogRecord;
  const { messageId } = event.payload;
  return {
    key: event.key,
    messageId: typeof messageId === "string" ? messageId : "",
    outcome: String(row["outcome"]),
    isFound: event.origin === "reconciled",
    repeats: decision.repeats !== undefined,
    occurredAt: Date.parse(event.occurredAt),
    decidedAt: Date.parse(decision.decidedAt),
    fired: decision.fired,
  };
}
