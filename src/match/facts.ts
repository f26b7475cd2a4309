// The facts of a decision: those of the event, those of the moment, what is known beside it, and those that query the log.
// Each is read when first needed: most rules look at a few of sixty. Those of the event and the moment are then kept.
import { FACT_READERS, factsOf } from "../events/event.ts";
import type { Event, Facts } from "../model/event.ts";
import type { History, PastEvent, RecordedEvent } from "../model/history.ts";
import type { Json, JsonObject } from "../kit/json.ts";
import type { MomentFact } from "../language/derived-facts.ts";
import { isKnownFact, type KnownFact } from "../language/known-facts.ts";
import { isLogFact, type LogFact } from "../language/log-facts.ts";
import type { KeptKnown } from "../model/decision.ts";
import { NOTHING_KNOWN } from "../model/known.ts";
import { localClock } from "../time/window.ts";
import { asPast, countOf, secondsSinceOf } from "./history.ts";
import { openAt, type KnownPlace } from "./known.ts";

/** When and where a decision is made. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** IANA name. */
  readonly timeZone: string;
}

/** Answers to questions to the log that are not asked there. */
export type Answers = ReadonlyMap<string, Json | undefined>;
const NO_ANSWERS: Answers = new Map();

/** The name of a question to the log. */
export function questionOf(name: LogFact, params: JsonObject = {}): string {
  return JSON.stringify([name, params]);
}

type Read = (event: Event, moment: Moment) => Json | undefined;
type Ask = (params: JsonObject, event: PastEvent, history: History) => Json | undefined;

const MOMENTARY: { readonly [Name in MomentFact]: Read } = {
  localTime: (_, { nowMs, timeZone }) => localClock(nowMs, timeZone).localTime,
  weekday: (_, { nowMs, timeZone }) => localClock(nowMs, timeZone).weekday,
};
const ASKED: { readonly [Name in LogFact]: Ask } = { count: countOf, secondsSince: secondsSinceOf };
const READ: readonly [name: string, read: Read][] = [...FACT_READERS, ...Object.entries(MOMENTARY)];
const SLOTS: ReadonlyMap<string, number> = new Map(READ.map(([name], slot) => [name, slot]));
const READS = READ.map(([, read]) => read);
const UNREAD = Symbol("unread");

/** The slot of a fact of the event or the moment; `undefined`: it is none of these. */
export function factSlot(name: string): number | undefined {
  return SLOTS.get(name);
}

/** Facts by slot, for the index, and by name and params, for the engine. */
export class DecisionFacts {
  readonly #event: Event;
  readonly #moment: Moment;
  readonly #history: History;
  readonly #chain: string | undefined;
  readonly #known: KeptKnown;
  readonly #values: unknown[] = Array<unknown>(READS.length).fill(UNREAD);
  #asPast: RecordedEvent | null = null;
  readonly #asked: Map<string, Json | undefined>;

  /**
   * `chain` is that of the event's message, if it is more than the message. Absent `known`: nothing. `answers`: what the log
   * is taken to say, by `questionOf`.
   */
  constructor(
    event: Event,
    moment: Moment,
    history: History,
    chain?: string,
    known: KeptKnown = NOTHING_KNOWN,
    answers: Answers = NO_ANSWERS,
  ) {
    this.#asked = new Map(answers);
    this.#event = event;
    this.#chain = chain;
    this.#known = known;
    this.#moment = moment;
    this.#history = history;
  }

  /** The event as later events will see it. */
  get asPast(): RecordedEvent {
    return (this.#asPast ??= asPast(
      this.#event,
      [],
      this.#moment.nowMs,
      this.#chain === undefined ? {} : { chain: this.#chain },
    ));
  }

  /** The fact in a slot; `undefined` if it is absent. */
  at(slot: number): Json | undefined {
    let value = this.#values[slot];
    if (value === UNREAD) this.#values[slot] = value = READS[slot]?.(this.#event, this.#moment);
    return value as Json | undefined;
  }

  /** A fact by name; `undefined` if it is absent or there is none of this name. */
  value(name: string, params: JsonObject = {}): Json | undefined {
    const slot = SLOTS.get(name);
    if (slot !== undefined) return this.at(slot);
    if (isKnownFact(name)) return this.known(name);
    return isLogFact(name) ? this.#ask(name, params) : undefined;
  }

  /** The contact or the location; `undefined` if it is absent, or open. */
  known(name: KnownFact): JsonObject | undefined {
    return this.#known[name] ?? undefined;
  }

  /** Whether what is read at a place may turn out to be anything: nobody has asked for it yet. */
  isOpen(place: KnownPlace): boolean {
    return openAt(this.#known, place) !== null;
  }

  /** Asks the log, once for each question. */
  #ask(name: LogFact, params: JsonObject): Json | undefined {
    const question = questionOf(name, params);
    if (!this.#asked.has(question)) this.#asked.set(question, ASKED[name](params, this.asPast, this.#history));
    return this.#asked.get(question);
  }
}

/** The facts of an event and its moment, as an object without a prototype, for templates: none that query the log, nor what is known beside it. */
export function plainFacts(event: Event, { nowMs, timeZone }: Moment): Facts {
  const clock: { readonly [Name in MomentFact]: Json } = localClock(nowMs, timeZone);
  return Object.assign(Object.create(null) as object, factsOf(event), clock) as Facts;
}
