// The world in which an event is decided, as a value: a change makes another one of it, and that is decided as this one was.
import { readEvent } from "../events/event.ts";
import { routeOf } from "../events/kind-of.ts";
import { decide, type DecisionContext } from "../match/decide.ts";
import { DecisionFacts } from "../match/facts.ts";
import type { Event } from "../model/event.ts";
import { NO_HISTORY } from "../model/history.ts";
import { NOTHING_KNOWN, type Known } from "../model/known.ts";
import type { Rule, RuleSet } from "../model/rule.ts";
import type { JsonObject } from "../kit/json.ts";

/** An event with all that it is decided by. */
export interface World {
  readonly event: Event;
  readonly rule: Rule;
  readonly ruleSet: RuleSet;
  readonly context: DecisionContext;
}

/** What conditions see of a world. */
export function factsIn({ event, context }: World): DecisionFacts {
  const { history = NO_HISTORY, messageChain, known = NOTHING_KNOWN, answers } = context;
  return new DecisionFacts(event, context, history, messageChain, settled(known), answers);
}

/** What nobody has asked for is taken for absent, as deciding does. */
function settled({ contact, location, ...rest }: Known): Known {
  return { ...rest, contact: contact ?? undefined, location: location ?? undefined, open: undefined };
}

/** Whether the rule fires in a world: all of the set decides, so that another rule may stop this one. */
export async function fires({ event, rule, ruleSet, context }: World): Promise<boolean> {
  return (await decide(event, ruleSet, context)).decision.fired.includes(rule.name);
}

/** The world in which a payload came instead; `null`: that is no such event. */
export function withPayload(world: World, payload: JsonObject): World | null {
  const { key, receivedAt, kind, contactId, locationId } = world.event;
  const read = readEvent(payload, { key, receivedAt, route: routeOf(payload) });
  if (read.status !== "event") return null;
  const { event } = read;
  const isSame = event.kind === kind && event.contactId === contactId && event.locationId === locationId;
  return isSame ? { ...world, event: { ...world.event, ...event } } : null;
}

/** The world with another rule in the place of its own. */
export function withRule(world: World, rule: Rule): World {
  const rules = world.ruleSet.rules.map((one) => (one === world.rule ? rule : one));
  return { ...world, rule, ruleSet: { ...world.ruleSet, rules } };
}
