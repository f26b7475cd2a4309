// What a ledger does once a day, as the alarm's work: telling the directory that its location exists, giving up what
// could not be sent for a week, and forgetting what is older than the operator keeps. The directory is told after the first
// event of a day; no event waits for it.
import { logError } from "../../model/log-line.ts";
import type { FullLedger } from "../../model/statistics.ts";
import { notBefore } from "../../kit/not-before.ts";
import { giveUp } from "../deliveries/deliveries.ts";
import { hasContent, sweep } from "./erase.ts";
import { Trimming } from "./trim.ts";
import * as records from "../highlevel/records.ts";
import { allMarks, setMarks, type MarkName } from "../store/marks.ts";
import { NEWS_MS } from "../../model/home.ts";
import { firstRow, type LedgerPorts, type LedgerStorage, type Sql } from "../store/ports.ts";

const DAY_MS = 86_400_000;
const ANNOUNCE_AGAIN_MS = 60_000;
const ANNOUNCE_WITHIN_MS = 2_000;

/** What a ledger lends its chores. */
interface ChoresParts {
  /** Tells the directory of the location. */
  readonly announce: LedgerPorts["announce"];
  /** The hashes of the rule sets in use, which are kept in any case. */
  readonly rulesInUse: () => readonly string[];
  /** Called whenever something was forgotten or given up. */
  readonly swept: () => void;
}

export class Chores {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  readonly #swept: () => void;
  readonly #rulesInUse: () => readonly string[];
  readonly #announceTo: LedgerPorts["announce"];
  /** An announcement that failed is tried again from this time on. */
  #announceFrom = 0;
  /** Settles when the directory was told, or did not answer; `null`: it is not being told. */
  #announcing: Promise<void> | null = null;
  /** The last day that was noted, in days since 1970. */
  #seenDay: number | null = null;
  /** The marks as they were read, and written since; `null`: they have to be read again. */
  #marks: Map<string, string> | null = null;

  readonly #trimming: Trimming;

  constructor(storage: LedgerStorage, ports: LedgerPorts, { announce, rulesInUse, swept }: ChoresParts) {
    this.#storage = storage;
    this.#ports = ports;
    this.#swept = swept;
    this.#rulesInUse = rulesInUse;
    this.#announceTo = announce;
    this.#trimming = new Trimming(storage, ports, { rulesInUse, dropped: swept });
  }

  /** Takes over the marks that were read. */
  know(marks: ReadonlyMap<string, string>): void {
    this.#marks = new Map(marks);
  }

  /**
   * Notes which location this is, and that something came today; `true` if that was not known yet. That there is news for
   * the directory is noted at most once in five minutes.
   */
  seen(locationId: string): boolean {
    const [now, day] = [this.#now(), this.#today()];
    const isNews = Math.abs(now - this.#activeMs()) >= NEWS_MS;
    if (day === this.#seenDay && !isNews) return false;
    const isNew = this.#marked("seen") !== dateOf(day);
    this.#mark({ location: locationId, seen: dateOf(day), ...(isNews ? { active: String(now) } : {}) });
    this.#seenDay = day;
    return isNew;
  }

  /** Whether something may have come since the directory was told, milliseconds since 1970; `null`: it never was. */
  isNewsSince(toldAtMs: number | null): boolean {
    return toldAtMs === null || toldAtMs > this.#now() || this.#activeMs() + NEWS_MS > toldAtMs;
  }

  #activeMs(): number {
    return Number(this.#marked("active") ?? 0);
  }

  /** Whether the directory has to be told about this location now: once a day, and nobody is at it. */
  isNews(): boolean {
    return this.#announcing === null && (this.announcementAt() ?? Infinity) <= this.#now();
  }

  /** Tells the directory about this location, from when on the watchdog looks after it. Rejects only if storage fails. */
  announce(): Promise<void> {
    return (this.#announcing ??= this.#announce().finally(() => (this.#announcing = null)));
  }

  /** Which location this is; `undefined` until something has come. */
  locationId(): string | undefined {
    return this.#marked("location");
  }

  /** Forgets what was noted: that may not have been committed. */
  forget(): void {
    this.#seenDay = null;
    this.#marks = null;
  }

  /** When the next chore is due, milliseconds since 1970; `null`: none. */
  nextAt(): number | null {
    const times = [this.announcementAt(), this.sweepAt(), this.trimAt()].filter((at) => at !== null);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** No chore is due before, milliseconds since 1970. Unlike `nextAt` it reads no rows. */
  notBefore(): number {
    const sweepAt = this.#marked("swept") === undefined ? Infinity : this.#sweptAt(this.#now()) + DAY_MS;
    return Math.min(this.announcementAt() ?? Infinity, sweepAt);
  }

  /** Does the chores that are due. */
  async run(): Promise<void> {
    if (this.#announcing !== null || this.isNews()) await this.announce();
    this.#sweepIfDue();
    await this.#trimming.run();
  }

  /** When history has to be forgotten for want of room, milliseconds since 1970; `null`: there is room. */
  trimAt(): number | null {
    return this.#trimming.nextAt();
  }

  /** Since when the ledger is full, and what it has forgotten for that; `null`: it never was. */
  full(): FullLedger | null {
    return this.#trimming.told();
  }

  /** When the directory is to be told about this location; `null`: it has been. */
  announcementAt(): number | null {
    const seen = this.#marked("seen");
    return seen === undefined || seen === this.#marked("announced")
      ? null
      : Math.max(this.#now(), this.#mayAnnounceFrom());
  }

  /** When it is to be swept; `null`: there is nothing that may have to go. */
  sweepAt(): number | null {
    if (!hasContent(this.#storage.sql)) return null;
    return this.#sweptAt(this.#now()) + DAY_MS;
  }

  #now(): number {
    return this.#ports.actions.clock();
  }

  /** Days since 1970. */
  #today(): number {
    return Math.floor(this.#now() / DAY_MS);
  }

  #mayAnnounceFrom(): number {
    return (this.#announceFrom = notBefore(this.#announceFrom, ANNOUNCE_AGAIN_MS, this.#now()));
  }

  async #announce(): Promise<void> {
    const [seen, locationId] = [this.#marked("seen"), this.#marked("location")];
    if (seen === undefined || locationId === undefined) return;
    try {
      await Promise.race([this.#announceTo(locationId, this.nameOf(locationId)), this.#tooLate()]);
    } catch (error) {
      this.#announceFrom = this.#now() + ANNOUNCE_AGAIN_MS;
      return logError("The directory did not answer, it is told again later", { locationId }, error);
    }
    this.#mark({ announced: seen });
  }

  /** What HighLevel calls the location, as far as it was asked for. */
  nameOf(locationId: string | undefined = this.locationId()): string | null {
    if (locationId === undefined) return null;
    const name = records.find(this.#storage.sql, "location", locationId)?.record?.["name"];
    return typeof name === "string" && name !== "" ? name : null;
  }

  /** It is told again if it takes this long: an alarm waits for it. */
  async #tooLate(): Promise<never> {
    await this.#ports.timer(ANNOUNCE_WITHIN_MS);
    throw new Error("The directory is late");
  }

  /** When it was last swept, milliseconds since 1970; now, if that is not known or was by a clock that was ahead. */
  #sweptAt(nowMs: number): number {
    return notBefore(Number(this.#marked("swept") ?? nowMs), 0, nowMs);
  }

  #sweepIfDue(): void {
    const now = this.#now();
    if (this.#marked("swept") === undefined) return void this.#mark({ swept: String(now) });
    const sweptAt = this.#sweptAt(now);
    this.#mark({ swept: String(sweptAt) });
    if (sweptAt + DAY_MS > now) return;
    const before = now - this.#ports.retentionDays * DAY_MS;
    const { sql } = this.#storage;
    const changesBefore = changesSoFar(sql);
    const more = this.#storage.transactionSync(() => {
      const moreToGiveUp = giveUp(sql, now);
      return sweep(sql, before, now, this.#rulesInUse()) || moreToGiveUp;
    });
    if (changesSoFar(sql) > changesBefore) this.#swept();
    this.#mark({ swept: String(more ? now - DAY_MS : now) });
  }

  #marked(name: MarkName): string | undefined {
    return this.#known().get(name);
  }

  /** Sets those that do not say so already; whether there was one. */
  #mark(marks: { readonly [M in MarkName]?: string }): boolean {
    const known = this.#known();
    const changed = (Object.entries(marks) as [MarkName, string][]).filter(
      ([name, value]) => known.get(name) !== value,
    );
    if (changed.length === 0) return false;
    setMarks(this.#storage.sql, changed);
    for (const [name, value] of changed) known.set(name, value);
    return true;
  }

  #known(): Map<string, string> {
    return (this.#marks ??= new Map(allMarks(this.#storage.sql)));
  }
}

/** How many rows were written or removed since the storage was opened. */
function changesSoFar(sql: Sql): number {
  return firstRow<{ n: number }>(sql, "SELECT total_changes() AS n")?.n ?? 0;
}

/** `YYYY-MM-DD`, UTC. */
function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
