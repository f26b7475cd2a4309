// Whether an event ends a wait of its contact.
import { factsOf } from "../events/event.ts";
import type { CancelledBy } from "../model/delivery.ts";
import type { Event, Facts } from "../model/event.ts";
import { isJsonObject, type Json } from "../kit/json.ts";
import { NO_HISTORY } from "../model/history.ts";
import type { CancelTrigger, CancelWord } from "../model/rule.ts";
import { compileRule, evaluateRule, EventAlmanac } from "./engine.ts";
import { DecisionFacts, type Moment } from "./facts.ts";

type EventCancel = Extract<CancelledBy, { by: "event" }>;

/** The first of the triggers that an event sets off, or `null`. A trigger that cannot be evaluated is not set off. */
export async function cancelledBy(
  event: Event,
  triggers: readonly CancelTrigger[],
  moment: Moment,
): Promise<EventCancel | null> {
  for (const trigger of triggers) {
    const name = typeof trigger === "string" ? trigger : "conditions";
    if (await isPulled(event, trigger, moment)) return { by: "event", trigger: name, eventKey: event.key };
  }
  return null;
}

async function isPulled(event: Event, trigger: CancelTrigger, moment: Moment): Promise<boolean> {
  if (typeof trigger === "string") return PULLS[trigger](event);
  if (!trigger.on.includes(event.kind)) return false;
  const compiled = compileRule({ name: "cancelOn", conditions: trigger.conditions });
  const evaluation = await evaluateRule(compiled, new EventAlmanac(new DecisionFacts(event, moment, NO_HISTORY)));
  return evaluation.ok && evaluation.value.met;
}

/** Which events set off a trigger that is a word. */
const PULLS: { readonly [Word in CancelWord]: (event: Event) => boolean } = {
  reply: (event) => event.kind === "InboundMessage" && isReply(factsOf(event)),
  dnd: (event) => event.kind === "ContactDndUpdate" && isDnd(factsOf(event)["dnd"], event.payload["dndSettings"]),
  delete: ({ kind }) => kind === "ContactDelete",
};

/** Whether the contact did more than leave a voicemail or make a call that nobody answered. */
function isReply({ channel, outcome }: Facts): boolean {
  if (channel === "voicemail") return false;
  return !(typeof outcome === "string" && NOT_TALKED.has(outcome));
}
const NOT_TALKED: ReadonlySet<string> = new Set(["voicemail", "no-answer", "busy", "canceled", "failed"]);

/** `dnd` is about all channels, `dndSettings` about each: both count. */
function isDnd(dnd: Json | undefined, settings: Json | undefined): boolean {
  if (dnd === true) return true;
  const channels = isJsonObject(settings) ? Object.values(settings) : [];
  return channels.some(
    (channel) => isJsonObject(channel) && (channel["status"] === "active" || channel["status"] === "permanent"),
  );
}
