// A ledger's statistics about itself. The tally is built when it is first needed, and dropped whenever rows are removed:
// the next query builds it again.
import type { DeliveryCounts, DeliveryFilter } from "../../model/delivery.ts";
import { SUPPRESSION_REASONS, type SuppressionReason } from "../../model/decision.ts";
import type { UnknownWords } from "../../model/ledger.ts";
import type { Buckets, FullLedger, Overview, RuleStatistics } from "../../model/statistics.ts";
import { HOUR_MS, HOURS, type ToldDay, type ToldLocation } from "../../model/home.ts";
import { dayStart } from "../../time/window.ts";
import { choice, counts, earliestByHost, type DeliveryWords } from "../deliveries/lists.ts";
import { firstRow, type LedgerPorts, type LedgerStorage } from "../store/ports.ts";
import { tallyOf, type Tally, type TalliedEvent } from "../log/tally.ts";

/** A day is longer when the clocks are put back; too long does no harm, as nothing is recorded in the future. */
const LONGEST_DAY_MS = 26 * 3_600_000;

/** Only what was committed may be counted here. */
export class Statistics {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  readonly #full: () => FullLedger | null;
  #tally: Tally | null = null;
  /** The rules and hosts of all deliveries; `null`: not known. */
  #words: DeliveryWords | null = null;

  /** `full`: what the ledger has forgotten for want of room. */
  constructor(storage: LedgerStorage, ports: LedgerPorts, full: () => FullLedger | null) {
    this.#storage = storage;
    this.#ports = ports;
    this.#full = full;
  }

  recorded(event: TalliedEvent): void {
    this.#tally?.addEvent(event, this.#now());
  }

  /** A delivery of this rule, to this host, was scheduled. */
  scheduled(rule: string, host: string): void {
    this.#words?.rules.add(rule);
    this.#words?.hosts.add(host);
  }

  /** An attempt that began at this time has ended. */
  attempted(startedAtMs: number, isSent: boolean): void {
    this.#tally?.addAttempt(startedAtMs, isSent, this.#now());
  }

  /** Rows were removed: what was counted may be gone. */
  forget(): void {
    this.#tally = null;
    this.#words = null;
  }

  /** How many deliveries match a filter in each state, and the rules and hosts that have any. At most one pass. */
  deliveryCounts(filter: DeliveryFilter): DeliveryCounts {
    const told = counts(this.#storage.sql, filter, this.#words);
    this.#words = told.words;
    return { counts: told.counts, rules: choice(told.words.rules), hosts: choice(told.words.hosts) };
  }

  overview(buckets: Buckets): Overview {
    const events = new Map<string, [outcome: string, counts: number[]][]>();
    const totals = new Map(["repeat", "fired", "sent", "failed"].map((what) => [what, zeros(buckets)]));
    for (const { series, counts } of this.#counts(buckets)) {
      const [what = "", channel = "", outcome = ""] = series;
      const total = totals.get(what);
      if (what === "event") addSeries(events, channel, outcome, counts);
      else if (total) for (const [index, count] of counts.entries()) total[index] = (total[index] ?? 0) + count;
    }
    return {
      ...stretchOf(buckets),
      events: Object.fromEntries([...events].map(([channel, outcomes]) => [channel, Object.fromEntries(outcomes)])),
      repeats: totals.get("repeat") ?? [],
      fired: totals.get("fired") ?? [],
      sent: totals.get("sent") ?? [],
      failed: totals.get("failed") ?? [],
      now: this.#standing(),
      storage: { bytes: this.#storage.sizeBytes(), maxBytes: this.#ports.maxBytes, full: this.#full() },
    };
  }

  /** What the directory is told of the last 24 hours. */
  day(): ToldDay {
    const fromMs = (Math.floor(this.#now() / HOUR_MS) - HOURS + 1) * HOUR_MS;
    const buckets = { fromMs, toMs: fromMs + HOURS * HOUR_MS, bucketMs: HOUR_MS };
    const [events, fired] = [zeros(buckets), zeros(buckets)];
    for (const { series, counts } of this.#counts(buckets)) {
      const own = series[0] === "event" ? events : series[0] === "fired" ? fired : [];
      for (const index of own.keys()) own[index] = (own[index] ?? 0) + (counts[index] ?? 0);
    }
    return { fromMs, events, fired, lastEventMs: this.#current().lastMs };
  }

  /** How much waits for whom, and when a task is due next, milliseconds since 1970. */
  waits(): Pick<ToldLocation, "waiting" | "held" | "dead" | "overdue"> & { readonly nextDueMs: number | null } {
    const of = (what: string): string => `(SELECT COUNT(*) FROM ${what})`;
    const found = `SELECT ${of("deliveries WHERE state IN ('scheduled', 'sending') AND due_at IS NOT NULL")} AS waiting,
      ${of("deliveries WHERE state = 'held'")} AS held, ${of("deliveries WHERE state = 'dead'")} AS dead,
      ${of("tasks WHERE state = 'open' AND due_at < ?1")} AS overdue,
      (SELECT MIN(due_at) FROM tasks WHERE state = 'open' AND due_at >= ?1 AND due_at < ${Number.MAX_SAFE_INTEGER}) AS nextDueMs`;
    const waits = firstRow<ReturnType<Statistics["waits"]>>(this.#storage.sql, found, this.#now());
    return waits ?? { waiting: 0, held: 0, dead: 0, overdue: 0, nextDueMs: null };
  }

  rules(buckets: Buckets): RuleStatistics {
    const told = new Map<string, { fired: number[]; held: { [Reason in SuppressionReason]?: number[] } }>();
    for (const { series, counts } of this.#counts(buckets)) {
      const [what, rule = "", word] = series;
      if (what !== "fired" && what !== "suppressed") continue;
      const own = told.get(rule) ?? { fired: zeros(buckets), held: {} };
      told.set(rule, own);
      const reason = SUPPRESSION_REASONS.find((known) => known === word);
      if (what === "fired") own.fired = counts;
      else if (reason) own.held[reason] = counts;
    }
    const lastFired = [...this.#current().lastFired].map(([rule, atMs]) => [rule, new Date(atMs).toISOString()]);
    return { ...stretchOf(buckets), rules: Object.fromEntries(told), lastFired: Object.fromEntries(lastFired) };
  }

  unknownWords(): UnknownWords {
    return this.#current().unknownWords;
  }

  /** Whether they are there already. */
  isCounted(): boolean {
    return this.#tally !== null;
  }

  /** The counts as they are kept; valid until rows are removed. */
  tally(): Tally {
    return this.#current();
  }

  #counts(buckets: Buckets): ReturnType<Tally["counts"]> {
    return this.#current().counts(buckets, this.#now());
  }

  #current(): Tally {
    return (this.#tally ??= tallyOf(this.#storage.sql, this.#now()));
  }

  #standing(): Overview["now"] {
    const { sql } = this.#storage;
    const count = (what: string, ...values: number[]): number =>
      firstRow<{ n: number }>(sql, `SELECT COUNT(*) AS n FROM ${what}`, ...values)?.n ?? 0;
    const dueAt = earliestByHost(sql).map(({ dueAtMs }) => dueAtMs);
    return {
      scheduled: count("deliveries WHERE state = 'scheduled' AND due_at IS NOT NULL"),
      sending: count("deliveries WHERE state = 'sending' AND due_at IS NOT NULL"),
      dead: count("deliveries WHERE state = 'dead'"),
      held: count("deliveries WHERE state = 'held'"),
      oldestDueAt: dueAt.length === 0 ? null : new Date(Math.min(...dueAt)).toISOString(),
      eventsToday: this.#eventsToday(),
      openTasks: count("tasks WHERE state = 'open'"),
      overdueTasks: count("tasks WHERE state = 'open' AND due_at < ?", this.#now()),
      quarantined: count("quarantine"),
    };
  }

  /** Quarters are exact: in every time zone, midnight falls on a quarter of an hour. */
  #eventsToday(): number {
    const now = this.#now();
    const fromMs = dayStart(now, this.#ports.timeZone);
    const today = this.#counts({ fromMs, toMs: fromMs + LONGEST_DAY_MS, bucketMs: LONGEST_DAY_MS });
    return today.reduce((sum, { series, counts }) => sum + (series[0] === "event" ? (counts[0] ?? 0) : 0), 0);
  }

  #now(): number {
    return this.#ports.actions.clock();
  }
}

/** Adds counts to those of a channel and outcome: events of several kinds have the same. */
function addSeries(
  events: Map<string, [outcome: string, counts: number[]][]>,
  channel: string,
  outcome: string,
  counts: number[],
): void {
  const own = events.get(channel) ?? [];
  events.set(channel, own);
  const same = own.find(([known]) => known === outcome);
  if (!same) return void own.push([outcome, counts]);
  same[1] = same[1].map((count, index) => count + (counts[index] ?? 0));
}

function zeros({ fromMs, toMs, bucketMs }: Buckets): number[] {
  return Array<number>(Math.ceil((toMs - fromMs) / bucketMs)).fill(0);
}

function stretchOf({ fromMs, toMs, bucketMs }: Buckets) {
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), bucketMs };
}
