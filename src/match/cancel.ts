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
import { placesIn } from "./asked.ts";
import { compileRule, evaluateRule, EventAlmanac } from "./engine.ts";
import { DecisionFacts, type Moment } from "./facts.ts";
import { knownAt, type KnownPlace } from "./known.ts";
import { checkOf, MET } from "./without-engine.ts";

type EventCancel = Extract<CancelledBy, { by: "event" }>;

/**
 * The first of the triggers that an event sets off, or `null`. A trigger that cannot be evaluated is not set off. What is
 * known of the contact and the location is read only for a trigger that looks at it; nobody is asked for what is not known.
 */
export async function cancelledBy(
  event: Event,
  triggers: readonly CancelTrigger[],
  moment: Moment,
  known?: () => Known,
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
  known: () => Known = () => NOTHING_KNOWN,
): Promise<boolean> {
  if (typeof trigger === "string") return PULLS[trigger](event);
  if (!trigger.on.includes(event.kind)) return false;
  const { isMet, places } = testOf(trigger);
  const read = places.length === 0 ? NOTHING_KNOWN : knownAt(known(), places);
  return isMet(new DecisionFacts(event, moment, NO_HISTORY, undefined, { ...read, open: [] }));
}

type IsMet = (facts: DecisionFacts) => boolean | Promise<boolean>;
/** The conditions of a trigger, and what they ask of what is known. */
interface Test {
  readonly isMet: IsMet;
  readonly places: readonly KnownPlace[];
}
const tests = new WeakMap<object, Test>();

/** How to tell whether the conditions of a trigger are met: made once, with the engine only where nothing else can say. */
function testOf(trigger: Exclude<CancelTrigger, CancelWord>): Test {
  let test = tests.get(trigger);
  if (!test) {
    const { conditions } = trigger;
    test = { isMet: checked(conditions) ?? byEngine(conditions), places: placesIn(conditions) };
    tests.set(trigger, test);
  }
  return test;
}

function checked(conditions: Rule["conditions"]): IsMet | null {
  const check = checkOf(conditions);
  return check && ((facts) => check(facts) === MET);
}

function byEngine(conditions: Rule["conditions"]): IsMet {
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
