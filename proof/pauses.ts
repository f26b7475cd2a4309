// The promises about pauses: nothing of what is paused leaves, and what was held goes on only when a person says so.
import { retriedIn, type History, type PauseSeen } from "./history.ts";

type Property = (history: History) => Iterable<string>;

/** Every promise by its name. */
export const PAUSES: { readonly [name: string]: Property } = {
  "a paused rule sends nothing": sendsNothing,
  "the end of a pause releases nothing": releasesNothing,
};

const SAYS_WHO =
  /^ACTION_PAUSED: Paused (?:with the whole location, )?by ada since \d{4}-[^:]+:[^:]+:\S+: [a-z ]+: release/;

/** From the answer to a pause on, until its end is asked for. */
function* sendsNothing({ pauses, calls, followUps, deliveries, events, acknowledged }: History): Generator<string> {
  const ruleOf = new Map(deliveries.map(({ id, rule }) => [id, rule]));
  const changes = [...(followUps?.messages ?? []), ...(followUps?.tagged ?? [])];
  const leaving = [
    ...calls.map(({ id, order, about }) => ({ what: id, rule: ruleOf.get(id), order, about })),
    ...changes.map(({ about, order }) => ({ what: about, rule: about.split("/")[2], order, about })),
  ];
  for (const pause of pauses) {
    for (const { what, rule, order } of leaving)
      if (isOf(pause, rule) && order > pause.order && order < pause.endOrder)
        yield `${what} left while ${pause.rule ?? "the location"} was paused`;
  }
  const firedOn = new Map(events.map(({ key, kind, fired }) => [key, kind === "NoteCreate" ? [] : fired]));
  // What waits for its contact may be decided once the pause has ended.
  for (const { key, sentOrder, order } of acknowledged)
    for (const pause of pauses)
      if (sentOrder > pause.order && order < pause.endOrder && firedOn.get(key)?.some((rule) => isOf(pause, rule)))
        yield `${key} fired while ${pause.rule ?? "the location"} was paused`;
}

function isOf(pause: PauseSeen, rule: string | undefined): boolean {
  return pause.rule === null || pause.rule === rule;
}

function* releasesNothing({ deliveries, confirmed }: History): Generator<string> {
  const byHand = retriedIn(confirmed);
  for (const { id, attempts } of deliveries) {
    const at = attempts.findIndex(({ error }) => error?.startsWith("ACTION_PAUSED"));
    if (at === -1) continue;
    if (!SAYS_WHO.test(attempts[at]?.error ?? "")) yield `${id} does not say who paused it, since when, and why`;
    const after = attempts.slice(at + 1).filter(({ error }) => !error?.startsWith("ACTION_NOT_RELEASED"));
    if (after.length > 0 && !byHand.has(id)) yield `${id} went on after its pause, and nobody released it`;
  }
}
