// What a location that follows up inside HighLevel has in addition: an app that is installed, and again when its token
// is gone; access tokens that expire early; contacts who want no messages, or want them again; our own messages that
// come back as events.
import { webhookOf } from "../../src/local/stand-in/messages.ts";
import { tagsWebhookOf } from "../../src/local/stand-in/tags.ts";
import { sealKeys } from "../../src/highlevel/seal.ts";
import { sealGrant } from "../../src/highlevel/sealed-token.ts";
import { SWAPPED, type FollowUps, type Wish } from "../history.ts";
import { BREAKERS } from "../rules.ts";
import { keptWishesOf, sendsOf, type Ask } from "../tables.ts";
import type { Clockwork } from "./clockwork.ts";
import { CountedMessages } from "./counted.ts";
import { planFlood } from "./flood.ts";
import { APP, HIGHLEVEL_CHARACTERS, WITHOUT_AN_END, HIGHLEVEL_SETTINGS, SimulatedHighLevel } from "./highlevel.ts";
import { LOCATION } from "./location.ts";
import { SimulatedNotes } from "./notes.ts";
import type { SimulatedObject } from "./object.ts";
import type { Operator } from "./operator.ts";
import type { Senders } from "./senders.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const SAYS: readonly Wish["says"][] = ["stop", "stop", "start", "dnd on", "dnd off"];
const TO_SEND = ["contacts.readonly", "locations.readonly", "conversations/message.write"];
const TO_ASK = "conversations/message.readonly";
const TO_TAG = "contacts.write";

/** What it needs from the run that it is part of. */
export interface Surroundings {
  readonly contacts: readonly string[];
  /** Calls `run` at some time during the busy part. */
  readonly at: (run: () => void) => void;
  readonly senders: Senders;
  readonly operator: Operator;
  /** Sets the ledger's clock, if the run has this fault. */
  readonly setClock: () => void;
  readonly busyMs: number;
  readonly hasFaults: boolean;
  readonly hasSlowTokens: boolean;
  /** Whether rules feed each other. */
  readonly hasLoops: boolean;
  /** Whether events come in the order in which things happened. */
  readonly isOrderly: boolean;
  /** Whether an alarm has its hands full for minutes. */
  readonly isFlooded: boolean;
}

export class SimulatedFollowUps {
  readonly #clockwork: Clockwork;
  readonly #object: SimulatedObject;
  readonly #highlevel: SimulatedHighLevel;
  readonly #around: Surroundings;
  readonly #scopes: readonly string[];
  readonly #notes: SimulatedNotes;
  readonly #counted: CountedMessages;
  readonly #ringing = new Set<string>();
  #meanwhile = 0;
  #tagged = 0;

  constructor(clockwork: Clockwork, object: SimulatedObject, around: Surroundings) {
    const { chance } = clockwork;
    this.#clockwork = clockwork;
    this.#object = object;
    this.#around = around;
    const perInterval = chance.pick([10, 20, 100]);
    this.#highlevel = new SimulatedHighLevel(clockwork, object.disk, perInterval, chance.pick([900, 3_600, 86_399]));
    object.network.highlevel = this.#highlevel;
    this.#highlevel.addContacts(around.contacts);
    this.#counted = new CountedMessages(clockwork, object);
    this.#notes = new SimulatedNotes(clockwork, object, this.#highlevel, around);
    const mayAsk = chance.happens(0.8);
    const mayTag = chance.happens(0.8) || around.hasLoops;
    this.#scopes = [...TO_SEND, ...(mayAsk ? [TO_ASK] : []), ...(mayTag ? [TO_TAG] : [])];
    this.#highlevel.standIn.onMessage = (message) => {
      if (!chance.happens(0.6)) return;
      // Its event may be there before the answer to the call that sent it.
      const happenedAt = clockwork.now;
      clockwork.after(chance.below(chance.pick([20, 5 * MINUTE, 5 * MINUTE])), () => {
        around.senders.send(`webhook-of-${message.id}`, message.contactId, webhookOf(message), happenedAt);
      });
    };
  }

  /** Looks at the notes, and at what was counted, between two steps. */
  look(): void {
    this.#notes.look();
    this.#counted.look();
  }

  /** What a contact's tags have become is told in an event, at once where everything is in order. */
  #tellTags({ id, tags }: { readonly id: string; readonly tags: readonly string[] }): void {
    const { chance, now } = this.#clockwork;
    const { isOrderly, senders } = this.#around;
    const isRinging = tags.includes("ring");
    const isSwap = isRinging !== this.#ringing.has(id);
    if (isRinging) this.#ringing.add(id);
    else this.#ringing.delete(id);
    const key = `${isSwap ? SWAPPED : "tagged"}-${(this.#tagged += 1)}`;
    const payload = tagsWebhookOf({ id, locationId: LOCATION, tags }, { webhookId: key, nowMs: now });
    const tell = (): void => senders.send(key, id, payload, now);
    if (isOrderly) tell();
    else if (chance.happens(0.9)) this.#clockwork.after(chance.below(chance.pick([20, 20, MINUTE])), tell);
  }

  /** A person gives a contact a tag. */
  #tag(contactId: string): void {
    const contact = this.#highlevel.standIn.state.contacts.get(contactId);
    if (!contact) return;
    contact.tags = [...contact.tags, `of-a-person-${this.#tagged}`];
    this.#tellTags(contact);
  }

  plan(): void {
    this.#notes.plan();
    const { at, busyMs, contacts, hasFaults, hasLoops, hasSlowTokens, senders, setClock } = this.#around;
    const { chance } = this.#clockwork;
    if (hasLoops) {
      this.#highlevel.standIn.onTags = (contact) => this.#tellTags(contact);
      for (let turns = 1 + chance.below(3); turns > 0; turns--) at(() => this.#tag(chance.pick(contacts)));
    }
    this.#install();
    this.#watchToken(this.#clockwork.now + busyMs + 60 * MINUTE);
    if (hasFaults) {
      for (let turns = 2 + chance.below(6); turns > 0; turns--)
        at(() => {
          this.#highlevel.isOff = chance.pick([0.2, 0.5, 1]);
          const one = chance.pick(HIGHLEVEL_CHARACTERS);
          this.#highlevel.characters = chance.pick([[one], HIGHLEVEL_CHARACTERS, WITHOUT_AN_END]);
        });
      for (let turns = chance.below(4); turns > 0; turns--) at(() => this.#highlevel.standIn.tokens.expire(LOCATION));
    }
    if (hasSlowTokens) {
      this.#highlevel.refreshMs = chance.pick([5 * SECOND, 15 * SECOND, 24 * SECOND]);
      this.#highlevel.onRefresh = (lastsMs) => this.#doMeanwhile(lastsMs);
      for (let turns = 2 + chance.below(8); turns > 0; turns--)
        at(() => this.#highlevel.standIn.tokens.expire(LOCATION));
    }
    this.#highlevel.onLost = () => {
      if (chance.happens(0.5)) this.#clockwork.after(chance.below(MINUTE), setClock);
    };
    this.#clockwork.after(busyMs, () => {
      this.#highlevel.isOff = this.#highlevel.refreshMs = 0;
      this.#highlevel.onLost = () => undefined;
    });
    if (this.#around.isFlooded)
      planFlood({
        clockwork: this.#clockwork,
        object: this.#object,
        highlevel: this.#highlevel,
        notes: this.#notes,
        around: this.#around,
      });
    for (let index = chance.below(5); index > 0; index--)
      at(() => {
        senders.say(`wish-${index}`, chance.pick(contacts), { says: chance.pick(SAYS) }, this.#clockwork.now);
      });
  }

  /** Something comes in between while a delivery waits for a token. */
  #doMeanwhile(lastsMs: number): void {
    const { chance } = this.#clockwork;
    const { senders, operator, setClock } = this.#around;
    const sending = this.#object.disk.rows("SELECT id, contact_id FROM deliveries WHERE state = 'sending' ORDER BY id");
    if (sending.length === 0 || chance.happens(0.3)) return;
    const { id, contact_id: named } = chance.pick(sending);
    const contactId = String(named);
    const says = (what: "yes" | Wish["says"]): void =>
      senders.say(`meanwhile-${++this.#meanwhile}`, contactId, { says: what }, this.#clockwork.now);
    const does = chance.pick([
      () => says("stop"),
      () => says("dnd on"),
      () => says("yes"),
      () => void operator.cancel(String(id)),
      () => void operator.cancelAll(),
      () => void operator.erase(contactId),
      setClock,
    ]);
    this.#clockwork.after(chance.below(lastsMs), does);
  }

  /** What was observed. */
  seen(isClockSet: boolean): FollowUps {
    const { messages, tagged, exchanges, unkeptTokens, standIn } = this.#highlevel;
    const { acknowledged, wishes } = this.#around.senders;
    const ask: Ask = (statement, ...values) => this.#object.disk.rows(statement, ...values);
    return {
      messages,
      tagged,
      tags: this.#highlevel.tags(),
      sends: sendsOf(ask),
      letThrough: this.#counted.seen(),
      wishes: wishes.map((wish) => ({ ...wish, known: acknowledged.find(({ key }) => key === wish.key) ?? null })),
      kept: keptWishesOf(ask),
      exchanges,
      unkeptTokens,
      tooMany: standIn.tooMany,
      stoppedAt: this.#object.stoppedAt,
      isClockSet,
      mistakes: standIn.violations,
      noted: this.#notes.seen(),
      breakers: BREAKERS,
      isOrderly: this.#around.isOrderly,
    };
  }

  /** A person installs the app. */
  #install(): void {
    const { standIn } = this.#highlevel;
    const code = standIn.authorize(LOCATION, this.#scopes);
    const form = { client_id: APP.clientId, client_secret: APP.clientSecret, grant_type: "authorization_code", code };
    const { body } = standIn.tokens.exchange(form, this.#clockwork.now) as { body: { [name: string]: unknown } };
    const grant = {
      accessToken: String(body["access_token"]),
      refreshToken: String(body["refresh_token"]),
      expiresInMs: Number(body["expires_in"]) * SECOND,
      scopes: this.#scopes,
      locationId: LOCATION,
      companyId: null,
    };
    const store = async (): Promise<void> => {
      const keys = await sealKeys(HIGHLEVEL_SETTINGS.tokenKeys);
      if (!keys.ok) throw new Error(keys.failure);
      const sealed = await sealGrant(keys.value, grant, APP.clientId, this.#clockwork.wall());
      await this.#object.call((ledger) => ledger.storeToken(LOCATION, sealed));
    };
    void store().catch(() => this.#clockwork.after(30 * SECOND, () => this.#install()));
  }

  /** From time to time somebody checks whether the app has to be installed again. */
  #watchToken(untilMs: number): void {
    this.#clockwork.after(10 * MINUTE, () => {
      const look = this.#object.call((ledger) => ledger.token()?.state ?? "none");
      void look.then(
        (state) => state === "active" || this.#install(),
        () => undefined,
      );
      if (this.#clockwork.now < untilMs) this.#watchToken(untilMs);
    });
  }
}
