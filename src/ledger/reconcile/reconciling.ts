// Reconciling: what HighLevel's export has and the log lacks is taken in as an event. The watchdog makes it look, once an
// hour or sooner where webhooks may be lost; what then has to be taken in is done in the alarm, page by page, each noted
// when it is done. Nothing here has to happen now: a call leaves only where there is room that no delivery needs.
import type { Event } from "../../model/event.ts";
import type { Missing, Reconciling as Told } from "../../model/gap.ts";
import type { Recorded } from "../../model/ledger.ts";
import { logError, logGap } from "../../model/log-line.ts";
import { notBefore } from "../../kit/not-before.ts";
import { fail, type Result } from "../../kit/result.ts";
import type { HighLevelClock } from "../highlevel/clock.ts";
import type { HighLevelLimits } from "../highlevel/limits.ts";
import type { LedgerTokens } from "../highlevel/tokens.ts";
import * as gaps from "../log/gaps.ts";
import type { Alarm } from "../store/alarm.ts";
import type { LedgerPorts, LedgerStorage } from "../store/ports.ts";
import { Arrivals } from "./arrivals.ts";
import { Doubts } from "./doubts.ts";
import { isDoubted, isOldFrom, LEGS, LOOKS, OVERLAP_MS, type LookTimes } from "./legs.ts";
import { missingFrom } from "./missing.ts";
import * as progress from "./progress.ts";
import type { Pass, Progress } from "./progress.ts";
import { ExportReader, WHY_NOT, type JudgedPage, type NoPage, type Place } from "./reader.ts";
import { isSuspicious } from "./silence.ts";

const DAY_MS = 86_400_000;
/** How far back is looked at most: whatever could not be sent for a week is given up, too. */
const MOST_BACK_MS = 7 * DAY_MS;
/** Where a version before noted nothing, a look begins so far back. */
const FIRST_BACK_MS = DAY_MS;
/** Pages of one alarm; the next follows at once. */
const PAGES_AT_ONCE = 20;
const SHORT_MS = 5_000;
const FIRST_BREATH_MS = 60_000;
const LONGEST_BREATH_MS = 10 * 60_000;
/** How often a cursor may be forgotten in a row. */
const MOST_FORGOTTEN = 3;
const OFF = "RECONCILE is off, or ALLOWED_LOCATIONS lacks the location";

/** What it needs of the ledger. */
export interface ReconcilingParts {
  readonly reader: ExportReader;
  /** The same, for what a person waits for. */
  readonly asked: ExportReader;
  readonly limits: HighLevelLimits;
  readonly time: HighLevelClock;
  readonly alarm: Alarm;
  readonly locationId: () => string | undefined;
  readonly tokens: Pick<LedgerTokens, "told">;
  readonly intake: {
    /** Records an event when its turn comes. */
    takeFound(event: Event): Promise<Recorded>;
  };
  /** Of events from before nothing is left, milliseconds since 1970. */
  readonly goneBeforeMs: () => number;
}

export class Reconciling {
  readonly #storage: LedgerStorage;
  readonly #ports: Pick<LedgerPorts, "actions" | "reconciles" | "retentionDays">;
  readonly #parts: ReconcilingParts;
  #running: Promise<void> | null = null;
  /** No page is asked for before this time, and how long that pause is. */
  #fromMs = 0;
  #breathMs = 0;
  #forgotten = 0;
  /** Which location this is, as was last read: where storage fails it cannot be asked. */
  #locationId: string | null = null;
  /** What this instance has seen to be covered, where nothing had to be written for it. */
  #coveredMs = 0;
  readonly #doubts = new Doubts();
  readonly #arrivals: Arrivals;
  /** How many events the present look has taken in. */
  #found = 0;
  /** Whether a look is under way, as far as this instance knows. `null`: not read yet. */
  #isUnderWay: boolean | null = null;

  constructor(
    storage: LedgerStorage,
    ports: Pick<LedgerPorts, "actions" | "reconciles" | "retentionDays">,
    parts: ReconcilingParts,
  ) {
    this.#storage = storage;
    this.#arrivals = new Arrivals(storage);
    this.#ports = ports;
    this.#parts = parts;
  }

  /** Takes over the mark that was read at the start. */
  know(marks: ReadonlyMap<string, string>): void {
    this.#isUnderWay = (progress.progressIn(marks.get("reconciled"))?.pass ?? null) !== null;
  }

  /** A location that has a token now is looked through from now on. It belongs in the transaction that stores the token. */
  begin(): void {
    if (progress.read(this.#storage.sql) === null) this.#write(progress.beginning(this.#now()));
  }

  /** An event was recorded. */
  arrived(event: Event): void {
    this.#arrivals.note(event, this.#now());
  }

  /** Whether it is looked through at all: the watchdog then comes once an hour. */
  isOn(): boolean {
    return this.#state().state === "on";
  }

  /** Looks if it is time to; what has to be taken in is taken in now or by the alarm. Never rejects. */
  async look(isHour: boolean): Promise<void> {
    try {
      if (this.#running !== null) return await this.#running;
      if (!this.isOn()) return;
      const at = this.#progress();
      if (at.pass === null && !isHour && !this.#isDue(at)) return;
      if (at.pass === null) await this.#only(() => this.#lookAround(at));
      this.wake();
      await this.#underWay();
    } catch (error) {
      logError("HighLevel's export could not be looked through, it is looked through later", this.#place(), error);
    }
  }

  /**
   * Goes on with a look that is under way, if it may now. An alarm does not wait for it: it would keep the next one, and what
   * that has to send, waiting for HighLevel's answer. Never throws.
   */
  wake(): void {
    const at = this.#running === null ? this.nextAt() : null;
    if (at === null || at > this.#now()) return;
    const ended = (): void => {
      const next = this.nextAt();
      if (next !== null) this.#parts.alarm.bringForward(next);
    };
    this.#only(() => this.#goOn())
      .then(ended)
      .catch((error: unknown) => {
        this.#pause({ is: "failed" });
        logError("HighLevel's export could not be looked through, it is looked through later", this.#place(), error);
      });
  }

  /** When the next page may be asked for, milliseconds since 1970; `null`: no look is under way. */
  nextAt(): number | null {
    this.#isUnderWay ??= (progress.read(this.#storage.sql)?.pass ?? null) !== null;
    if (!this.#isUnderWay || !this.isOn()) return null;
    // Whatever is under way goes on by itself; an alarm is there in case it ends with the object.
    return this.#running === null ? Math.max(this.#now(), this.#mayFrom()) : this.#now() + FIRST_BREATH_MS;
  }

  /** How the location stands. */
  told(): Told {
    const at = progress.read(this.#storage.sql);
    const coveredMs = at && Math.max(at.coveredMs, this.#coveredMs);
    return {
      ...this.#state(),
      coveredUntil: coveredMs === null ? null : new Date(coveredMs).toISOString(),
      isUnderWay: at !== null && at.pass !== null,
    };
  }

  /** What HighLevel has and the log lacks since a time. Nothing is taken in; a failure says what to do. */
  async missing(sinceMs: number): Promise<Result<Missing, string>> {
    const { state, detail } = this.#state();
    if (state !== "on") return fail(detail ?? state);
    const fromMs = Math.max(sinceMs, this.#now() - MOST_BACK_MS);
    const page = (place: Place, times: LookTimes) => this.#page(place, times, {}, this.#parts.asked);
    return missingFrom(this.#storage.sql, page, this.#times(fromMs, fromMs), this.#parts.time.likelyThere(fromMs));
  }

  /** Two questions tell whether anything is new. If so, or if they do not tell, all of it is looked through. */
  async #lookAround(at: Progress): Promise<void> {
    const startedMs = this.#now();
    const sinceMs = Math.min(at.coveredMs - OVERLAP_MS, at.doubtsFromMs ?? Infinity);
    this.#doubts.clear();
    for (const leg of LOOKS) {
      const place = { leg, fromMs: 0, cursor: null };
      const page = await this.#page(place, this.#times(sinceMs, this.#floorMs(at)), at.doubts);
      if (page.is === "no-token") return;
      if (page.is === "refused") return this.#refused(at);
      if (page.is === "page") this.#doubts.note(page, at, this.#now());
      const isTold = page.is === "page" && isAllToldBy(page);
      if (isTold) continue;
      // Noted, so that it is made up for soon if it cannot be done now.
      this.#begin(at, startedMs, sinceMs);
      if (page.is !== "page") this.#pause(page);
      return;
    }
    this.#coveredMs = startedMs;
    this.#noteDoubts(sinceMs);
  }

  #begin(at: Progress, startedMs: number, sinceMs: number): void {
    this.#found = 0;
    this.#doubts.clear();
    const fromMs = this.#fromOf(at, sinceMs);
    this.#commit({ ...at, pass: { startedMs, sinceMs, leg: 0, cursor: null, fromMs, reachedMs: fromMs } });
    this.#parts.alarm.bringForward(this.#now() + FIRST_BREATH_MS);
  }

  async #goOn(): Promise<void> {
    for (let pages = 0; pages < PAGES_AT_ONCE && this.#now() >= this.#mayFrom(); pages += 1)
      if (!(await this.#step())) return;
  }

  /** One page of the look that is under way; whether there may be another now. */
  async #step(): Promise<boolean> {
    const at = this.#progress();
    const { pass } = at;
    const leg = pass && LEGS[pass.leg];
    if (!pass || !leg || !this.isOn()) return false;
    const { sinceMs, fromMs, cursor } = pass;
    const page = await this.#page({ leg, fromMs, cursor }, this.#times(sinceMs, this.#floorMs(at)), at.doubts);
    if (page.is !== "page") return this.#without(page, at, pass);
    this.#doubts.note(page, at, this.#now());
    this.#breathMs = this.#forgotten = 0;
    const missing = page.messages.filter(({ verdict }) => verdict === "missing");
    const inOrder = missing.map(({ message }) => message).toSorted((a, b) => a.madeAtMs - b.madeAtMs);
    for (const { event } of inOrder) {
      const recorded = await this.#parts.intake.takeFound(event);
      if (recorded.status === "accepted") this.#found += 1;
      if (recorded.status !== "unavailable") continue;
      // Not decided, so not in the log: the page is looked through again.
      this.#pause({ is: "failed" });
      return false;
    }
    this.#advance(page, pass);
    return this.#isUnderWay === true;
  }

  /** Notes that a page is done. What it has is in the log by now: before, a crash has it looked at again. */
  #advance(page: JudgedPage, pass: Pass): void {
    const at = this.#progress();
    const order = LEGS[pass.leg]?.order;
    const isOver =
      page.cursor === null || (order === "changed" && isOldFrom(page.messages.map(({ verdict }) => verdict)));
    const made = page.messages.map(({ message }) => message.madeAtMs);
    const reachedMs = order === "made" ? Math.max(pass.reachedMs, ...made) : pass.reachedMs;
    if (!isOver) return this.#commit({ ...at, pass: { ...pass, cursor: page.cursor, reachedMs } });
    if (pass.leg + 1 < LEGS.length) {
      const fromMs = this.#fromOf(at, pass.sinceMs);
      const next = { ...pass, leg: pass.leg + 1, cursor: null, fromMs, reachedMs: fromMs };
      return this.#commit({ ...at, pass: next });
    }
    this.#coveredMs = pass.startedMs;
    this.#commit({
      ...at,
      coveredMs: pass.startedMs,
      pass: null,
      ...this.#doubts.after(at, pass.sinceMs, this.#now()),
    });
    this.#tellGap();
  }

  #without(page: NoPage, at: Progress, pass: Pass): false | true {
    switch (page.is) {
      case "refused":
        this.#refused(at);
        return false;
      case "no-token":
        this.#commit({ ...at, pass: null });
        return false;
      case "forgotten":
        this.#forgotten += 1;
        this.#commit({ ...at, pass: { ...pass, cursor: null, fromMs: pass.reachedMs } });
        if (this.#forgotten < MOST_FORGOTTEN) return true;
        this.#pause({ is: "failed" });
        return false;
      case "no-room":
      case "failed":
        this.#pause(page);
        return false;
    }
  }

  /** Nothing is asked for a while. */
  #pause({ is }: NoPage): void {
    const now = this.#now();
    if (is === "no-room") this.#breathMs = Math.max(SHORT_MS, this.#parts.limits.mayBeginAt(now) - now);
    else this.#breathMs = Math.min(LONGEST_BREATH_MS, Math.max(FIRST_BREATH_MS, 2 * this.#breathMs));
    this.#fromMs = now + this.#breathMs;
  }

  #refused(at: Progress): void {
    this.#commit({ ...at, pass: null, refusedOf: this.#parts.tokens.told()?.storedAt ?? null });
  }

  async #page(
    place: Place,
    times: LookTimes,
    doubts: Progress["doubts"],
    reader = this.#parts.reader,
  ): Promise<JudgedPage | NoPage> {
    const locationId = this.#parts.locationId();
    this.#locationId = locationId ?? null;
    if (locationId === undefined) return { is: "no-token", message: "" };
    return reader.page(locationId, place, times, doubts);
  }

  /** Whether it is looked before the hour is over: something was in doubt, or the location is silent for longer than usual. */
  #isDue({ doubts }: Progress): boolean {
    const now = this.#now();
    if (Object.values(doubts).some((sinceMs) => isDoubted(sinceMs, now))) return true;
    const lastGap = gaps.last(this.#storage.sql);
    return isSuspicious(this.#arrivals.last(), lastGap && Date.parse(lastGap.takenUntil), now);
  }

  #noteDoubts(sinceMs: number): void {
    const at = this.#progress();
    const now = this.#doubts.after(at, sinceMs, this.#now());
    if (JSON.stringify(now.doubts) !== JSON.stringify(at.doubts)) this.#commit({ ...at, ...now });
  }

  #times(sinceMs: number, floorMs: number): LookTimes {
    const nowMs = this.#now();
    return { sinceMs, floorMs, nowMs, thereMs: this.#parts.time.likelyThere(nowMs) };
  }

  /** What is older is not looked for: it is from before the location was known, or the log has forgotten it. */
  #floorMs({ beganMs }: Progress): number {
    const keptMs = Math.min(MOST_BACK_MS, this.#ports.retentionDays * DAY_MS);
    return Math.max(beganMs, this.#now() - keptMs, this.#parts.goneBeforeMs());
  }

  #fromOf(at: Progress, sinceMs: number): number {
    return this.#parts.time.likelyThere(Math.max(sinceMs, this.#floorMs(at)));
  }

  /** How far it has come, as far as is known; a location of a version before begins now. */
  #progress(): Progress {
    const noted = progress.read(this.#storage.sql);
    const now = this.#now();
    if (noted === null) {
      const storedMs = Date.parse(this.#parts.tokens.told()?.storedAt ?? "");
      const first = progress.beginning(Math.max(storedMs || 0, now - FIRST_BACK_MS));
      this.#commit(first);
      return first;
    }
    const coveredMs = Math.max(noted.coveredMs, this.#coveredMs);
    // By a clock that was ahead: nobody knows what was covered.
    return { ...noted, coveredMs: coveredMs > now ? Math.max(noted.beganMs, now - FIRST_BACK_MS) : coveredMs };
  }

  #commit(next: Progress): void {
    try {
      this.#storage.transactionSync(() => {
        this.#write(next);
        this.#parts.limits.write();
      });
    } catch (error) {
      this.#isUnderWay = null;
      this.#parts.limits.forget();
      throw error;
    }
  }

  #write(next: Progress): void {
    progress.write(this.#storage.sql, next);
    this.#isUnderWay = next.pass !== null;
  }

  #state(): Pick<Told, "state" | "detail"> {
    if (!this.#ports.reconciles(this.#parts.locationId() ?? "")) return { state: "off", detail: OFF };
    const token = this.#parts.tokens.told();
    if (token === null || token.state === "uninstalled") return { state: "no-token", detail: WHY_NOT["no-token"] };
    const isRefused = progress.read(this.#storage.sql)?.refusedOf === token.storedAt;
    return isRefused ? { state: "refused", detail: WHY_NOT.refused } : { state: "on", detail: null };
  }

  #tellGap(): void {
    const gap = this.#found > 0 ? gaps.last(this.#storage.sql) : null;
    this.#found = 0;
    if (gap === null) return;
    const { since, until, found, changed, late } = gap;
    logGap({ ...this.#place(), since, until, found, changed, late });
  }

  #underWay(): Promise<void> {
    return this.#running ?? Promise.resolve();
  }

  #only(work: () => Promise<void>): Promise<void> {
    return (this.#running = work().finally(() => (this.#running = null)));
  }

  #place(): { readonly locationId: string | null } {
    return { locationId: this.#locationId };
  }

  #mayFrom(): number {
    return (this.#fromMs = notBefore(this.#fromMs, this.#breathMs, this.#now()));
  }

  #now(): number {
    return this.#ports.actions.clock();
  }
}

/** Whether a first page tells that nothing is missing: all that follows is old, and of what it has, nothing is. */
function isAllToldBy({ messages, cursor }: JudgedPage): boolean {
  const verdicts = messages.map(({ verdict }) => verdict);
  return !verdicts.includes("missing") && (cursor === null || isOldFrom(verdicts));
}
