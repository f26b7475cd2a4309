// The directory of a deployment on a simulated clock: the real objects on SQLite, with ledgers that answer as fast as they
// are asked. What it counts is what Cloudflare counts: calls, rows, alarms, and how long it takes until a thing is known.
import { sqliteStorage, type SqliteStorage } from "../../src/local/sqlite-storage.ts";
import { HOURS, HOUR_MS, type ToldLocation } from "../../src/model/home.ts";
import { LocationDirectory, type DirectoryPorts } from "../../src/objects/directory.ts";
import { divided, HUB_NAME } from "../../src/objects/parts.ts";
import type { DirectoryCalls, Poked } from "../../src/model/rpc.ts";

const DAY_MS = 86_400_000;
const WATCHDOG_MS = 300_000;

/** One object of the directory. */
interface Part {
  readonly storage: SqliteStorage;
  readonly counts: Counts;
  directory: LocationDirectory;
}

/** What an object did. */
export interface Counts {
  /** Calls that it took, alarms among them, and calls that it made. */
  taken: number;
  made: number;
  alarms: number;
  rowsWritten: number;
  /** The most calls that one alarm made. */
  mostOfAlarm: number;
}

/** A ledger, as the directory sees it. */
export interface Ledger {
  isOpen: boolean;
  isReconciled: boolean;
  events: number;
  dead: number;
  /** When something came that was not told; `null`: all was. */
  newsMs: number | null;
  /** When it was poked last, and the longest that it was not while it was open. */
  pokedMs: number | null;
  longestMs: number;
  /** The longest that something was not told. */
  latestMs: number;
  hours: number;
}

export class World {
  now: number;
  readonly parts = new Map<string, Part>();
  readonly ledgers = new Map<string, Ledger>();
  readonly directory: DirectoryCalls;
  /** Parts whose alarm is lost although it is said to be set: it does not ring before it is set for another moment. */
  readonly deaf = new Set<string>();
  /** Asked before each call between objects: whether it fails. */
  fails: (call: string) => boolean = () => false;
  #watchdogMs: number;

  constructor(now = Date.parse("2026-03-04T12:00:00Z")) {
    this.now = now;
    this.#watchdogMs = now + WATCHDOG_MS;
    this.directory = divided((name) => this.#callsOf(name));
  }

  /** An object of the directory; it is made when it is first asked. */
  part(name: string): Part {
    const known = this.parts.get(name);
    if (known) return known;
    const storage = sqliteStorage();
    const counts: Counts = { taken: 0, made: 0, alarms: 0, rowsWritten: 0, mostOfAlarm: 0 };
    const counted: SqliteStorage = Object.assign(storage, { sql: { exec: counting(storage.sql, counts) } });
    const setAlarm = storage.setAlarm.bind(storage);
    counted.setAlarm = (atMs) => {
      counts.rowsWritten += 1;
      if (atMs !== storage.alarmAt) this.deaf.delete(name);
      return setAlarm(atMs);
    };
    const part: Part = { storage: counted, counts, directory: this.#open(name, counted) };
    this.parts.set(name, part);
    return part;
  }

  /** As after an eviction: what is not on disk is gone. */
  restart(name: string): void {
    const part = this.part(name);
    part.directory = this.#open(name, part.storage);
  }

  ledger(locationId: string): Ledger {
    let ledger = this.ledgers.get(locationId);
    if (!ledger)
      this.ledgers.set(
        locationId,
        (ledger = {
          isOpen: false, isReconciled: false, events: 0, dead: 0, newsMs: null, pokedMs: null, longestMs: 0, latestMs: 0,
          hours: 0,
        }),
      ); // prettier-ignore
    return ledger;
  }

  /** Something comes to a location. */
  event(locationId: string): void {
    const ledger = this.ledger(locationId);
    ledger.events += 1;
    ledger.newsMs ??= this.now;
  }

  /** Time passes: alarms ring when they are due, and the watchdog comes. `evicts`: nothing is kept in memory between two. */
  async pass(ms: number, evicts = false): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      let next: [at: number, name: string | null] = [this.#watchdogMs, null];
      for (const [name, { storage }] of this.parts)
        if (storage.alarmAt !== null && storage.alarmAt < next[0] && !this.deaf.has(name))
          next = [storage.alarmAt, name];
      if (next[0] > end) break;
      this.now = Math.max(this.now, next[0]);
      if (next[1] === null) {
        this.#watchdogMs += WATCHDOG_MS;
        await this.directory.wake();
      } else await this.#ring(next[1], evicts);
    }
    this.now = end;
  }

  async #ring(name: string, evicts: boolean): Promise<void> {
    if (evicts) this.restart(name);
    const part = this.part(name);
    part.storage.alarmAt = null;
    const before = part.counts.made;
    part.counts.alarms += 1;
    part.counts.taken += 1;
    await part.directory.alarm();
    part.counts.mostOfAlarm = Math.max(part.counts.mostOfAlarm, part.counts.made - before);
  }

  #open(name: string, storage: SqliteStorage): LocationDirectory {
    const isHub = name === HUB_NAME;
    const counted = (call: string): void => {
      const part = this.parts.get(name);
      if (part) part.counts.made += 1;
      if (this.fails(call)) throw new Error(`${call} failed`);
    };
    const ports: DirectoryPorts = {
      clock: () => this.now,
      timer: () => new Promise((done) => setImmediate(done)),
      tell: async () => counted("tell"),
      poke: async (locationId, isHour) => {
        counted("poke");
        return this.#poked(locationId, isHour === true);
      },
      object: (other) => {
        counted("object");
        return this.#callsOf(other);
      },
      ...(isHub
        ? {
            part: async (other: string, everywhere: Parameters<DirectoryCalls["learn"]>[0]) => {
              counted("learn");
              return this.#callsOf(other).learn(everywhere);
            },
          }
        : {}),
    };
    return new LocationDirectory(storage, ports, 30 * DAY_MS);
  }

  #callsOf(name: string): DirectoryCalls {
    const part = (): Part => this.part(name);
    return new Proxy({} as DirectoryCalls, {
      get:
        (_, call) =>
        async (...args: unknown[]) => {
          part().counts.taken += 1;
          const { directory } = part();
          return (directory as unknown as Record<PropertyKey, (...given: unknown[]) => unknown>)[call]?.(...args);
        },
    });
  }

  #poked(locationId: string, isHour: boolean): Poked {
    const ledger = this.ledger(locationId);
    if (ledger.isOpen && ledger.pokedMs !== null)
      ledger.longestMs = Math.max(ledger.longestMs, this.now - ledger.pokedMs);
    ledger.pokedMs = this.now;
    if (isHour) ledger.hours += 1;
    const isNews = ledger.newsMs !== null;
    if (ledger.newsMs !== null) ledger.latestMs = Math.max(ledger.latestMs, this.now - ledger.newsMs);
    ledger.newsMs = null;
    const counts = Array.from({ length: HOURS }, (_, hour) => (hour === HOURS - 1 ? ledger.events : 0));
    const fromMs = (Math.floor(this.now / HOUR_MS) - HOURS + 1) * HOUR_MS;
    const told: ToldLocation = {
      atMs: this.now, name: null, waiting: 0, held: 0, dead: ledger.dead, overdue: 0, paused: false, pausedRules: 0, againMs: null,
      day: isNews ? { fromMs, events: counts, fired: counts, lastEventMs: this.now } : null,
    }; // prettier-ignore
    return { isOpen: ledger.isOpen, isReconciled: ledger.isReconciled, told };
  }
}

/** Counts the rows that statements write, as SQLite does; a Durable Object counts those of indexes besides. */
function counting(sql: SqliteStorage["sql"], counts: Counts): SqliteStorage["sql"]["exec"] {
  const exec = sql.exec.bind(sql);
  return (statement, ...values) => {
    const found = exec(statement, ...values);
    if (/^\s*(?:INSERT|UPDATE|DELETE)/.test(statement)) {
      const [row] = exec("SELECT changes() AS n").toArray();
      counts.rowsWritten += Number(row?.["n"]);
    }
    return found;
  };
}
