// Asks HighLevel about the contacts whose events wait to be decided, and has them decided: each contact's in their order,
// nobody else's held up. What several wait for is asked once. Nothing is lost with this object: the tables say what waits.
import type { AttemptOutcome } from "../../act/contract/outcome.ts";
import type { Questions } from "../../match/known.ts";
import { notBefore } from "../../kit/not-before.ts";
import { logError } from "../../model/log-line.ts";
import type { Asked, Learning } from "../highlevel/learning.ts";
import { MAX_WAIT_MS } from "../log/undecided.ts";
import { ownerOf } from "../reading/known.ts";
import { Allowance } from "../store/allowance.ts";
import type { LedgerPorts, LedgerStorage } from "../store/ports.ts";
import type { Intake } from "./intake.ts";
import type { Place } from "../pump/lanes.ts";
import type { Recorder } from "./recorder.ts";
import type { WaitingContact, WaitingContacts } from "./waiting-contacts.ts";

/** How many contacts are looked at together: as many as HighLevel has places. */
export const ASKED_AT_ONCE = 4;
/** How often one alarm looks at an event that waits: each costs as much as recording it. */
const LOOKS_AN_ALARM = 2_000;
/** How soon a time that has passed is noticed while answers are slow. */
const TICK_MS = 500;
const BREATH_MS = 10_000;
/** How long to wait before asking again what got no answer, by how often that was. */
const AGAIN_MS = [2_000, 5_000, 10_000, 20_000] as const;
const LAST_WAIT_MS = 20_000;

/** HighLevel's share of the connections that a ledger may have open. */
interface HighLevelPlaces {
  /** `full`: none is free; `no`: HighLevel is failing. */
  enter(): Place | "full" | "no";
  /** The question has ended, as HighLevel said. */
  leave(place: Place, said: AttemptOutcome | null): void;
  /** Until when HighLevel is left alone, because it is down, milliseconds since 1970. */
  downUntil(): number;
  /** Something was decided: what is due now may leave. */
  wake(): void;
}

/** The parts of a ledger that asking uses. */
interface AskingParts {
  readonly waiting: WaitingContacts;
  readonly intake: Intake;
  readonly learning: Learning;
  readonly recorder: Recorder;
  readonly locationId: () => string | undefined;
  readonly places: HighLevelPlaces;
}

/** What became of asking. `in vain`: asking again would not help. `closed`: nothing can be asked before a time. */
type Told =
  | { readonly kind: "answered" | "unanswered" | "too late" }
  | { readonly kind: "closed"; readonly untilMs: number }
  | { readonly kind: "in vain"; readonly why: string };

const ANSWERED: Told = { kind: "answered" };

export class Asking {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  readonly #parts: AskingParts;
  readonly #work = new Allowance(LOOKS_AN_ALARM);
  /** The contacts that are being looked at, and what settles when they have been. */
  readonly #busy = new Map<string, Promise<void>>();
  /** What is being asked, by its name. */
  readonly #asked = new Map<string, Promise<Told>>();
  /** Whoever waits for an answer no longer than until a time, milliseconds since 1970. */
  readonly #impatient = new Set<{ readonly untilMs: number; readonly leave: () => void }>();
  /** Nothing is asked before: HighLevel's limits had no room, or it was failing. Milliseconds since 1970. */
  #closedUntil = 0;
  #running: Promise<void> | null = null;
  /** An alarm's other work, until it has ended. */
  #stayingFor: Promise<unknown> | null = null;
  /** The first failure of storage in this run. */
  #failure: Error | null = null;

  constructor(storage: LedgerStorage, ports: LedgerPorts, parts: AskingParts) {
    this.#storage = storage;
    this.#ports = ports;
    this.#parts = parts;
  }

  /** An alarm has rung: it may do as much as the one before. */
  renew(): void {
    this.#work.renew();
  }

  /** While an alarm does its other work no other one rings: until that has ended, a run goes on for as long as any wait. */
  stayFor(work: Promise<unknown>): void {
    const staying = work.then(() => {
      if (this.#stayingFor === staying) this.#stayingFor = null;
    });
    this.#stayingFor = staying;
  }

  /** Starts on what waits now. Never throws, and does not wait for it to end: `run` does. */
  wake(): void {
    if (this.#parts.waiting.size === 0) return;
    this.run().catch((error: unknown) => logError("An event that waits could not be decided", {}, error));
  }

  /** Resolves once nothing waits that may be asked or decided now. Rejects if storage fails. */
  run(): Promise<void> {
    return (this.#running ??= this.#runAll().finally(() => (this.#running = null)));
  }

  isOpen(): boolean {
    return this.#parts.waiting.size > 0;
  }

  /** When the next contact is to be looked at, milliseconds since 1970; `null`: none waits. */
  nextAt(): number | null {
    const now = this.#now();
    let next: number | null = null;
    for (const [contactId, contact] of this.#parts.waiting.entries()) {
      const at = this.#busy.has(contactId) ? contact.deadlineMs : this.#dueAt(contact);
      next = Math.min(next ?? Infinity, Math.max(at, now));
    }
    return next;
  }

  async #runAll(): Promise<void> {
    this.#failure = null;
    let tick: Promise<void> | null = null;
    for (this.#fill(); this.#goesOn(); this.#fill()) {
      tick ??= this.#ports.timer(TICK_MS).then(() => {
        tick = null;
        this.#loseTheImpatient();
      });
      await Promise.race([...this.#busy.values(), tick, ...(this.#stayingFor ? [this.#stayingFor] : [])]);
    }
    if (this.#failure !== null) throw this.#failure;
  }

  #goesOn(): boolean {
    const isAnyToCome = this.#stayingFor !== null && this.#parts.waiting.size > 0 && this.#failure === null;
    return this.#busy.size > 0 || isAnyToCome;
  }

  /** Looks at contacts that may be, as many as there are places; what has waited long enough needs none. */
  #fill(): void {
    const now = this.#now();
    for (const [contactId, contact] of this.#parts.waiting.entries()) {
      if (!this.#work.isLeft() || this.#failure !== null) return;
      if (this.#busy.has(contactId) || this.#dueAt(contact) > now) continue;
      if (this.#busy.size >= ASKED_AT_ONCE && contact.deadlineMs > now) continue;
      const seen = this.#look(contactId, contact)
        .catch((error: unknown) => this.#failed(contact, error))
        .finally(() => this.#busy.delete(contactId));
      this.#busy.set(contactId, seen);
    }
  }

  /** Has the events of a contact decided, one after the other, as far as HighLevel says what they need. */
  async #look(contactId: string, contact: WaitingContact): Promise<void> {
    const { intake, recorder, places } = this.#parts;
    while (this.#work.isLeft()) {
      this.#work.spend(1);
      const seen = await intake.inTurn(() => recorder.decideFirst(contactId, contact.failure));
      if (seen.status === "none") return places.wake();
      if (seen.status === "decided") {
        places.wake();
        continue;
      }
      contact.deadlineMs = seen.deadlineMs;
      const told = await this.#askedInTime(contactId, contact, seen.questions);
      if (told.kind === "in vain") contact.failure = told.why;
      if (told.kind === "closed") this.#closedUntil = Math.max(this.#closedUntil, told.untilMs);
      if (told.kind === "unanswered") contact.untilMs = this.#now() + (AGAIN_MS[contact.tries++] ?? LAST_WAIT_MS);
      if (told.kind !== "answered" && told.kind !== "in vain") return;
    }
  }

  /** Asks, and waits for the answers until the contact's first event has waited for long enough. */
  #askedInTime(contactId: string, { deadlineMs }: WaitingContact, questions: Questions): Promise<Told> {
    return new Promise((tell, fail) => {
      const waits = { untilMs: deadlineMs, leave: () => tell({ kind: "too late" }) };
      this.#impatient.add(waits);
      this.#askAll(contactId, questions)
        .then(tell, fail)
        .finally(() => this.#impatient.delete(waits));
    });
  }

  async #askAll(contactId: string, questions: Questions): Promise<Told> {
    const { learning, locationId } = this.#parts;
    const here = locationId() ?? "";
    const owner = questions.owner ? ownerOf(this.#storage.sql, contactId) : null;
    const asked: (Promise<Told> | null)[] = [
      questions.contact ? this.#ask(`contact ${contactId}`, () => learning.contact(contactId)) : null,
      questions.location ? this.#ask("location", () => learning.record("location", here)) : null,
      questions.custom ? this.#ask("custom", () => learning.record("custom-keys", here, true)) : null,
      owner === null ? null : this.#ask(`user ${owner}`, () => learning.record("user", owner)),
    ];
    const told = await Promise.all(asked.filter((one) => one !== null));
    return told.find(({ kind }) => kind === "in vain") ?? told.find(({ kind }) => kind !== "answered") ?? ANSWERED;
  }

  /** Asks something, unless it is being asked. */
  #ask(name: string, ask: () => Promise<Asked<unknown>>): Promise<Told> {
    const underWay = this.#asked.get(name);
    if (underWay) return underWay;
    const told = this.#askInPlace(ask).finally(() => this.#asked.delete(name));
    this.#asked.set(name, told);
    return told;
  }

  /** Asks once one of HighLevel's places is free: connections are few, and others are not held up by HighLevel. */
  async #askInPlace(ask: () => Promise<Asked<unknown>>): Promise<Told> {
    const { places } = this.#parts;
    let place = places.enter();
    for (; place === "full"; place = places.enter()) await this.#ports.timer(TICK_MS);
    if (place === "no") return { kind: "closed", untilMs: Math.max(places.downUntil(), this.#now() + AGAIN_MS[0]) };
    let asked: Asked<unknown> | null = null;
    try {
      asked = await ask();
      return toldBy(asked);
    } finally {
      places.leave(place, asked && outcomeOf(asked));
    }
  }

  #loseTheImpatient(): void {
    const now = this.#now();
    for (const waits of this.#impatient) if (waits.untilMs <= now) waits.leave();
  }

  /** When a contact is to be looked at: no later than its first event may wait, also by a clock that was ahead. */
  #dueAt({ untilMs, deadlineMs }: WaitingContact): number {
    const mayAskAt = Math.max(untilMs, this.#closedUntil);
    return notBefore(Math.min(mayAskAt, deadlineMs), MAX_WAIT_MS, this.#now());
  }

  /** Storage failed: the run ends, and is tried again a little later. */
  #failed(contact: WaitingContact, error: unknown): void {
    contact.untilMs = this.#now() + BREATH_MS;
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
  }

  #now(): number {
    return this.#ports.actions.clock();
  }
}

function toldBy(asked: Asked<unknown>): Told {
  switch (asked.kind) {
    case "known":
      return ANSWERED;
    case "in-turn":
      return { kind: "closed", untilMs: asked.untilMs };
    case "no-token":
      return { kind: "in vain", why: asked.message };
    case "refused":
      return { kind: "in vain", why: asked.outcome.done ? "" : asked.outcome.error.message };
    case "unavailable":
      return { kind: "unanswered" };
  }
}

/** What an answer says about HighLevel; `null`: nothing left. */
function outcomeOf(asked: Asked<unknown>): AttemptOutcome | null {
  if (asked.kind === "known") return { done: true, status: 200, answer: null };
  return asked.kind === "refused" || asked.kind === "unavailable" ? asked.outcome : null;
}
