// Reports: how a delivery ended, if its action wants that reported, until it is recorded as an event of the same
// contact. The row is written with the end of the delivery and removed with the recording of the event, so that neither
// happens without the other.
import type { AttemptOutcome } from "../../act/contract/outcome.ts";
import { reportOf } from "../../act/contract/report.ts";
import { readEvent } from "../../events/event.ts";
import type { Event } from "../../model/event.ts";
import type { JsonObject } from "../../kit/json.ts";
import { notBefore } from "../../kit/not-before.ts";
import type { Recorded } from "../../model/ledger.ts";
import { logError, logEvent } from "../../model/log-line.ts";
import * as log from "../log/log.ts";
import { Allowance } from "../store/allowance.ts";
import { firstRow, rows, type LedgerStorage, type Sql } from "../store/ports.ts";

/** How many reports are recorded in one alarm: each is decided like any event. The next alarm follows at once. */
const RECORDED_AT_ONCE = 500;
/** How long to wait before trying again what could not be recorded. */
const BREATH_MS = 10_000;

/** A delivery that has ended, and the number of its last attempt. */
export interface EndedDelivery {
  readonly id: string;
  readonly eventKey: string;
  readonly contactId: string;
  readonly attempts: number;
}

/** Notes what is to be recorded about a delivery's end: nothing if its event was about no message, or was a report. */
export function note(sql: Sql, ended: EndedDelivery, outcome: AttemptOutcome, nowMs: number): void {
  const about = log.find(sql, ended.contactId, ended.eventKey)?.event;
  const messageId = about?.payload["messageId"];
  if (!about || about.kind === "GatewayStatus" || typeof messageId !== "string" || messageId === "") return;
  const receivedAt = new Date(nowMs).toISOString();
  const { emailMessageId } = about.payload;
  const payload: JsonObject = {
    type: "GatewayStatus",
    locationId: about.locationId,
    contactId: about.contactId,
    messageId,
    ...(typeof emailMessageId === "string" && emailMessageId !== "" ? { emailMessageId } : {}),
    ...reportOf(outcome),
    deliveryId: ended.id,
    timestamp: receivedAt,
  };
  const key = `report-${ended.id}-${ended.attempts}`;
  const read = readEvent(payload, { key, route: "gateway", receivedAt });
  if (read.status !== "event") return;
  sql.exec(
    "INSERT OR IGNORE INTO reports (key, contact_id, noted_at, event) VALUES (?, ?, ?, ?)",
    key,
    ended.contactId,
    nowMs,
    JSON.stringify(read.event),
  );
}

/** Removes a noted report; `false`: it is gone already, because its contact was erased. */
export function removeNoted(sql: Sql, key: string): boolean {
  return rows(sql, "DELETE FROM reports WHERE key = ? RETURNING key", key).length > 0;
}

/** Records a report when its turn comes, and removes its row in the same transaction. */
export interface ReportIntake {
  takeReport(event: Event): Promise<Recorded>;
}

/** Records the noted reports, one after the other. */
export class Reports {
  readonly #storage: LedgerStorage;
  readonly #clock: () => number;
  readonly #intake: ReportIntake;
  #running: Promise<void> | null = null;
  readonly #work = new Allowance(RECORDED_AT_ONCE);
  /** Nothing is recorded before this time: storage refused, or the location is over its budget. */
  #from = 0;
  /** How long that is. */
  #pauseMs = 0;

  constructor(storage: LedgerStorage, clock: () => number, intake: ReportIntake) {
    this.#storage = storage;
    this.#clock = clock;
    this.#intake = intake;
  }

  /** An alarm has rung: it may record as many as the one before. */
  renew(): void {
    this.#work.renew();
  }

  /** Starts recording what waits now. Never throws, and does not wait for it to end: `run` does. */
  wake(): void {
    this.run().catch((error: unknown) => logError("A report could not be recorded, it is tried again", {}, error));
  }

  /** Resolves once nothing waits that may be recorded now. */
  run(): Promise<void> {
    return (this.#running ??= this.#recordAll().finally(() => (this.#running = null)));
  }

  /** When the next report may be recorded, milliseconds since 1970; `null`: none waits. */
  nextAt(): number | null {
    return this.#next() ? Math.max(this.#clock(), this.#mayFrom()) : null;
  }

  async #recordAll(): Promise<void> {
    for (let next = this.#next(); next && this.#mayRecord(); next = this.#next()) {
      try {
        this.#work.spend(1);
        const recorded = await this.#intake.takeReport(JSON.parse(next.event) as Event);
        this.#recorded(next, recorded);
      } catch (error) {
        this.#wait(BREATH_MS);
        throw error;
      }
    }
  }

  #mayRecord(): boolean {
    return this.#clock() >= this.#mayFrom() && this.#work.isLeft();
  }

  #mayFrom(): number {
    return (this.#from = notBefore(this.#from, this.#pauseMs, this.#clock()));
  }

  #wait(ms: number): void {
    this.#from = this.#clock() + ms;
    this.#pauseMs = ms;
  }

  #recorded({ key, event }: { key: string; event: string }, recorded: Recorded): void {
    switch (recorded.status) {
      case "over-budget":
      case "unavailable":
        return this.#wait(recorded.retryAfterSeconds * 1_000);
      case "duplicate":
        removeNoted(this.#storage.sql, key);
        return;
      case "accepted": {
        const { locationId, kind } = JSON.parse(event) as Event;
        logEvent({ eventKey: key, locationId, kind, status: "accepted", fired: recorded.fired });
      }
    }
  }

  #next(): { key: string; event: string } | undefined {
    return firstRow(this.#storage.sql, "SELECT key, event FROM reports ORDER BY key LIMIT 1");
  }
}
