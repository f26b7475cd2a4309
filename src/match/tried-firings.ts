// Firings that are tried, not done: of examples, and of a draft on the log. What follows from each is taken to leave as
// soon as it is due, and what ends its wait before is asked as the ledger asks it, so that limits count the same.
import type { PlannedAction } from "../model/decision.ts";
import type { Event } from "../model/event.ts";
import { NOTHING_KNOWN } from "../model/known.ts";
import type { LimitScope, Rule } from "../model/rule.ts";
import { cancelledBy } from "./cancel.ts";
import type { Moment } from "./facts.ts";

interface TriedFiring {
  readonly contactId: string;
  readonly rule: string;
  readonly atMs: number;
  /** What was not cancelled before it was due. */
  alive: readonly PlannedAction[];
}

export class TriedFirings {
  readonly #firings: TriedFiring[] = [];
  /** The actions that the event that is decided now ends. */
  #ended: ReadonlySet<PlannedAction> = new Set();

  /** Begins with the next event: what it ends no longer counts. Absent `known`: nothing is. */
  async next(event: Event, moment: Moment, known = NOTHING_KNOWN): Promise<void> {
    this.#settle();
    const ended = new Set<PlannedAction>();
    for (const { contactId, alive } of this.#firings) {
      if (contactId !== event.contactId) continue;
      for (const planned of alive.filter((one) => one.dueAtMs > moment.nowMs))
        if (await cancelledBy(event, planned.action.cancelOn ?? [], moment, () => known)) ended.add(planned);
    }
    this.#ended = ended;
  }

  /** How often a rule has fired after a time, as `History.firings` says. */
  countOf({ name }: Rule, per: LimitScope, { contactId }: Event, { nowMs }: Moment, afterMs: number): number {
    const counts = ({ alive, ...firing }: TriedFiring): boolean => {
      const isOfContact = firing.contactId === contactId;
      if (firing.rule !== name || firing.atMs <= afterMs || (per === "contact" && !isOfContact)) return false;
      return alive.some((one) => !this.#ended.has(one) && !(isOfContact && isReplaced(one, nowMs)));
    };
    return this.#firings.filter(counts).length;
  }

  /** Notes what fired on the event. */
  fired({ contactId }: Event, { nowMs }: Moment, actions: readonly PlannedAction[]): void {
    this.#settle();
    for (const [{ name }, own] of Map.groupBy(actions, ({ rule }) => rule)) {
      for (const firing of this.#firings)
        if (firing.contactId === contactId && firing.rule === name)
          firing.alive = firing.alive.filter((one) => !isReplaced(one, nowMs));
      this.#firings.push({ contactId, rule: name, atMs: nowMs, alive: own });
    }
  }

  #settle(): void {
    if (this.#ended.size === 0) return;
    for (const firing of this.#firings) firing.alive = firing.alive.filter((one) => !this.#ended.has(one));
    this.#ended = new Set();
  }
}

/** Whether an action still waits, and is replaced when its rule fires again. */
function isReplaced({ action, dueAtMs }: PlannedAction, nowMs: number): boolean {
  return action.restart === true && dueAtMs > nowMs;
}
