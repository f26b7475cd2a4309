// Before an attempt: whether it may be made now. An action waits for its hours, and a message that its contact does not
// want is not sent. If HighLevel cannot answer now, it is queried again later: nothing is sent blindly.
import { HIGHLEVEL_HOST } from "../../act/highlevel/highlevel.ts";
import { actionError, unanswered, type AttemptOutcome } from "../../act/contract/outcome.ts";
import { kindOf } from "../../act/kinds.ts";
import { namedKnown } from "../../act/named-known.ts";
import { switchesFor } from "../../highlevel/contact.ts";
import type { ContactRecord } from "../../highlevel/questions.ts";
import { pauseInWords } from "../../model/pause.ts";
import { optOutInWords, type OptOut } from "../../model/opt-out.ts";
import type { Action, MessageType } from "../../model/rule.ts";
import { CONTACT_TIME_ZONE, type Window } from "../../model/window.ts";
import { isTimeZone } from "../../kit/time-zone.ts";
import type { JsonObject } from "../../kit/json.ts";
import { nextOpening } from "../../time/window.ts";
import type { LeasedDelivery } from "../deliveries/deliveries.ts";
import { tooLarge } from "../deliveries/plan-size.ts";
import type { Asked, Failed, Learning } from "../highlevel/learning.ts";
import * as optOuts from "../log/opt-outs.ts";
import type { Pauses } from "../log/pauses.ts";
import type { LedgerPorts, Sql } from "../store/ports.ts";

/**
 * An attempt may be made, waits for its hours or for its turn with HighLevel, or has an outcome without being made; and
 * whether HighLevel was queried. `said`: how HighLevel failed to answer.
 */
export type Clearance = Verdict & { readonly wasQueried: boolean; readonly said?: AttemptOutcome };

type Verdict =
  | { readonly may: "go" }
  | { readonly may: "wait"; readonly untilMs: number }
  /** Nothing failed, so nothing is written down. */
  | { readonly may: "in-turn"; readonly untilMs: number }
  | { readonly may: "not"; readonly outcome: AttemptOutcome };

const GO: Verdict = { may: "go" };
/** A window that never opens in this zone is checked again after a day: the zone may have changed by then. */
const LOOK_AGAIN_MS = 86_400_000;
const CONTACTS_ZONE_KEPT_MS = 60_000;
const MOST_ZONES = 1_000;

/** When HighLevel may be queried. */
export interface Turns {
  /** The next turn of something that found no room, milliseconds since 1970. */
  turnAt(): number;
  /** Until when HighLevel is left alone, because it is down, milliseconds since 1970. */
  downUntil(): number;
}

export class Preflight {
  readonly #sql: Sql;
  readonly #ports: LedgerPorts;
  readonly #learning: Learning;
  readonly #locationId: () => string | null;
  readonly #turns: Turns;
  readonly #pauses: Pauses;
  readonly #zones = new KeptZones();

  constructor(
    sql: Sql,
    ports: LedgerPorts,
    learning: Learning,
    turns: Turns,
    pauses: Pauses,
    locationId: () => string | null,
  ) {
    this.#turns = turns;
    this.#pauses = pauses;
    this.#sql = sql;
    this.#ports = ports;
    this.#learning = learning;
    this.#locationId = locationId;
  }

  /**
   * Whether an attempt may be made now: an alarm may ring late, a retry fall in the night, and the contact change their
   * mind. If HighLevel has to be queried for that, returns what does so.
   */
  check(delivery: LeasedDelivery): Clearance | (() => Promise<Clearance>) {
    const checked = this.#check(delivery);
    if (checked !== "ask") return unqueried(checked);
    return async () => {
      // It may have waited for a place, and what it has to know may be known since.
      const again = this.#check(delivery);
      return again === "ask" ? this.#checkAsked(delivery) : queried(again);
    };
  }

  /** Why nothing of a rule may leave now; `null`: it may. */
  paused(rule: string): AttemptOutcome | null {
    const pause = this.#pauses.of(rule);
    if (pause === null) return null;
    const what = `Paused ${pauseInWords(pause)}`;
    return unanswered(
      actionError("ACTION_PAUSED", `${what}: release the delivery once the pause has ended, or discard it`),
    );
  }

  #check({ contactId, plan, host, rule }: LeasedDelivery): Verdict | "ask" {
    const paused = this.paused(rule);
    if (paused) return { may: "not", outcome: paused };
    // The attempt will say that the plan cannot be read.
    if (!plan) return GO;
    const outcome = tooLarge(plan);
    if (outcome) return { may: "not", outcome };
    const { action, window } = plan;
    const type = kindOf(action).messages(action);
    const keepsOwnHours = window?.timeZone === CONTACT_TIME_ZONE;
    const lacks = this.#lacks(contactId, action);
    if (!keepsOwnHours) {
      const shut = this.#shut(window, this.#ports.timeZone);
      if (shut || (type === null && !lacks)) return shut ?? GO;
      const known = type === null ? null : optOuts.against(this.#sql, contactId, action);
      if (known) return held(known);
    }
    const zone = keepsOwnHours && type === null ? this.#zones.get(contactId, this.#ports.actions.clock()) : null;
    const shut = zone === null ? null : this.#shut(window, zone);
    if (shut || (zone !== null && !lacks)) return shut ?? GO;
    // Its own lane holds back what goes to HighLevel; what goes elsewhere is held back here.
    const downUntilMs = host === HIGHLEVEL_HOST ? 0 : this.#turns.downUntil();
    if (downUntilMs > this.#ports.actions.clock()) return { may: "in-turn", untilMs: downUntilMs };
    return "ask";
  }

  /** Checks with what HighLevel says about the contact. */
  async #checkAsked({ contactId, plan }: LeasedDelivery): Promise<Clearance> {
    if (!plan) return queried(GO);
    const { action, window } = plan;
    const type = kindOf(action).messages(action);
    const keepsOwnHours = window?.timeZone === CONTACT_TIME_ZONE;
    // What its texts name is asked once; what a message or hours hang on is asked anew.
    if (type === null && !keepsOwnHours && this.#learning.knows(contactId))
      return (await this.#lacking(contactId, action)) ?? queried(GO);
    const contact = await this.#learning.contact(contactId);
    if (contact.kind === "in-turn") return queried({ may: "in-turn", untilMs: contact.untilMs });
    if (contact.kind === "unavailable" || (contact.kind === "refused" && type !== null))
      return this.#unanswerable(contact, type);
    if (keepsOwnHours) {
      const zone = await this.#zoneOf(contact);
      if (zone.kind === "in-turn") return queried({ may: "in-turn", untilMs: zone.untilMs });
      if (zone.kind !== "known") return this.#unanswerable(zone, type);
      if (contact.kind !== "no-token") this.#zones.keep(contactId, zone.value, this.#ports.actions.clock());
      const shut = this.#shut(window, zone.value);
      if (shut) return queried(shut);
    }
    const lacking = contact.kind === "no-token" ? null : await this.#lacking(contactId, action);
    if (lacking) return lacking;
    // Read again: the contact may have written meanwhile.
    const known = optOuts.against(this.#sql, contactId, action) ?? inRecord(contact, type);
    const cleared = queried(known ? held(known) : GO);
    return contact.kind === "known" ? { ...cleared, said: ANSWERED } : cleared;
  }

  /**
   * Asks for what the texts of an action in HighLevel name besides the contact's record; `null`: it was answered, or
   * HighLevel refuses to say, so that it is absent.
   */
  async #lacking(contactId: string, action: Action): Promise<Clearance | null> {
    const { needsToken, messages } = kindOf(action);
    if (!needsToken) return null;
    const asked = await this.#learning.named(namedKnown(action), contactId, this.#locationId());
    if (asked.kind === "in-turn") return queried({ may: "in-turn", untilMs: asked.untilMs });
    return asked.kind === "unavailable" ? this.#unanswerable(asked, messages(action)) : null;
  }

  /** Whether an action in HighLevel has to ask for what its texts name; others are rendered with what is known. */
  #lacks(contactId: string, action: Action): boolean {
    return kindOf(action).needsToken && this.#learning.lacks(namedKnown(action), contactId, this.#locationId());
  }

  #shut(window: Window | undefined, timeZone: string): Verdict | null {
    const nowMs = this.#ports.actions.clock();
    const opensAtMs = window ? (nextOpening(window, nowMs, timeZone) ?? nowMs + LOOK_AGAIN_MS) : nowMs;
    return opensAtMs > nowMs ? { may: "wait", untilMs: opensAtMs } : null;
  }

  /** The contact's zone, else the location's, else the configured one. */
  async #zoneOf(contact: Asked<ContactRecord>): Promise<Exclude<Asked<string>, { readonly kind: "no-token" }>> {
    const fallback = { kind: "known", value: this.#ports.timeZone } as const;
    const zone = contact.kind === "known" ? zoneIn(contact.value.said.fields) : null;
    if (zone !== null) return { kind: "known", value: zone };
    const locationId = this.#locationId();
    if (contact.kind === "no-token" || locationId === null) return fallback;
    const location = await this.#learning.record("location", locationId);
    if (location.kind === "unavailable" || location.kind === "in-turn") return location;
    const own = location.kind === "known" ? zoneIn(location.value) : null;
    return own === null ? fallback : { kind: "known", value: own };
  }

  /** HighLevel did not say what has to be known. For an action of another host, that must not count against the host. */
  #unanswerable({ outcome: said }: Failed, type: MessageType | null): Clearance {
    if (type !== null || said.done) return { may: "not", outcome: said, wasQueried: true, said };
    if (said.error.retry === "in-turn") {
      const soonestMs = this.#ports.actions.clock() + (said.retryAfterMs ?? 0);
      return queried({ may: "in-turn", untilMs: Math.max(soonestMs, this.#turns.turnAt()) });
    }
    const what = `What has to be known of the contact cannot be asked now: ${said.error.message}`;
    const outcome = unanswered(actionError("CONTACT_UNKNOWN", what), said.retryAfterMs);
    return { may: "not", outcome, wasQueried: true, said };
  }
}

/** The contacts' zones that were learnt in the last minute: a delivery may have to wait once HighLevel has answered. */
class KeptZones {
  readonly #zones = new Map<string, { readonly zone: string; readonly atMs: number }>();

  get(contactId: string, nowMs: number): string | null {
    const kept = this.#zones.get(contactId);
    return kept && kept.atMs <= nowMs && nowMs - kept.atMs < CONTACTS_ZONE_KEPT_MS ? kept.zone : null;
  }

  keep(contactId: string, zone: string, atMs: number): void {
    this.#zones.delete(contactId);
    this.#zones.set(contactId, { zone, atMs });
    const [oldest] = this.#zones.keys();
    if (this.#zones.size > MOST_ZONES && oldest !== undefined) this.#zones.delete(oldest);
  }
}

const ANSWERED: AttemptOutcome = { done: true, status: 200, answer: null };

/** The time zone of a contact or a location, if there is such a zone. */
function zoneIn(record: JsonObject | null): string | null {
  const zone = record?.["timeZone"];
  return typeof zone === "string" && isTimeZone(zone) ? zone : null;
}

function queried(verdict: Verdict): Clearance {
  return { ...verdict, wasQueried: true };
}

function unqueried(verdict: Verdict): Clearance {
  return { ...verdict, wasQueried: false };
}

function held(optOut: OptOut): Verdict {
  const code = optOut.why === "dnd" ? "CONTACT_DND" : "CONTACT_STOPPED";
  const what = `The contact ${optOutInWords(optOut)}: release the delivery once they do want it, or discard it`;
  return { may: "not", outcome: unanswered(actionError(code, what)) };
}

/** The contact's do-not-disturb switch against a message, if HighLevel's record has one that is on. */
function inRecord(contact: Asked<ContactRecord>, type: MessageType | null): OptOut | null {
  if (contact.kind !== "known" || type === null) return null;
  const channel = switchesFor(type).find((one) => contact.value.doNotDisturb.on.has(one));
  return channel === undefined ? null : { channel, why: "dnd", since: null };
}
