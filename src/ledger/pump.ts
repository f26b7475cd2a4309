// The pump performs what is due: six deliveries at a time, each outcome written down as it comes.
import { perform } from "../act/perform.ts";
import type { ActionContext } from "../act/action-kind.ts";
import { actionError, unanswered, type AttemptOutcome } from "../act/outcome.ts";
import { factsOf } from "../events/event.ts";
import * as deliveries from "./deliveries.ts";
import * as log from "./log.ts";
import type { LedgerPorts, LedgerStorage } from "./ports.ts";
import * as tasks from "./tasks.ts";

/** workerd opens six outgoing connections at once for one invocation. */
const MAX_IN_FLIGHT = 6;
/** An alarm may take 15 minutes of wall time: stop taking well before, the next alarm goes on. */
const MAX_RUN_MS = 10 * 60_000;

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
      await this.#writeTasks();
      this.#fill();
      while (this.#inFlight.size > 0) {
        await Promise.race(this.#inFlight.values());
        this.#fill();
      }
    } finally {
      this.#stopTakingAt = 0;
      // Nothing is in flight now: what still says so could not be settled, and is due again.
      if (this.#inFlight.size === 0) deliveries.resumeInterrupted(this.#storage.sql);
    }
  }

  /** Something new is due: a run that is under way takes it into its free places. */
  wake(): void {
    if (this.#stopTakingAt > 0) this.#fill();
  }

  #now(): number {
    return this.#ports.actions.clock();
  }

  #fill(): void {
    while (this.#inFlight.size < MAX_IN_FLIGHT && this.#now() < this.#stopTakingAt) {
      const delivery = deliveries.takeDue(this.#storage.sql, this.#now());
      if (!delivery) return;
      const attempt = this.#attempt(delivery).finally(() => this.#inFlight.delete(delivery.id));
      this.#inFlight.set(delivery.id, attempt);
    }
  }

  async #attempt(delivery: deliveries.DueDelivery): Promise<void> {
    const { sql } = this.#storage;
    const startedAt = this.#now();
    const context = this.#context(delivery);
    const outcome: AttemptOutcome = context
      ? await perform(delivery.plan.action, context)
      : unanswered(actionError("ACTION_BUG", "The event of this delivery is not in the log"));
    this.#storage.transactionSync(() => {
      const kept = deliveries.settle(sql, delivery, outcome, { startedAt, now: this.#now() }, this.#ports.random());
      if (!outcome.done || !outcome.task) return;
      // The contact was erased while KV took the task: take it out again.
      if (kept) tasks.keep(sql, outcome.task);
      else tasks.planWrite(sql, outcome.task.locationId, outcome.task.id, null, this.#now());
    });
    console.log(
      JSON.stringify({
        message: "attempt",
        deliveryId: delivery.id,
        rule: delivery.rule,
        status: outcome.status,
        error: outcome.done ? null : outcome.error.code,
      }),
    );
  }

  #context(delivery: deliveries.DueDelivery): ActionContext | null {
    const record = log.find(this.#storage.sql, delivery.eventKey);
    if (!record) return null;
    const { event, decision } = record;
    const { eventKey, decidedAt, ruleSet, fired } = decision;
    return {
      deliveryId: delivery.id,
      locationId: event.locationId,
      contactId: event.contactId,
      eventKey,
      rule: delivery.rule,
      decidedAt,
      roots: {
        event: event.payload,
        facts: { ...factsOf(event) },
        rule: delivery.plan.rule,
        decision: { eventKey, decidedAt, ruleSet, fired: [...fired] },
      },
      ports: this.#ports.actions,
    };
  }

  async #writeTasks(): Promise<void> {
    const { sql } = this.#storage;
    for (const write of tasks.dueWrites(sql, this.#now(), MAX_IN_FLIGHT * 10)) {
      const { tasks: store } = this.#ports.actions;
      const attempt = write.task === null ? store.delete(write.locationId, write.taskId) : store.put(write.task);
      const written = await attempt.then(
        () => true,
        () => false,
      );
      tasks.settleWrite(sql, write, written, this.#now(), this.#ports.random());
    }
  }
}
