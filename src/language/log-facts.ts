// What a rule can ask the log about the contact's past: the facts, the params that say which events are meant, and how
// both read. The operator's page uses the words, so nothing else is imported.
import { about, phrases } from "#said";
import type { Field } from "../model/event-fields.ts";
import { CHANNELS } from "../model/channels.ts";
import { OUTCOMES } from "../model/event.ts";
import { EVENT_KINDS } from "../model/event-kinds.ts";

/** A fact that is computed from the log rather than from the event. */
interface LogEntry extends Field {
  /** What stands between its name and the events that are meant, as in `the count of sms`. */
  readonly joint: string;
}

const LOG_TABLE = {
  count: {
    type: "number",
    ...about("events of this contact that params describe, this one included"),
    always: true,
    joint: "of",
  },
  secondsSince: {
    type: "number",
    ...about(
      "seconds since the last event of this contact before this one that params describe; absent when there is none",
    ),
    joint: "the last",
  },
} as const satisfies { readonly [name: string]: LogEntry };
export type LogFact = keyof typeof LOG_TABLE;

/** The facts that take params. */
export const LOG_FACTS: { readonly [Name in LogFact]: LogEntry } = LOG_TABLE;

/** Whether a fact queries the log. */
export function isLogFact(name: string): name is LogFact {
  return Object.hasOwn(LOG_FACTS, name);
}

/** One key of `params`, and how it reads, such as `inbound sms of kind InboundMessage within 1d`. */
interface Param {
  readonly takes: readonly string[] | "duration" | "boolean";
  /** Of several that read as the events, the last does so; the others come after it. */
  readonly place: "before" | "as the events" | "after";
  /** What introduces its value after the events, or for `true` says it; absent: its name. */
  readonly after?: string;
  /** The one fact that takes it; absent: each does. */
  readonly only?: string;
}

const PARAM_TABLE = {
  kind: { takes: EVENT_KINDS, ...phrases({ place: "as the events", after: "of kind" }) },
  channel: { takes: CHANNELS, ...phrases({ place: "as the events" }) },
  outcome: { takes: OUTCOMES, ...phrases({ place: "after", after: "with outcome" }) },
  direction: { takes: ["inbound", "outbound"], ...phrases({ place: "before" }) },
  within: { takes: "duration", ...phrases({ place: "after" }) },
  messages: { takes: "boolean", ...phrases({ place: "after", after: "with each message once" }), only: "count" },
} as const satisfies { readonly [key: string]: Param };
export type ParamName = keyof typeof PARAM_TABLE;
/** The params that take a duration. */
export type DurationParam = {
  [Name in ParamName]: (typeof PARAM_TABLE)[Name]["takes"] extends "duration" ? Name : never;
}[ParamName];

/** Every key of `params`. */
export const PARAMS: { readonly [Name in ParamName]: Param } = PARAM_TABLE;

/** Whether `params` may have a key. */
export function isParam(name: string): name is ParamName {
  return Object.hasOwn(PARAMS, name);
}

/** The names of the params, in the order in which people are told them. */
export const PARAM_NAMES: readonly ParamName[] = Object.keys(PARAMS).filter(isParam);

/** Whether a param takes a duration. */
export function isDurationParam(name: ParamName): name is DurationParam {
  return PARAMS[name].takes === "duration";
}
