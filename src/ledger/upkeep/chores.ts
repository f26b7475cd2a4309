// What a ledger does once a day, as the alarm's work: telling the directory that its location exists, giving up what
// could not be sent for a week, and forgetting what is older than the operator keeps. Only the first event of a day has
// to wait, for the directory.
import { logError } from "../../model/log-line.ts";
import { notBefore } from "../../kit/not-before.ts";
import { giveUp } from "../deliveries/deliveries.ts";
import { hasContent, sweep } from "./erase.ts";
import { mark, setMark, type MarkName } from "../store/marks.ts";
import { firstRow, type LedgerPorts, type LedgerStorage, type Sql } from "../store/ports.ts";

const DAY_MS = 86_400_000;
const ANNOUNCE_AGAIN_MS = 60_000;
const ANNOUNCE_WITHIN_MS = 2_000;

export class Chores {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  readonly #swept: () => void;
  /** An announcement that failed is tried again from this time on. */
  #announceFrom = 0;
  /** The last day that the directory has been told about, in days since 1970. */
  #introducedDay: number | null = null;
  /** The last day that was noted, in days since 1970. */
  #seenDay: number | null = null;

  /** `swept` is called whenever something was forgotten or given up. */
  constructor(storage: LedgerStorage, ports: LedgerPorts, swept: () => void) {
    this.#storage = storage;
    this.#ports = ports;
    this.#swept = swept;
  }

  /** Notes which location this is, and that something came today; `true` if that was not known yet. */
  seen(locationId: string): boolean {
    const day = this.#today();
    if (day === this.#seenDay) return false;
    this.#mark("location", locationId);
    this.#mark("seen", dateOf(day));
    this.#seenDay = day;
    return true;
  }

  /** Tells the directory about this location before the first event of a day: from then on the watchdog looks after it. */
  async introduce(locationId: string): Promise<void> {
    const today = this.#today();
    if (this.#introducedDay === today || this.#now() < this.#mayAnnounceFrom()) return;
    if (this.#marked("announced") !== dateOf(today)) {
      if (!(await this.#announce(locationId))) return;
      this.#mark("announced", dateOf(today));
    }
    this.#introducedDay = today;
  }

  /** Which location this is; `undefined` until something has come. */
  locationId(): string | undefined {
    return this.#marked("location");
  }

  /** Forgets which day was noted: that may not have been committed. */
  forget(): void {
    this.#seenDay = null;
  }

  /** When the next chore is due, milliseconds since 1970; `null`: none. */
  nextAt(): number | null {
    const times = [this.#announcementAt(), this.#sweepAt()].filter((at) => at !== null);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** Does the chores that are due. */
  async run(): Promise<void> {
    await this.#announceIfDue();
    this.#sweepIfDue();
  }

  #now(): number {
    return this.#ports.actions.clock();
  }

  /** Days since 1970. */
  #today(): number {
    return Math.floor(this.#now() / DAY_MS);
  }

  #announcementAt(): number | null {
    const seen = this.#marked("seen");
    return seen === undefined || seen === this.#marked("announced")
      ? null
      : Math.max(this.#now(), this.#mayAnnounceFrom());
  }

  #mayAnnounceFrom(): number {
    return (this.#announceFrom = notBefore(this.#announceFrom, ANNOUNCE_AGAIN_MS, this.#now()));
  }

  async #announceIfDue(): Promise<void> {
    const [seen, locationId] = [this.#marked("seen"), this.#marked("location")];
    const due = this.#announcementAt();
    if (seen === undefined || locationId === undefined || due === null || due > this.#now()) return;
    if (await this.#announce(locationId)) this.#mark("announced", seen);
  }

  /** Tells the directory; `false`: it did not answer, and is told again after a while. */
  async #announce(locationId: string): Promise<boolean> {
    try {
      await Promise.race([this.#ports.announce(locationId), this.#tooLate()]);
      return true;
    } catch (error) {
      this.#announceFrom = this.#now() + ANNOUNCE_AGAIN_MS;
      logError("The directory did not answer, it is told again later", { locationId }, error);
      return false;
    }
  }

  /** An event waits for the directory, so it has to answer soon. */
  async #tooLate(): Promise<never> {
    await this.#ports.timer(ANNOUNCE_WITHIN_MS);
    throw new Error("The directory is late");
  }

  #sweepAt(): number | null {
    if (!hasContent(this.#storage.sql)) return null;
    return this.#sweptAt(this.#now()) + DAY_MS;
  }

  /** When it was last swept, milliseconds since 1970; now, if that is not known or was by a clock that was ahead. */
  #sweptAt(nowMs: number): number {
    return notBefore(Number(this.#marked("swept") ?? nowMs), 0, nowMs);
  }

  #sweepIfDue(): void {
    const now = this.#now();
    const swept = this.#marked("swept");
    if (swept === undefined) return this.#mark("swept", String(now));
    const sweptAt = this.#sweptAt(now);
    if (Number(swept) !== sweptAt) this.#mark("swept", String(sweptAt));
    if (sweptAt + DAY_MS > now) return;
    const before = now - this.#ports.retentionDays * DAY_MS;
    const { sql } = this.#storage;
    const changesBefore = changesSoFar(sql);
    const more = this.#storage.transactionSync(() => {
      const moreToGiveUp = giveUp(sql, now);
      return sweep(sql, before, now, this.#ports.ruleSet.hash) || moreToGiveUp;
    });
    if (changesSoFar(sql) > changesBefore) this.#swept();
    this.#mark("swept", String(more ? now - DAY_MS : now));
  }

  #marked(name: MarkName): string | undefined {
    return mark(this.#storage.sql, name);
  }

  #mark(name: MarkName, value: string): void {
    if (this.#marked(name) !== value) setMark(this.#storage.sql, name, value);
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
