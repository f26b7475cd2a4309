// Whether an event ends a wait of its contact.
import { isReply } from "../events/derive.ts";
import { factsOf } from "../events/event.ts";
import { readDoNotDisturb } from "../highlevel/contact.ts";
import type { CancelledBy } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import type { EventKind } from "../model/event-kinds.ts";
import { NO_HISTORY } from "../model/history.ts";
import { NOTHING_KNOWN, type Known } from "../model/known.ts";
import type { CancelTrigger, CancelWord, Rule } from "../model/rule.ts";
import { compileRule, evaluateRule, EventAlmanac } from "./engine.ts";
import { DecisionFacts, type Moment } from "./facts.ts";
import { checkOf, MET } from "./without-engine.ts";

type EventCancel = Extract<CancelledBy, { by: "event" }>;

/**
 * The first of the triggers that an event sets off, or `null`. A trigger that cannot be evaluated is not set off. Nobody is
 * asked for what is not `known` of the contact and the location: it is absent.
 */
export async function cancelledBy(
  event: Event,
  triggers: readonly CancelTrigger[],
  moment: Moment,
  known?: Known,
): Promise<EventCancel | null> {
  for (const trigger of triggers) {
    const name = typeof trigger === "string" ? trigger : "conditions";
    if (await isPulled(event, trigger, moment, known)) return { by: "event", trigger: name, eventKey: event.key };
  }
  return null;
}

/** The kinds of event that may set off one of the triggers. */
export function kindsThatPull(triggers: readonly CancelTrigger[]): readonly EventKind[] {
  return [...new Set(triggers.flatMap((trigger) => (typeof trigger === "string" ? PULLED_BY[trigger] : trigger.on)))];
}

const PULLED_BY: { readonly [Word in CancelWord]: readonly EventKind[] } = {
  reply: ["InboundMessage"],
  dnd: ["ContactDndUpdate"],
  delete: ["ContactDelete"],
};

/** The kinds of event that one of the words of `cancelOn` looks for. */
export const KINDS_OF_WORDS: readonly EventKind[] = Object.values(PULLED_BY).flat();

async function isPulled(
  event: Event,
  trigger: CancelTrigger,
  moment: Moment,
  { contact, location }: Known = NOTHING_KNOWN,
): Promise<boolean> {
  if (typeof trigger === "string") return PULLS[trigger](event);
  if (!trigger.on.includes(event.kind)) return false;
  const known = { contact: contact ?? undefined, location: location ?? undefined };
  return testOf(trigger)(new DecisionFacts(event, moment, NO_HISTORY, undefined, known));
}

type Test = (facts: DecisionFacts) => boolean | Promise<boolean>;
const tests = new WeakMap<object, Test>();

/** Whether the conditions of a trigger are met: made once, with the engine only where nothing else can say. */
function testOf(trigger: Exclude<CancelTrigger, CancelWord>): Test {
  let test = tests.get(trigger);
  if (!test) tests.set(trigger, (test = checked(trigger.conditions) ?? byEngine(trigger.conditions)));
  return test;
}

function checked(conditions: Rule["conditions"]): Test | null {
  const check = checkOf(conditions);
  return check && ((facts) => check(facts) === MET);
}

function byEngine(conditions: Rule["conditions"]): Test {
  const compiled = compileRule({ name: "cancelOn", conditions });
  return async (facts) => {
    const evaluation = await evaluateRule(compiled, new EventAlmanac(facts));
    return evaluation.ok && evaluation.value.met;
  };
}

/** Which events set off a trigger that is a word. */
const PULLS: { readonly [Word in CancelWord]: (event: Event) => boolean } = {
  reply: ({ kind, payload }) => kind === "InboundMessage" && isReply(kind, payload),
  dnd: (event) =>
    event.kind === "ContactDndUpdate" && readDoNotDisturb(factsOf(event)["dnd"], event.payload["dndSettings"]).isOn,
  delete: ({ kind }) => kind === "ContactDelete",
};
