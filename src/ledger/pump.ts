// The pump performs what is due: six deliveries at a time, each outcome written down as it comes. A place that becomes
// free is taken at once by whatever is due then, so that one slow destination holds one place and nothing else.
import { perform } from "../act/perform.ts";
import type { ActionContext } from "../act/action-kind.ts";
import { actionError, unanswered, type AttemptOutcome } from "../act/outcome.ts";
import { plainFacts } from "../match/facts.ts";
import { nextOpening } from "../time/window.ts";
import * as deliveries from "./deliveries.ts";
import * as log from "./log.ts";
import type { LedgerPorts, LedgerStorage } from "./ports.ts";
import * as tasks from "./tasks.ts";

/** workerd opens six outgoing connections at once for one invocation. */
const MAX_IN_FLIGHT = 6;
/** An alarm may take 15 minutes of wall time: stop taking well before, the next alarm goes on. */
const MAX_RUN_MS = 10 * 60_000;
/** How long something that becomes due while a run waits for slow answers may go unnoticed. */
const TICK_MS = 1_000;
/** What could not be written down is tried again after this. */
const BREATH_MS = 10_000;
/** A window that never opens is refused at admission; should it come about, waiting is the safe side. */
const NEVER_OPENS_MS = 86_400_000;

export class Pump {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  readonly #inFlight = new Map<string, Promise<void>>();
  #stopTakingAt = 0;

  constructor(storage: LedgerStorage, ports: LedgerPorts) {
    this.#storage = storage;
    this.#ports = ports;
  }

  /** Performs everything that is due, and what becomes due meanwhile. It does not throw for what an action does. */
  async run(): Promise<void> {
    this.#stopTakingAt = this.#now() + MAX_RUN_MS;
    try {
      let writing = this.#writeTasks();
      this.wake();
      let tick = this.#ports.timer(TICK_MS);
      while (this.#inFlight.size > 0) {
        const ticked = await Promise.race([...this.#inFlight.values(), tick.then(() => true)]);
        if (ticked) {
          tick = this.#ports.timer(TICK_MS);
          writing = writing.then(() => this.#writeTasks());
        }
        this.wake();
      }
      await writing;
    } finally {
      this.#stopTakingAt = 0;
      // Nothing is in flight now: what still says so could not be settled, and is due again.
      if (this.#inFlight.size === 0) deliveries.resumeInterrupted(this.#storage.sql);
    }
  }

  /** Fills the free places of a run that is under way. It never throws: its callers have something to finish. */
  wake(): void {
    try {
      while (this.#inFlight.size < MAX_IN_FLIGHT && this.#now() < this.#stopTakingAt) {
        const delivery = deliveries.takeDue(this.#storage.sql, this.#now());
        if (!delivery) return;
        const attempt = this.#attempt(delivery).finally(() => {
          this.#inFlight.delete(delivery.id);
          this.wake();
        });
        this.#inFlight.set(delivery.id, attempt);
      }
    } catch (error) {
      logError("Due deliveries could not be taken", error);
    }
  }

  #now(): number {
    return this.#ports.actions.clock();
  }

  /** One try, written down. It never rejects: what cannot be written down is due again after a breath. */
  async #attempt(delivery: deliveries.DueDelivery): Promise<void> {
    try {
      const startedAt = this.#now();
      const opensAt = this.#opensAt(delivery, startedAt);
      if (opensAt > startedAt) deliveries.postpone(this.#storage.sql, delivery.id, opensAt);
      else this.#settle(delivery, await this.#perform(delivery), startedAt);
    } catch (error) {
      logError("An attempt could not be written down", error);
      try {
        deliveries.postpone(this.#storage.sql, delivery.id, this.#now() + BREATH_MS);
      } catch (again) {
        logError("A delivery could not be postponed, it is due again after this run", again);
      }
    }
  }

  /** When the delivery may be attempted: an alarm may come late, and a retry fall into the night. */
  #opensAt(delivery: deliveries.DueDelivery, nowMs: number): number {
    const window = deliveries.readPlan(delivery.plan)?.window;
    return window ? (nextOpening(window, nowMs, this.#ports.timeZone) ?? nowMs + NEVER_OPENS_MS) : nowMs;
  }

  async #perform(delivery: deliveries.DueDelivery): Promise<AttemptOutcome> {
    const plan = deliveries.readPlan(delivery.plan);
    const record = log.find(this.#storage.sql, delivery.contactId, delivery.eventKey);
    if (!plan || !record) return unanswered(actionError("ACTION_LOST", "What the delivery was about cannot be read"));
    return perform(plan.action, this.#contextOf(delivery, plan, record));
  }

  #settle(delivery: deliveries.DueDelivery, outcome: AttemptOutcome, startedAt: number): void {
    const { sql } = this.#storage;
    const now = this.#now();
    this.#storage.transactionSync(() => {
      const kept = deliveries.settle(sql, delivery, outcome, { startedAt, now }, this.#ports.random());
      if (!outcome.done || !outcome.task) return;
      // The contact was erased while KV took the task: take it out again.
      if (kept) tasks.keep(sql, outcome.task);
      else tasks.planWrite(sql, outcome.task.locationId, outcome.task.id, null, now);
    });
    const { id: deliveryId, rule } = delivery;
    const came = outcome.done ? "done" : outcome.error.code;
    console.log(JSON.stringify({ message: "attempt", deliveryId, rule, came, status: outcome.status }));
  }

  #contextOf(
    delivery: deliveries.DueDelivery,
    plan: deliveries.Plan,
    { event, decision }: log.LogRecord,
  ): ActionContext {
    const { eventKey, decidedAt, ruleSet, fired } = decision;
    // Records from before zones were stored have none.
    const timeZone = decision.timeZone ?? this.#ports.timeZone;
    const moment = { nowMs: Date.parse(decidedAt), timeZone };
    return {
      deliveryId: delivery.id,
      locationId: event.locationId,
      contactId: event.contactId,
      eventKey,
      rule: delivery.rule,
      decidedAt,
      roots: {
        event: event.payload,
        facts: { ...plainFacts(event, moment) },
        rule: plan.rule,
        decision: { eventKey, decidedAt, ruleSet, fired: [...fired] },
      },
      ports: this.#ports.actions,
    };
  }

  async #writeTasks(): Promise<void> {
    const { sql } = this.#storage;
    const { tasks: store } = this.#ports.actions;
    for (const write of tasks.dueWrites(sql, this.#now(), MAX_IN_FLIGHT * 10)) {
      if (this.#now() >= this.#stopTakingAt) return;
      const attempt = write.task === null ? store.delete(write.locationId, write.taskId) : store.put(write.task);
      const written = await attempt.then(
        () => true,
        () => false,
      );
      tasks.settleWrite(sql, write, written, this.#now(), this.#ports.random());
    }
  }
}

function logError(message: string, error: unknown): void {
  console.error(JSON.stringify({ message, error: error instanceof Error ? error.stack : String(error) }));
}
