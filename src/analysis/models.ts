// One event for each rule on which it fires. Other rules are tried on it: that one fires there, or does not, often settles
// how the two stand to each other, and takes a microsecond.
import { guardedAs, readEvent } from "../events/event.ts";
import { filledIn } from "../events/filled-in.ts";
import { routeOf, typesOf } from "../events/kind-of.ts";
import { DecisionFacts } from "../match/facts.ts";
import { checkOf, MAYBE, MET, type Check } from "../match/without-engine.ts";
import type { Event } from "../model/event.ts";
import type { EventKind } from "../model/event-kinds.ts";
import { NO_HISTORY } from "../model/history.ts";
import type { Rule } from "../model/rule.ts";
import type { Part } from "./groups/group.ts";
import { witnessOf } from "./witness.ts";

/** An event on which a rule fires. */
export interface Model {
  readonly parts: readonly Part[];
  readonly event: Event;
  readonly facts: DecisionFacts;
}

const USUAL = "2026-03-04T15:30:00.000Z";

/** The event that parts make, ready to be tried; `null`: it cannot be read. */
export function modelOf(kind: EventKind, parts: readonly Part[], timeZone: string): Model | null {
  const { event: given, at = USUAL, contact, location } = witnessOf(kind, parts, timeZone);
  const defaults = {
    type: typesOf(kind)[0],
    locationId: "example-location",
    contactId: "example-contact",
    messageId: "example-message",
  };
  const payload = filledIn(given, defaults);
  const read = readEvent(payload, { key: "model", route: routeOf(payload), receivedAt: at });
  if (read.status !== "event" || read.event.kind !== kind) return null;
  const moment = { nowMs: Date.parse(at), timeZone };
  return {
    parts,
    event: read.event,
    facts: new DecisionFacts(read.event, moment, NO_HISTORY, undefined, { contact, location }),
  };
}

const checks = new WeakMap<Rule, Check | null>();

/** Whether a rule's conditions are met on an event, and it may see it; `null`: only a search can say. */
export function firesOn(rule: Rule, { event, facts }: Model): boolean | null {
  if (rule.enabled === false || !rule.on.includes(event.kind)) return false;
  if (rule.locations && !rule.locations.includes(event.locationId)) return false;
  const guarded = guardedAs(event);
  if (guarded === "api" ? rule.includeApi !== true : guarded === "internal" && rule.includeInternal !== true)
    return false;
  let check = checks.get(rule);
  if (check === undefined) checks.set(rule, (check = checkOf(rule.conditions)));
  const truth = check === null ? MAYBE : check(facts);
  return truth === MAYBE ? null : truth === MET;
}
