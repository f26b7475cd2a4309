// Lanes: one for each host that deliveries go to, so that a host which hangs, fails or asks for a pause holds up what
// goes there and nothing else. Within a lane contacts take turns.
import type { AttemptOutcome } from "../act/outcome.ts";
import * as circuits from "./circuit.ts";
import { lease, type LeasedDelivery } from "./deliveries.ts";
import { dueInTurns, earliestByHost } from "./delivery-lists.ts";
import { firstRow, type LedgerStorage } from "./ports.ts";
import { TokenBucket } from "./token-bucket.ts";

/** workerd opens six outgoing connections at once for one invocation. */
const PLACES = 6;
/** Of these, the last two are for hosts that hold none yet. */
const SHARED_PLACES = 4;
/** How many deliveries a lane looks ahead, and for how long it trusts what it saw. */
const LOOK_AHEAD = 500;
const LOOK_AGAIN_MS = 1_000;
/** A host that asks for a pause without saying how long, and the longest that is granted. */
const PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 3_600_000;

interface Lane {
  readonly bucket: TokenBucket;
  circuit: circuits.Circuit;
  pausedUntilMs: number;
  inFlight: number;
  /** What is due, in turns; each is looked at again when it is taken. */
  queue: string[];
  lookedAtMs: number;
}

export class Lanes {
  readonly #storage: LedgerStorage;
  readonly #perSecond: number;
  readonly #lanes = new Map<string, Lane>();
  #inFlight = 0;
  /** Hosts take turns too: the one that was served last is asked last. */
  #served: string[] = [];

  /** `perSecond`: how many requests a host gets in a second at most. */
  constructor(storage: LedgerStorage, perSecond: number) {
    this.#storage = storage;
    this.#perSecond = perSecond;
  }

  /** Takes the next delivery that may be sent now; its place is held until `release`. */
  take(nowMs: number): LeasedDelivery | undefined {
    if (this.#inFlight >= PLACES) return undefined;
    for (const host of this.#dueHosts(nowMs)) {
      const lane = this.#lane(host, nowMs);
      if (!this.#mayStart(lane, nowMs)) continue;
      const delivery = this.#next(host, lane, nowMs);
      if (!delivery) continue;
      lane.bucket.take(nowMs);
      lane.inFlight += 1;
      this.#inFlight += 1;
      this.#served = [...this.#served.filter((other) => other !== host), host];
      return delivery;
    }
    return undefined;
  }

  /** Gives the place of a delivery free. */
  release(host: string): void {
    this.#inFlight -= 1;
    const lane = this.#lanes.get(host);
    if (lane) lane.inFlight -= 1;
  }

  /** What an attempt tells of its host. It belongs into the transaction in which the attempt is written down. */
  learn(host: string, outcome: AttemptOutcome, nowMs: number): void {
    const lane = this.#lane(host, nowMs);
    if (!outcome.done && (outcome.status === 429 || (outcome.status === 503 && outcome.retryAfterMs !== null)))
      lane.pausedUntilMs = nowMs + Math.min(outcome.retryAfterMs ?? PAUSE_MS, LONGEST_PAUSE_MS);
    const circuit = circuits.after(lane.circuit, outcome, nowMs);
    if (circuit.failures === lane.circuit.failures && circuit.openUntilMs === lane.circuit.openUntilMs) return;
    const { sql } = this.#storage;
    if (circuit.failures === 0) sql.exec("DELETE FROM hosts WHERE host = ?", host);
    else
      sql.exec(
        "INSERT OR REPLACE INTO hosts (host, failures, open_until) VALUES (?, ?, ?)",
        host,
        circuit.failures,
        circuit.openUntilMs,
      );
    lane.circuit = circuit;
  }

  /** What was learned since may not have been committed: ask the tables again. */
  forget(): void {
    for (const lane of this.#lanes.values()) lane.lookedAtMs = -Infinity;
    for (const [host, lane] of this.#lanes) lane.circuit = this.#storedCircuit(host);
  }

  /** When the next delivery may be sent, milliseconds since 1970; `null`: none waits. */
  nextAt(nowMs: number): number | null {
    const times = earliestByHost(this.#storage.sql).map(({ host, dueAtMs }) => {
      const lane = this.#lane(host, nowMs);
      return Math.max(dueAtMs, lane.pausedUntilMs, lane.circuit.openUntilMs ?? 0, lane.bucket.readyAt(nowMs));
    });
    return times.length === 0 ? null : Math.min(...times);
  }

  #dueHosts(nowMs: number): string[] {
    const due = earliestByHost(this.#storage.sql).flatMap(({ host, dueAtMs }) => (dueAtMs <= nowMs ? [host] : []));
    return due.toSorted((a, b) => this.#served.indexOf(a) - this.#served.indexOf(b));
  }

  #mayStart(lane: Lane, nowMs: number): boolean {
    if (lane.pausedUntilMs > nowMs || lane.bucket.readyAt(nowMs) > nowMs) return false;
    if (lane.inFlight === 0) return circuits.modeOf(lane.circuit, nowMs) !== "open";
    return lane.inFlight < SHARED_PLACES && this.#inFlight < SHARED_PLACES && lane.circuit.failures === 0;
  }

  #next(host: string, lane: Lane, nowMs: number): LeasedDelivery | undefined {
    const { sql } = this.#storage;
    if (nowMs - lane.lookedAtMs >= LOOK_AGAIN_MS || nowMs < lane.lookedAtMs) lane.queue = [];
    for (let isFresh = false; ;) {
      for (let id = lane.queue.shift(); id !== undefined; id = lane.queue.shift()) {
        const delivery = lease(sql, id, nowMs);
        if (delivery) return delivery;
      }
      if (isFresh) return undefined;
      lane.queue = dueInTurns(sql, host, nowMs, LOOK_AHEAD);
      lane.lookedAtMs = nowMs;
      isFresh = true;
    }
  }

  #lane(host: string, nowMs: number): Lane {
    let lane = this.#lanes.get(host);
    if (!lane) {
      const bucket = new TokenBucket(this.#perSecond, this.#perSecond, nowMs);
      const circuit = this.#storedCircuit(host);
      lane = { bucket, circuit, pausedUntilMs: 0, inFlight: 0, queue: [], lookedAtMs: -Infinity };
      this.#lanes.set(host, lane);
    }
    return lane;
  }

  #storedCircuit(host: string): circuits.Circuit {
    const stored = "SELECT failures, open_until AS openUntilMs FROM hosts WHERE host = ?";
    return firstRow<circuits.Circuit>(this.#storage.sql, stored, host) ?? circuits.CLOSED;
  }
}
