// What an alarm does: performs what is due, does the daily chores, records the reports of both, and finally sets the next
// alarm. This file also says when that is to ring, and whether anything waits.
import { logError } from "../model/log-line.ts";
import type { Alerts } from "./alerts/alerts.ts";
import type { Chores } from "./upkeep/chores.ts";
import type { Reports } from "./deliveries/reports.ts";
import { nextWriteAt } from "./deliveries/tasks.ts";
import type { Asking } from "./recording/asking.ts";
import type { Poked } from "../model/rpc.ts";
import type { Pausing } from "./pausing.ts";
import type { Pump } from "./pump/pump.ts";
import type { Reconciling } from "./reconcile/reconciling.ts";
import type { Alarm } from "./store/alarm.ts";
import type { LedgerPorts, Sql } from "./store/ports.ts";

/** How long to wait after an alarm that failed. */
const BREATH_MS = 10_000;
/** How long a poke waits for a look through HighLevel's export. */
const LOOK_WITHIN_MS = 2_000;

/** The parts of a ledger that an alarm uses. */
interface RoundsParts {
  readonly pump: Pump;
  readonly pausing: Pausing;
  readonly chores: Chores;
  readonly reports: Reports;
  readonly asking: Asking;
  readonly reconciling: Reconciling;
  readonly alerts: Alerts;
  readonly alarm: Alarm;
}

export class Rounds {
  readonly #sql: Sql;
  readonly #clock: () => number;
  readonly #timer: LedgerPorts["timer"];
  readonly #parts: RoundsParts;

  constructor(sql: Sql, { actions, timer }: Pick<LedgerPorts, "actions" | "timer">, parts: RoundsParts) {
    this.#sql = sql;
    this.#clock = actions.clock;
    this.#timer = timer;
    this.#parts = parts;
  }

  /** Does the alarm's work. Never throws. */
  async run(): Promise<void> {
    const { pump, pausing, chores, reports, asking, reconciling, alerts, alarm } = this.#parts;
    alarm.rings();
    reports.renew();
    asking.renew();
    reconciling.wake();
    await pausing.know();
    const work = Promise.allSettled([pump.run(), chores.run()]);
    asking.stayFor(work);
    const done = await Promise.allSettled([asking.run()]);
    done.push(...(await work), ...(await Promise.allSettled([reports.run()])));
    const failures = done.filter((one) => one.status === "rejected");
    for (const { reason } of failures) logError("The alarm failed and will be set again", {}, reason);
    alerts.run();
    try {
      // After a failure, what is due already would make it ring at once, for ever: wait a little.
      alarm.setForNext(failures.length > 0 ? this.#clock() + BREATH_MS : undefined);
    } catch (error) {
      logError("The alarm cannot be set, storage refuses", {}, error);
      alarm.set(this.#clock() + BREATH_MS);
    }
  }

  /** When the next thing is due, milliseconds since 1970; `null`: nothing waits. */
  nextAt(): number | null {
    const { pump, chores, reports, asking, reconciling, alerts } = this.#parts;
    const waits = [pump.nextAt(), nextWriteAt(this.#sql), chores.nextAt(), reports.nextAt()];
    const times = [...waits, asking.nextAt(), reconciling.nextAt(), alerts.nextAt()];
    const next = Math.min(...times.map((at) => at ?? Infinity));
    return next === Infinity ? null : next;
  }

  /**
   * Repairs a lost alarm, looks through HighLevel's export if it is time to, and returns whether anything waits to be done,
   * and whether that is looked through at all. A look that takes longer goes on by itself.
   */
  async poke(isHour: boolean | null): Promise<Poked> {
    const { pump, chores, reports, asking, reconciling, alerts, alarm } = this.#parts;
    await alarm.repair();
    alerts.poke();
    if (isHour !== null) await Promise.race([reconciling.look(isHour), this.#timer(LOOK_WITHIN_MS)]);
    const isReporting = reports.nextAt() !== null || reconciling.nextAt() !== null;
    const isWaiting = pump.isOpen() || asking.isOpen() || isReporting;
    const dueAt = Math.min(chores.nextAt() ?? Infinity, alerts.nextAt() ?? Infinity);
    const isOpen = isWaiting || dueAt <= this.#clock();
    return { isOpen, isReconciled: reconciling.isOn() };
  }
}
