// What is true of rules on every event of a small space, found by deciding each: nothing of the analysis is used.
import { guardedAs, readEvent } from "../../src/events/event.ts";
import { valueAt } from "../../src/language/path.ts";
import { comparisonOf } from "../../src/match/engine.ts";
import { DecisionFacts } from "../../src/match/facts.ts";
import { asPast } from "../../src/match/history.ts";
import type { JsonObject } from "../../src/kit/json.ts";
import type { Event } from "../../src/model/event.ts";
import { NO_HISTORY, type History } from "../../src/model/history.ts";
import { byPriority, type Condition, type Rule } from "../../src/model/rule.ts";
import { CONTACT, LOCATION, MOMENT } from "../../test/builders.ts";
import type { Situation } from "./small-space.ts";

/** Which rules fire somewhere, which two fire together, and which fire where another does not. */
export interface Truths {
  readonly fires: ReadonlySet<string>;
  readonly both: ReadonlySet<string>;
  readonly apart: ReadonlySet<string>;
}

/** What is true on some situations. */
export function truthsOn(rules: readonly Rule[], situations: readonly Situation[]): Truths {
  const inOrder = rules.toSorted(byPriority);
  const truths = { fires: new Set<string>(), both: new Set<string>(), apart: new Set<string>() };
  for (const situation of situations) {
    const fired = firedOn(inOrder, situation);
    for (const one of fired) {
      truths.fires.add(one);
      for (const { name } of rules)
        if (name !== one) (fired.has(name) ? truths.both : truths.apart).add(`${one} ${name}`);
    }
  }
  return truths;
}

function firedOn(rules: readonly Rule[], { payload, contact, at, past = [] }: Situation): ReadonlySet<string> {
  const nowMs = at === undefined ? MOMENT.nowMs : Date.parse(at);
  const event = eventOf(payload);
  const earlier = past.map(({ agoMs, messageType, messageId }, index) =>
    asPast(eventOf({ messageType, messageId: messageId ?? `past-${index}` }), [], nowMs - agoMs),
  );
  const history: History = { ...NO_HISTORY, past: () => earlier.toSorted((a, b) => a.at - b.at) };
  const facts = new DecisionFacts(event, { nowMs, timeZone: "UTC" }, history, undefined, {
    contact,
    location: undefined,
  });
  const guarded = guardedAs(event);
  const fired = new Set<string>();
  for (const rule of rules) {
    const isSeen = guarded === null || (guarded === "api" ? rule.includeApi : rule.includeInternal) === true;
    if (!isSeen || !isMet(rule.conditions, facts)) continue;
    fired.add(rule.name);
    if (rule.stop) break;
  }
  return fired;
}

function eventOf(fields: JsonObject): Event {
  const payload = {
    type: "OutboundMessage",
    locationId: LOCATION,
    contactId: CONTACT,
    messageId: "message",
    ...fields,
  };
  const read = readEvent(payload, { key: "k", route: "events", receivedAt: "2026-03-04T15:30:00.000Z" });
  if (read.status !== "event") throw new Error(`Not an event: ${JSON.stringify(read)}`);
  return read.event;
}

function isMet(condition: Condition, facts: DecisionFacts): boolean {
  if ("all" in condition) return condition.all.every((part) => isMet(part, facts));
  if ("any" in condition) return condition.any.some((part) => isMet(part, facts));
  if ("not" in condition) return !isMet(condition.not, facts);
  const { fact, path, params, operator, value } = condition;
  return comparisonOf(operator)?.(valueAt(facts.value(fact, params), path), value) ?? false;
}
