// Lanes: one for each host that deliveries go to, so that a host that hangs, fails or asks for a pause holds up its own
// deliveries and no others. Within a lane contacts take turns.
import type { AttemptOutcome } from "../../act/contract/outcome.ts";
import * as circuits from "./circuit.ts";
import { lease, type LeasedDelivery } from "../deliveries/deliveries.ts";
import type { HostState } from "../../model/statistics.ts";
import { dueInTurns, earliestByHost, waitingByHost } from "../deliveries/lists.ts";
import { firstRow, rows, type LedgerStorage } from "../store/ports.ts";
import { notBefore } from "../../kit/not-before.ts";
import { TokenBucket } from "../../kit/token-bucket.ts";

/** workerd opens at most six outgoing connections at once for one invocation. */
const PLACES = 6;
/** The other two are for hosts that hold none yet. */
const SHARED_PLACES = 4;
/** Hosts whose last attempt failed share this many places: however many hang at once, the others have the rest. */
const SUSPECT_PLACES = 3;
/** How many deliveries a lane looks ahead, and how long what it saw is trusted. */
const LOOK_AHEAD = 500;
const LOOK_AGAIN_MS = 500;
/** The pause of a host that asks for one without saying how long, and the longest that is granted. */
const PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** A host's own limits: whether another delivery may be sent to it. */
export interface Budget {
  /** Whether another delivery may be begun while this many others are being sent. */
  mayBegin(inFlight: number, nowMs: number): boolean;
  /** When one may be begun if no other is being sent, milliseconds since 1970: now, or later. */
  mayBeginAt(nowMs: number): number;
}

/** One of the six places: an outgoing connection. */
export interface Place {
  /** Where the delivery goes that took it. */
  readonly home: string;
  /** Whose it is at present, `null`: the delivery has none. Only `Lanes` changes that. */
  host: string | null;
}

/** A delivery to be sent, and its place. */
export interface Taken {
  readonly delivery: LeasedDelivery;
  readonly place: Place;
}

/** The lane of what tells of the location, and not to a contact: it waits for no other, and no other for it. */
const OUTSIDE = "alerts";

interface Lane {
  readonly budget: Budget | undefined;
  readonly bucket: TokenBucket;
  circuit: circuits.Circuit;
  pausedUntilMs: number;
  /** How long that pause is. */
  pauseMs: number;
  /** Places that are this host's. */
  inFlight: number;
  /** Deliveries to this host that were taken and have not ended, wherever their places are. */
  taken: number;
  /** The ids of what is due, contacts taking turns; each is checked again when it is taken. */
  queue: string[];
  lookedAtMs: number;
}

export class Lanes {
  readonly #storage: LedgerStorage;
  readonly #perSecond: number;
  readonly #budgets: ReadonlyMap<string, Budget>;
  readonly #read: (rows: number) => void;
  readonly #lanes = new Map<string, Lane>();
  #inFlight = 0;
  /** Hosts take turns, too: the one that was served last comes last. Holds the last turn of each host. */
  readonly #served = new Map<string, number>();
  #turn = 0;
  /** The hosts that something was due at when this was last looked up. */
  #due: readonly string[] = [];
  #lookedAtMs = -Infinity;

  /**
   * `perSecond`: how many requests a host gets per second at most. `budgets`: hosts that have their own limits. `read` is
   * told how many rows were read to find what is next.
   */
  constructor(
    storage: LedgerStorage,
    perSecond: number,
    budgets: ReadonlyMap<string, Budget> = new Map(),
    read: (rows: number) => void = () => undefined,
  ) {
    this.#read = read;
    this.#storage = storage;
    this.#perSecond = perSecond;
    this.#budgets = budgets;
  }

  /** Takes the next delivery that may be sent now; its place is taken until `release`. */
  take(nowMs: number): Taken | undefined {
    if (this.#inFlight >= PLACES) return undefined;
    const isStale = nowMs - this.#lookedAtMs >= LOOK_AGAIN_MS || nowMs < this.#lookedAtMs;
    if (isStale) this.#look(nowMs);
    const taken = this.#takeFrom(this.#due, nowMs);
    if (taken || isStale) return taken;
    // Something may have become due since.
    this.#look(nowMs);
    return this.#takeFrom(this.#due, nowMs);
  }

  /** Frees the place of a delivery, which goes on without one. */
  leave(place: Place): void {
    this.#put(place, null);
  }

  /** A delivery has ended: frees its place. */
  release(place: Place): void {
    this.leave(place);
    const lane = this.#lanes.get(place.home);
    if (lane) lane.taken -= 1;
  }

  /**
   * Gives a delivery, in place of the one it has, a place of another host, or again one of its own. `full`: none is free
   * for it; `no`: that host is failing, or takes nothing now.
   */
  enter(place: Place, host: string, nowMs: number): "entered" | "full" | "no" {
    const lane = this.#lane(host, nowMs);
    this.leave(place);
    // The request to its own host was counted when the delivery was taken.
    const isHome = host === place.home;
    if (lane.pausedUntilMs > nowMs || (!isHome && lane.bucket.readyAt(nowMs) > nowMs)) return "no";
    if (!this.#hasPlace(lane, nowMs)) return circuits.modeOf(lane.circuit, nowMs) === "closed" ? "full" : "no";
    this.#put(place, host);
    if (!isHome) lane.bucket.take(nowMs);
    return "entered";
  }

  /** Takes a place for something that is no delivery, until `leave`; `null`: none is free. */
  outside(nowMs: number): Place | null {
    const place: Place = { home: OUTSIDE, host: null };
    return this.enter(place, OUTSIDE, nowMs) === "entered" ? place : null;
  }

  #put(place: Place, host: string | null): void {
    this.#inFlight += (host === null ? 0 : 1) - (place.host === null ? 0 : 1);
    const [left, entered] = [place.host, host].map((one) => (one === null ? undefined : this.#lanes.get(one)));
    if (left) left.inFlight -= 1;
    if (entered) entered.inFlight += 1;
    place.host = host;
  }

  /** Takes what an attempt says about its host. It belongs in the transaction in which the attempt is written down. */
  learn(host: string, outcome: AttemptOutcome, nowMs: number): void {
    const lane = this.#lane(host, nowMs);
    // If there is a budget, it knows better what a 429 means.
    if (
      !lane.budget &&
      !outcome.done &&
      (outcome.status === 429 || (outcome.status === 503 && outcome.retryAfterMs !== null))
    )
      pause(lane, Math.min(outcome.retryAfterMs ?? PAUSE_MS, LONGEST_PAUSE_MS), nowMs);
    const circuit = circuits.after(lane.circuit, outcome, nowMs);
    if (circuit.failures === lane.circuit.failures && circuit.openUntilMs === lane.circuit.openUntilMs) return;
    this.#store(host, circuit);
    lane.circuit = circuit;
  }

  #store(host: string, { failures, openUntilMs }: circuits.Circuit): void {
    const { sql } = this.#storage;
    const stored = "INSERT OR REPLACE INTO hosts (host, failures, open_until) VALUES (?, ?, ?)";
    if (failures === 0) sql.exec("DELETE FROM hosts WHERE host = ?", host);
    else sql.exec(stored, host, failures, openUntilMs);
  }

  /** What was learned last may not have been committed: the tables are read again. */
  forget(): void {
    for (const lane of this.#lanes.values()) lane.lookedAtMs = -Infinity;
    for (const [host, lane] of this.#lanes) lane.circuit = this.#storedCircuit(host);
  }

  /** Until when a host is left alone, because it is down, milliseconds since 1970. */
  downUntil(host: string, nowMs: number): number {
    return this.#lane(host, nowMs).circuit.openUntilMs ?? 0;
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

  /** Every host that deliveries wait for or are being sent to, that asked for a pause, or whose last attempt failed. */
  hosts(nowMs: number): HostState[] {
    const { sql } = this.#storage;
    const waiting = new Map(waitingByHost(sql).map((row) => [row.host, row]));
    const failed = rows<{ host: string }>(sql, "SELECT host FROM hosts").map(({ host }) => host);
    const busy = [...this.#lanes].flatMap(([host, lane]) =>
      host !== OUTSIDE && (lane.inFlight > 0 || pausedUntil(lane, nowMs) > nowMs) ? [host] : [],
    );
    return [...new Set([...waiting.keys(), ...failed, ...busy])].toSorted().map((host) => {
      const lane = this.#lanes.get(host);
      if (lane) putRight(lane, nowMs);
      const circuit = lane?.circuit ?? circuits.asOf(this.#storedCircuit(host), nowMs);
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
    const waiting = earliestByHost(this.#storage.sql);
    this.#read(waiting.length);
    this.#due = waiting.flatMap(({ host, dueAtMs }) => (dueAtMs <= nowMs ? [host] : []));
    this.#lookedAtMs = nowMs;
  }

  #takeFrom(hosts: readonly string[], nowMs: number): Taken | undefined {
    const turnOf = (host: string): number => this.#served.get(host) ?? 0;
    for (const host of hosts.toSorted((a, b) => turnOf(a) - turnOf(b))) {
      const lane = this.#lane(host, nowMs);
      if (!this.#mayStart(lane, nowMs)) continue;
      const delivery = this.#next(host, lane, nowMs);
      if (!delivery) continue;
      lane.bucket.take(nowMs);
      lane.taken += 1;
      const place: Place = { home: host, host: null };
      this.#put(place, host);
      this.#turn += 1;
      this.#served.set(host, this.#turn);
      return { delivery, place };
    }
    return undefined;
  }

  #mayStart(lane: Lane, nowMs: number): boolean {
    if (lane.pausedUntilMs > nowMs || lane.bucket.readyAt(nowMs) > nowMs) return false;
    if (lane.budget && !lane.budget.mayBegin(lane.inFlight, nowMs)) return false;
    // One is enough for whatever does not have to ask before it leaves.
    if (lane.inFlight > 0 && lane.taken >= SHARED_PLACES) return false;
    return this.#hasPlace(lane, nowMs);
  }

  /** Whether one of the free places may be this host's. */
  #hasPlace(lane: Lane, nowMs: number): boolean {
    if (this.#inFlight >= PLACES) return false;
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
      const { ids, read } = dueInTurns(sql, host, nowMs, LOOK_AHEAD);
      this.#read(read);
      lane.queue = ids;
      lane.lookedAtMs = nowMs;
      isFresh = true;
    }
  }

  #lane(host: string, nowMs: number): Lane {
    let lane = this.#lanes.get(host);
    if (lane) putRight(lane, nowMs);
    else {
      const bucket = new TokenBucket(this.#perSecond, this.#perSecond, nowMs);
      const stored = this.#storedCircuit(host);
      const circuit = circuits.asOf(stored, nowMs);
      // Written down, so that the wait does not begin again with each restart.
      if (circuit !== stored) this.#store(host, circuit);
      const budget = this.#budgets.get(host);
      const nothing = { pausedUntilMs: 0, pauseMs: 0, inFlight: 0, taken: 0, lookedAtMs: -Infinity };
      lane = { budget, bucket, circuit, queue: [], ...nothing };
      this.#lanes.set(host, lane);
    }
    return lane;
  }

  #storedCircuit(host: string): circuits.Circuit {
    const stored = "SELECT failures, open_until AS openUntilMs FROM hosts WHERE host = ?";
    return firstRow<circuits.Circuit>(this.#storage.sql, stored, host) ?? circuits.CLOSED;
  }
}

function pause(lane: Lane, ms: number, nowMs: number): void {
  lane.pausedUntilMs = nowMs + ms;
  lane.pauseMs = ms;
}

/** A clock that was set back makes nothing wait for longer than it would have. */
function putRight(lane: Lane, nowMs: number): void {
  lane.pausedUntilMs = notBefore(lane.pausedUntilMs, lane.pauseMs, nowMs);
  lane.circuit = circuits.asOf(lane.circuit, nowMs);
}

/** Until when the host, as far as it has said, accepts nothing. */
function pausedUntil({ budget, pausedUntilMs }: Lane, nowMs: number): number {
  return Math.max(pausedUntilMs, budget?.mayBeginAt(nowMs) ?? 0);
}

function timeOf(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
