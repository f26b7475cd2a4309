// One simulated run of a location whose rules send e-mails and that hears what became of them: HighLevel's webhooks and
// statuses get lost, come late, twice and before what they are about, and the object dies.
import { sealKeys } from "../../src/highlevel/seal.ts";
import { sealPrivate } from "../../src/highlevel/sealed-token.ts";
import { EMAIL_FATES } from "../../src/local/stand-in/email-stats.ts";
import { webhookOf } from "../../src/local/stand-in/messages.ts";
import type { Message } from "../../src/local/stand-in/state.ts";
import type { LogRecord } from "../../src/ledger/log/log.ts";
import type { JsonObject } from "../../src/kit/json.ts";
import { aRule, aRuleSet } from "../../test/builders.ts";
import { chance, type Chance } from "../../test/generated/chance.ts";
import type { JoinedStatus, MailsSeen, ToldStatus } from "../mails.ts";
import { Clockwork } from "./clockwork.ts";
import { hashesTake } from "./determinism.ts";
import { HIGHLEVEL_SETTINGS, SimulatedHighLevel } from "./highlevel.ts";
import { LOCATION, read } from "./location.ts";
import { SimulatedObject } from "./object.ts";

const START = Date.parse("2026-03-04T06:00:00Z");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const BUSY_MS = 2 * HOUR;
const PEACE_MS = 2 * HOUR;
const CONTACTS = ["contact-0", "contact-1", "contact-2"];
const TOKEN = "pit-simulated";
const MANY = 1_000;

const RULES = aRuleSet(
  aRule({
    name: "mailing",
    breaker: { perContactDay: MANY, perMinute: MANY },
    actions: [
      { type: "highlevel", call: "send-message", messageType: "Email", subject: "Hello", html: "<p>Hello</p>" },
    ],
  }),
);

/** A run; a seed decides what is lost and in which order the rest comes. */
export async function simulateMails(seed: number): Promise<MailsSeen> {
  hashesTake(null);
  return new MailsRun(seed).seen();
}

class MailsRun {
  readonly #chance: Chance;
  readonly #clockwork: Clockwork;
  readonly #object: SimulatedObject;
  readonly #highlevel: SimulatedHighLevel;
  readonly #told: { -readonly [key in keyof ToldStatus]: ToldStatus[key] }[] = [];
  /** The e-mails that the log knows by their webhooks. */
  readonly #known = new Set<string>();
  readonly #loses: number;
  #events = 0;

  constructor(seed: number) {
    this.#chance = chance(seed);
    this.#clockwork = new Clockwork(START, this.#chance);
    this.#object = new SimulatedObject(this.#clockwork, RULES);
    this.#highlevel = new SimulatedHighLevel(this.#clockwork, this.#object.disk, 100, 86_399);
    this.#object.network.highlevel = this.#highlevel;
    const { standIn } = this.#highlevel;
    standIn.addLocation({ id: LOCATION });
    for (const id of CONTACTS) standIn.addContact({ id, locationId: LOCATION, email: `${id}@example.com` });
    standIn.addToken(TOKEN, LOCATION);
    standIn.state.mail.ids = this.#chance.pick(["known", "known", "its own"]);
    this.#loses = this.#chance.pick([0, 0.1, 0.3]);
    standIn.onMessage = (message) => this.#follow(message);
  }

  async seen(): Promise<MailsSeen> {
    await this.#giveToken();
    this.#plan();
    await this.#clockwork.run(START + BUSY_MS + PEACE_MS, () => this.#object.watchAlarm());
    const rows = (statement: string) => this.#object.disk.rows(statement);
    const ours = rows("SELECT message_id AS id FROM sends WHERE message_id IS NOT NULL").map(({ id }) => String(id));
    const known = new Set([...this.#known, ...ours]);
    return {
      told: this.#told.map((one) => ({ ...one, isKnown: known.has(one.messageId) })),
      joined: rows("SELECT record, outcome FROM events WHERE kind = 'EmailStatus' ORDER BY seq").map(joinedOf),
      kept: rows("SELECT event_key AS eventKey FROM quarantine").map(({ eventKey }) => String(eventKey)),
      mails: this.#highlevel.messages.map(({ contactId, leftAt }) => ({ contactId, leftAt })),
      mistakes: this.#highlevel.standIn.violations,
    };
  }

  async #giveToken(): Promise<void> {
    const keys = await sealKeys(HIGHLEVEL_SETTINGS.tokenKeys);
    if (!keys.ok) throw new Error(keys.failure);
    const sealed = await sealPrivate(keys.value, TOKEN, LOCATION);
    this.#clockwork.after(1, () => void this.#object.call((ledger) => ledger.storeToken(LOCATION, sealed)));
  }

  #plan(): void {
    const { chance } = this.#clockwork;
    const at = (run: () => void): void => this.#clockwork.after(MINUTE + chance.below(BUSY_MS), run);
    for (let texts = 10 + chance.below(20); texts > 0; texts--) at(() => this.#text(chance.pick(CONTACTS)));
    for (let mails = chance.below(10); mails > 0; mails--)
      at(() =>
        this.#follow(
          this.#highlevel.standIn.message({ contactId: chance.pick(CONTACTS), type: "Email", status: "sent" }),
        ),
      );
    for (let crashes = chance.below(8); crashes > 0; crashes--)
      at(() => (chance.happens(0.4) ? this.#object.crash() : (this.#object.disk.crashAfterWrites = chance.below(20))));
    for (let turn = 1; turn * 5 * MINUTE < BUSY_MS + PEACE_MS; turn++)
      this.#clockwork.after(
        turn * 5 * MINUTE,
        () => void this.#object.call((ledger) => ledger.poke()).catch(() => null),
      );
    this.#clockwork.after(BUSY_MS, () => (this.#object.disk.crashAfterWrites = Infinity));
  }

  /** A text went out, upon which the rule sends an e-mail. */
  #text(contactId: string): void {
    const message = this.#highlevel.standIn.message({ contactId, type: "SMS", status: "delivered" });
    this.#post(() => this.#record(message));
  }

  /** What HighLevel tells of an e-mail: its own webhook, and what becomes of it, in any order. */
  #follow(message: Message): void {
    const { chance } = this.#clockwork;
    if (message.type !== "Email") return;
    if (chance.next() >= this.#loses) this.#post(() => this.#record(message));
    for (let fates = chance.below(4); fates > 0; fates--)
      this.#clockwork.after(chance.below(chance.pick([SECOND, 20 * MINUTE])), () => this.#becomes(message));
  }

  #becomes({ id, contactId }: Message): void {
    const { chance } = this.#clockwork;
    const { standIn } = this.#highlevel;
    const payload = standIn.emailBecomes(id, chance.pick(EMAIL_FATES));
    if (chance.next() < this.#loses) return;
    const key = `status-${(this.#events += 1)}`;
    const isByName = standIn.state.mail.ids === "known";
    const told = { key, messageId: id, contactId, isTaken: false, isByName, isKnown: false };
    this.#told.push(told);
    this.#post(async () => {
      await this.#object.call((ledger) => ledger.join(LOCATION, this.#item(key, payload)));
      told.isTaken = true;
    });
  }

  #item(key: string, payload: JsonObject) {
    const receivedAt = new Date(this.#clockwork.now).toISOString();
    const about = { id: `item-of-${key}`, eventKey: key, receivedAt, route: "events" as const };
    return { ...about, issues: [], contactIds: [], body: JSON.stringify(payload) };
  }

  async #record(message: Message): Promise<void> {
    const payload = webhookOf(message);
    const { webhookId } = payload;
    const event = read(typeof webhookId === "string" ? webhookId : message.id, payload, this.#clockwork.now);
    await this.#object.call((ledger) => ledger.record(event));
    this.#known.add(message.id);
  }

  /** It comes soon, late or twice, and again until it is answered. */
  #post(send: () => Promise<void>): void {
    const { chance } = this.#clockwork;
    const tries = (): void => void send().catch(() => this.#clockwork.after(chance.below(5 * MINUTE), tries));
    for (let times = chance.happens(0.2) ? 2 : 1; times > 0; times--)
      this.#clockwork.after(chance.below(chance.pick([50, SECOND, 10 * MINUTE])), tries);
  }
}

function joinedOf(row: { readonly [column: string]: unknown }): JoinedStatus {
  const { event, decision } = JSON.parse(String(row["record"])) as LogRecord;
  const { messageId } = event.payload;
  return {
    key: event.key,
    messageId: typeof messageId === "string" ? messageId : "",
    contactId: event.contactId,
    outcome: String(row["outcome"]),
    decidedAt: Date.parse(decision.decidedAt),
  };
}
