// The facts of a decision: those of the event, those of the moment, and those that ask the log.
import { factsOf } from "../events/event.ts";
import type { Event, Facts } from "../model/event.ts";
import type { History, PastEvent } from "../model/history.ts";
import type { Json, JsonObject } from "../model/json.ts";
import { localClock } from "../time/window.ts";
import { asPast, countOf, secondsSinceOf } from "./history.ts";

/** When and where a decision is made. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** IANA name. */
  readonly timeZone: string;
}

/** Facts as the engine asks for them: by name, or by name and params. */
export interface DecisionFacts {
  readonly plain: Facts;
  readonly asked: { readonly [name: string]: (params: JsonObject) => Json | undefined };
  /** The event as a later one will see it. */
  readonly asPast: PastEvent;
}

export function decisionFacts(event: Event, { nowMs, timeZone }: Moment, history: History): DecisionFacts {
  const facts = factsOf(event);
  const past = asPast(event, [], nowMs, facts);
  return {
    plain: Object.assign(Object.create(null) as object, facts, localClock(nowMs, timeZone)) as Facts,
    asked: {
      count: (params) => countOf(params, past, history),
      secondsSince: (params) => secondsSinceOf(params, past, history),
    },
    asPast: past,
  };
}
