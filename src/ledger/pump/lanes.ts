// Lanes: one for each host that deliveries go to, so that a host which hangs, fails or asks for a pause holds up what
// goes there and nothing else. Within a lane contacts take turns.
import type { AttemptOutcome } from "../../act/contract/outcome.ts";
import * as circuits from "./circuit.ts";
import { lease, type LeasedDelivery } from "../deliveries/deliveries.ts";
import type { HostState } from "../../model/statistics.ts";
import { dueInTurns, earliestByHost, waitingByHost } from "../deliveries/lists.ts";
import { firstRow, rows, type LedgerStorage } from "../store/ports.ts";
import { TokenBucket } from "../../kit/token-bucket.ts";

/** workerd opens six outgoing connections at once for one invocation. */
const PLACES = 6;
/** Of these, the last two are for hosts that hold none yet. */
const SHARED_PLACES = 4;
/** Hosts whose last attempt failed share so many places: however many hang at once, the others have the rest. */
const SUSPECT_PLACES = 3;
/** How many deliveries a lane looks ahead, and for how long what was seen is trusted. */
const LOOK_AHEAD = 500;
const LOOK_AGAIN_MS = 500;
/** A host that asks for a pause without saying how long, and the longest that is granted. */
const PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** What a host counts besides: how many deliveries may be sent to it within limits of its own. */
export interface Budget {
  /** Whether another delivery may be begun while so many others are being sent. */
  mayBegin(inFlight: number, nowMs: number): boolean;
  /** When one may be begun once none is being sent, milliseconds since 1970: now, or later. */
  mayBeginAt(nowMs: number): number;
}

interface Lane {
  readonly budget: Budget | undefined;
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
  readonly #budgets: ReadonlyMap<string, Budget>;
  readonly #lanes = new Map<string, Lane>();
  #inFlight = 0;
  /** Hosts take turns too: the one that was served last is asked last. By host, the turn in which it was. */
  readonly #served = new Map<string, number>();
  #turn = 0;
  /** Where something was due, when it was last looked. */
  #due: readonly string[] = [];
  #lookedAtMs = -Infinity;

  /** `perSecond`: how many requests a host gets in a second at most. `budgets`: hosts that have limits of their own. */
  constructor(storage: LedgerStorage, perSecond: number, budgets: ReadonlyMap<string, Budget> = new Map()) {
    this.#storage = storage;
    this.#perSecond = perSecond;
    this.#budgets = budgets;
  }

  /** Takes the next delivery that may be sent now; its place is taken until `release`. */
  take(nowMs: number): LeasedDelivery | undefined {
    if (this.#inFlight >= PLACES) return undefined;
    const isStale = nowMs - this.#lookedAtMs >= LOOK_AGAIN_MS || nowMs < this.#lookedAtMs;
    if (isStale) this.#look(nowMs);
    const taken = this.#takeFrom(this.#due, nowMs);
    if (taken || isStale) return taken;
    // Something may have become due since.
    this.#look(nowMs);
    return this.#takeFrom(this.#due, nowMs);
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
    // A budget knows better what a 429 means.
    if (
      !lane.budget &&
      !outcome.done &&
      (outcome.status === 429 || (outcome.status === 503 && outcome.retryAfterMs !== null))
    )
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
      const pausedUntilMs = pausedUntil(lane, nowMs);
      return Math.max(dueAtMs, pausedUntilMs, lane.circuit.openUntilMs ?? 0, lane.bucket.readyAt(nowMs));
    });
    return times.length === 0 ? null : Math.min(...times);
  }

  /** Every host that something waits for, that is being sent to, that asked for a pause, or whose last attempt failed. */
  hosts(nowMs: number): HostState[] {
    const { sql } = this.#storage;
    const waiting = new Map(waitingByHost(sql).map((row) => [row.host, row]));
    const failed = rows<{ host: string }>(sql, "SELECT host FROM hosts").map(({ host }) => host);
    const busy = [...this.#lanes].flatMap(([host, lane]) =>
      lane.inFlight > 0 || pausedUntil(lane, nowMs) > nowMs ? [host] : [],
    );
    return [...new Set([...waiting.keys(), ...failed, ...busy])].toSorted().map((host) => {
      const lane = this.#lanes.get(host);
      const circuit = lane?.circuit ?? this.#storedCircuit(host);
      const pausedUntilMs = lane ? pausedUntil(lane, nowMs) : (this.#budgets.get(host)?.mayBeginAt(nowMs) ?? 0);
      return {
        host,
        mode: circuits.modeOf(circuit, nowMs),
        failures: circuit.failures,
        openUntil: timeOf(circuit.openUntilMs),
        pausedUntil: timeOf(pausedUntilMs > nowMs ? pausedUntilMs : null),
        waiting: waiting.get(host)?.waiting ?? 0,
        nextDueAt: timeOf(waiting.get(host)?.nextDueAtMs ?? null),
        inFlight: lane?.inFlight ?? 0,
      };
    });
  }

  #look(nowMs: number): void {
    this.#due = earliestByHost(this.#storage.sql).flatMap(({ host, dueAtMs }) => (dueAtMs <= nowMs ? [host] : []));
    this.#lookedAtMs = nowMs;
  }

  #takeFrom(hosts: readonly string[], nowMs: number): LeasedDelivery | undefined {
    const turnOf = (host: string): number => this.#served.get(host) ?? 0;
    for (const host of hosts.toSorted((a, b) => turnOf(a) - turnOf(b))) {
      const lane = this.#lane(host, nowMs);
      if (!this.#mayStart(lane, nowMs)) continue;
      const delivery = this.#next(host, lane, nowMs);
      if (!delivery) continue;
      lane.bucket.take(nowMs);
      lane.inFlight += 1;
      this.#inFlight += 1;
      this.#turn += 1;
      this.#served.set(host, this.#turn);
      return delivery;
    }
    return undefined;
  }

  #mayStart(lane: Lane, nowMs: number): boolean {
    if (lane.pausedUntilMs > nowMs || lane.bucket.readyAt(nowMs) > nowMs) return false;
    if (lane.budget && !lane.budget.mayBegin(lane.inFlight, nowMs)) return false;
    const mode = circuits.modeOf(lane.circuit, nowMs);
    if (mode === "open") return false;
    if (mode !== "closed") return lane.inFlight === 0 && this.#suspectsInFlight() < SUSPECT_PLACES;
    if (lane.inFlight === 0) return true;
    return lane.inFlight < SHARED_PLACES && this.#inFlight - this.#suspectsInFlight() < SHARED_PLACES;
  }

  #suspectsInFlight(): number {
    let count = 0;
    for (const { circuit, inFlight } of this.#lanes.values()) if (circuit.failures > 0) count += inFlight;
    return count;
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
      const budget = this.#budgets.get(host);
      lane = { budget, bucket, circuit, pausedUntilMs: 0, inFlight: 0, queue: [], lookedAtMs: -Infinity };
      this.#lanes.set(host, lane);
    }
    return lane;
  }

  #storedCircuit(host: string): circuits.Circuit {
    const stored = "SELECT failures, open_until AS openUntilMs FROM hosts WHERE host = ?";
    return firstRow<circuits.Circuit>(this.#storage.sql, stored, host) ?? circuits.CLOSED;
  }
}

/** Until when nothing may be sent, as far as the host has said. */
function pausedUntil({ budget, pausedUntilMs }: Lane, nowMs: number): number {
  return Math.max(pausedUntilMs, budget?.mayBeginAt(nowMs) ?? 0);
}

function timeOf(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
