// HighLevel as it sends webhooks: in any order, each until it is answered 2xx, over a network that drops and doubles, to
// whichever Worker takes it. That Worker stamps the event with its own clock; the ledger has another.
import type { JsonObject } from "../../src/kit/json.ts";
import type { Acknowledged, SentEvent, Wish } from "../history.ts";
import { aMessage, aWish } from "../rules.ts";
import type { Clockwork } from "./clockwork.ts";
import { LOCATION, read } from "./location.ts";
import type { SimulatedObject } from "./object.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** What an event says: a contact's reply or wish, or the status of a message to them. */
export type Said =
  | { readonly says: "yes" | Wish["says"] }
  | { readonly status: string; readonly messageId?: string | undefined; readonly retryOf?: string | undefined };

interface Webhook extends SentEvent {
  readonly payload: JsonObject;
  readonly sentOrder: number;
}

export class Senders {
  readonly acknowledged: Acknowledged[] = [];
  readonly unanswered = new Set<string>();
  readonly sent: SentEvent[] = [];
  readonly wishes: Omit<Wish, "known">[] = [];
  /** The chance that a request does not arrive, and that its answer does not. */
  drops = 0;
  /** The chance that a webhook that was answered comes once more, much later. */
  repeats = 0;
  /** How far off the clocks of the Workers are. */
  workersOffMs: readonly number[] = [0];
  readonly #clockwork: Clockwork;
  readonly #object: SimulatedObject;

  constructor(clockwork: Clockwork, object: SimulatedObject) {
    this.#clockwork = clockwork;
    this.#object = object;
  }

  /** Sends what happened at a time, milliseconds since 1970; `goesOn`: until it is answered 2xx. */
  say(key: string, contactId: string, said: Said, happenedAt: number, goesOn = true): void {
    const about = { key, locationId: LOCATION, contactId, atMs: happenedAt };
    if (!("says" in said)) {
      const { status, messageId = key, retryOf } = said;
      const payload = aMessage({ ...about, isReply: false, status, messageId, retryOf }, this.#clockwork.chance);
      return this.send(key, contactId, payload, happenedAt, goesOn);
    }
    const { says } = said;
    // Replies say "Yes", a word that lifts a STOP.
    const isYes = says === "yes";
    const sentOrder = this.#clockwork.order();
    this.wishes.push({ key, contactId, says: isYes ? "start" : says, occurredAt: happenedAt, sentOrder });
    const payload = isYes ? aMessage({ ...about, isReply: true }, this.#clockwork.chance) : aWish(about, says);
    this.send(key, contactId, payload, happenedAt, goesOn);
  }

  /** Sends a webhook with any payload. */
  send(key: string, contactId: string, payload: JsonObject, happenedAt: number, goesOn = true): void {
    const webhook = { key, contactId, payload, happenedAt, sentOrder: this.#clockwork.order() };
    const { chance } = this.#clockwork;
    if (goesOn) this.unanswered.add(key);
    this.sent.push(webhook);
    void this.#send(webhook, goesOn);
    if (this.drops > 0 && chance.happens(0.3))
      this.#clockwork.after(chance.below(MINUTE), () => void this.#send(webhook, false));
    if (chance.next() < this.repeats)
      this.#clockwork.after(chance.below(chance.pick([20 * MINUTE, 4 * HOUR, 48 * HOUR])), () => {
        void this.#send(webhook, false);
      });
  }

  async #send(webhook: Webhook, goesOn: boolean): Promise<void> {
    const { key, contactId, payload, sentOrder } = webhook;
    const { chance } = this.#clockwork;
    try {
      if (chance.next() < this.drops) throw new Error("The request did not arrive");
      const event = read(key, payload, this.#clockwork.now + chance.pick(this.workersOffMs));
      const { status } = await this.#object.call((ledger) => ledger.record(event));
      if (chance.next() < this.drops) throw new Error("The answer did not arrive");
      if (status !== "accepted" && status !== "duplicate") throw new Error("Not taken");
      const [order, at] = [this.#clockwork.order(), this.#clockwork.now];
      this.acknowledged.push({ key, contactId, status, sentOrder, order, at });
      this.unanswered.delete(key);
    } catch {
      if (goesOn) this.#clockwork.after(SECOND + chance.below(5 * MINUTE), () => void this.#send(webhook, true));
    }
  }
}
