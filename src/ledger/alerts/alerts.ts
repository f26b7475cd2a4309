// What somebody has to know of a location, and telling it. It is looked for when something has happened that may be worth it,
// or when it is time to: an ordinary event costs nothing. What is found is told in one message at a time, beside deliveries
// and never in the way of one.
import { isoOf } from "../../kit/moment.ts";
import { retryDelayMs } from "../../act/contract/retry.ts";
import type { AttemptOutcome } from "../../act/contract/outcome.ts";
import { sendSigned } from "../../act/webhook/signed.ts";
import { open, sealKeys } from "../../highlevel/seal.ts";
import { notBefore } from "../../kit/not-before.ts";
import { alertsOwner, type AlertRoute, type AlertsTo, type LocationAlerts } from "../../model/alert.ts";
import type { Failure } from "../../model/failure.ts";
import { fail, succeed, type Result } from "../../kit/result.ts";
import { logError } from "../../model/log-line.ts";
import { nextOpening } from "../../time/window.ts";
import type { Pump } from "../pump/pump.ts";
import { GIVE_UP_AFTER_MS } from "../deliveries/moves.ts";
import type { Alarm } from "../store/alarm.ts";
import { setMark, setMarks } from "../store/marks.ts";
import type { AlertPorts, LedgerPorts, LedgerStorage } from "../store/ports.ts";
import * as book from "./book.ts";
import type { AlertWorld } from "./kinds.ts";
import * as messages from "./messages.ts";
import { came, hourOf, isAlive, isSilent, NO_TRAFFIC, trafficIn, trafficText, type Traffic } from "./traffic.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** How long between two messages, however much happens. */
const BETWEEN_MS = 5 * MINUTE_MS;
/** A look when nothing seems to have happened: for a silence, for instance. */
const LOOK_EVERY_MS = 6 * HOUR_MS;
/** The watchdog asks for a look no more often. */
const POKED_EVERY_MS = 5 * MINUTE_MS;
/** Times to look are noted to this, and so many of them: the next ones. */
const SOON_MS = 2 * MINUTE_MS;
const SOON_STEP_MS = 10_000;
const MOST_TIMES = 32;
/** If nothing is heard of a message that left, it leaves again; with the time that it has for that, twice over. */
const LEASE_MS = MINUTE_MS;
const NO_PLACE_MS = 5_000;
/** A message that does not arrive is tried again this often at least, for a week. */
const RETRY_EVERY_MS = HOUR_MS;
const REFUSED_FOR_MS = HOUR_MS;

/** What is noted about alerts. Times are milliseconds since 1970. */
interface Noted {
  /** When to look, ascending. */
  readonly at: readonly number[];
  readonly lookedAt: number;
  readonly driftAt: number;
  /** When a message may leave; `null`: there is none. */
  readonly sendAt: number | null;
  readonly version: number;
  /** Whether the directory knows. */
  readonly isTold: boolean;
  readonly open: number;
  /** In which hours something came, as text. */
  readonly traffic: string;
}

const NOTHING: Noted = {
  at: [],
  lookedAt: 0,
  driftAt: 0,
  sendAt: null,
  version: 0,
  isTold: true,
  open: 0,
  traffic: trafficText(NO_TRAFFIC),
};

/** What a ledger lends its alerts. */
interface AlertParts {
  readonly alarm: Alarm;
  readonly pump: Pick<Pump, "outside" | "leave">;
  readonly locationId: () => string | undefined;
  readonly name: (locationId: string) => string | null;
  /** What is seen besides the tables; with drift only where that is asked for. */
  readonly world: (isDrift: boolean) => Pick<AlertWorld, "fill" | "token" | "isTokenUnclear" | "halted" | "drift">;
}

export class Alerts {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  readonly #parts: AlertParts;
  #noted = NOTHING;
  #route: AlertRoute = null;
  #traffic: Traffic = NO_TRAFFIC;
  #refusedAt = -Infinity;
  /** After something failed that should not, nothing is done before. */
  #restUntil = 0;
  /** Settles when a message that is under way has arrived or not; `null`: none is. */
  #sending: Promise<void> | null = null;

  constructor(storage: LedgerStorage, ports: LedgerPorts, parts: AlertParts) {
    this.#storage = storage;
    this.#ports = ports;
    this.#parts = parts;
  }

  /** Takes over the marks that were read. */
  know(marks: ReadonlyMap<string, string>): void {
    this.#noted = { ...NOTHING, ...(JSON.parse(marks.get("alerts") ?? "{}") as Partial<Noted>) };
    this.#route = JSON.parse(marks.get("alert-route") ?? "null") as AlertRoute;
    this.#traffic = trafficIn(this.#noted.traffic);
  }

  /** Something came. A row is written with the first of an hour. */
  came(): void {
    const hour = hourOf(this.#now());
    if (!this.#ports.alerts || hour === this.#traffic.last) return;
    const traffic = came(this.#traffic, hour);
    const isFirst = this.#noted.at.length === 0;
    this.#note({ traffic: trafficText(traffic), ...(isFirst ? { at: [this.#now() + LOOK_EVERY_MS] } : {}) });
    this.#traffic = traffic;
    if (isFirst) this.#wake();
    this.moved();
  }

  /** Something has happened that may be worth knowing, or will be after a time. */
  expect(inMs = 0): void {
    if (!this.#ports.alerts) return;
    const now = this.#now();
    const step = inMs < SOON_MS ? SOON_STEP_MS : BETWEEN_MS;
    const at = Math.ceil((now + inMs) / step) * step;
    const { at: times } = this.#noted;
    if (times.includes(at)) return;
    this.#note({ at: [...times, at].toSorted((a, b) => a - b).slice(0, MOST_TIMES) });
    this.#parts.alarm.bringForward(at);
  }

  /** Something was done after which an alert may be over. */
  moved(): void {
    if (this.#noted.open > 0) this.expect();
  }

  /** More came than is let in. It costs nothing but the first time in a while. */
  refused(): void {
    const now = this.#now();
    if (Math.abs(now - this.#refusedAt) < MINUTE_MS) return;
    this.#refusedAt = now;
    this.expect();
  }

  /** Nothing is to be done before, milliseconds since 1970; `null`: nothing is. It reads no rows. */
  nextAt(): number | null {
    const now = this.#now();
    const { at, sendAt } = this.#noted;
    const [lookAt = Infinity] = at;
    // One that is about to leave says itself when it does again.
    const isLeaving = this.#sending !== null && (sendAt ?? Infinity) <= now;
    const next = Math.min(lookAt, isLeaving ? Infinity : (sendAt ?? Infinity));
    if (next === Infinity || !this.#ports.alerts) return null;
    return Math.max(notBefore(next, LOOK_EVERY_MS, now), notBefore(this.#restUntil, MINUTE_MS, now));
  }

  /** Looks if it is time to, and begins to tell what is to be told. Never throws, and waits for nobody. */
  run(): void {
    this.#do(() => {
      if (notBefore(this.#noted.at[0] ?? Infinity, LOOK_EVERY_MS, this.#now()) <= this.#now()) this.#look();
    });
  }

  /** The same for the watchdog, which comes where something waits: what is overdue has no other sign. */
  poke(): void {
    this.#do(() => {
      if (Math.abs(this.#now() - this.#noted.lookedAt) >= POKED_EVERY_MS) this.#look();
    });
  }

  /** Resolves once no message is under way. */
  async settled(): Promise<void> {
    await this.#sending;
  }

  told(): LocationAlerts {
    return { ...book.list(this.#storage.sql), to: this.to(), message: messages.last(this.#storage.sql) };
  }

  /** From now on alerts go there; what is open and was told nobody is told. */
  setRoute(route: AlertRoute): { readonly to: AlertsTo } {
    setMark(this.#storage.sql, "alert-route", JSON.stringify(route));
    this.#route = route;
    this.expect();
    return { to: this.to() };
  }

  /** Sends a message that says nothing, now. */
  async test(locationId: string): Promise<Result<{ status: number | null }, Failure>> {
    const url = await this.#url(locationId);
    return sendTest(url, `alert-test-${locationId}-${this.#now()}`, this.#ports.actions);
  }

  #do(work: () => void): void {
    if (!this.#ports.alerts || notBefore(this.#restUntil, MINUTE_MS, this.#now()) > this.#now()) return;
    const failed = (error: unknown): void => {
      this.#restUntil = this.#now() + MINUTE_MS;
      logError("Alerts could not be looked for or told, that is done again", {}, error);
    };
    try {
      work();
      this.#tell();
      this.#sending ??= this.#send()
        .catch(failed)
        .finally(() => {
          this.#sending = null;
          this.#wake();
        });
    } catch (error) {
      failed(error);
    }
  }

  #look(): void {
    const now = this.#now();
    const { sql } = this.#storage;
    const hour = hourOf(now);
    const isDrift = Math.abs(now - this.#noted.driftAt) >= DAY_MS;
    const world: AlertWorld = {
      sql,
      nowMs: now,
      isSilent: isSilent(this.#traffic, hour),
      isRefused: Math.abs(now - this.#refusedAt) < REFUSED_FOR_MS,
      ...this.#parts.world(isDrift),
    };
    this.#storage.transactionSync(() => {
      const { isNews, againAt } = book.look(sql, world);
      const routine = isAlive(this.#traffic, hour) ? now + LOOK_EVERY_MS : Infinity;
      const next = Math.min(againAt, routine);
      const later = this.#noted.at.filter((at) => at > now && at <= now + LOOK_EVERY_MS);
      // A look before it says anew when the next one is.
      const at = next < (later[0] ?? Infinity) ? [next, ...later] : later;
      const { open: standing } = isNews ? book.list(sql) : this.#noted;
      const version = isNews ? Math.max(this.#noted.version + 1, now) : this.#noted.version;
      const driftAt = isDrift ? now : this.#noted.driftAt;
      const isTold = this.#noted.isTold && !isNews;
      this.#note({ at, lookedAt: now, driftAt, version, isTold, open: standing, sendAt: this.#sendAt() });
    });
    this.#wake();
  }

  /** When the next message may leave; `null`: there is nothing to tell. What nobody is to be told is left. */
  #sendAt(): number | null {
    const { sql } = this.#storage;
    const waiting = messages.pending(sql);
    if (waiting) return waiting.due_at;
    const untold = book.untold(sql, this.#silenced());
    if (untold.length === 0) return null;
    if (!this.#isAnybody()) {
      book.leaveEnded(sql, untold);
      return null;
    }
    const now = this.#now();
    const from = notBefore(messages.lastLeftAt(sql) + BETWEEN_MS, BETWEEN_MS, now);
    const { awake } = this.#alertPorts().silence;
    return awake === null
      ? Math.max(now, from)
      : (nextOpening(awake, Math.max(now, from), this.#ports.timeZone) ?? now);
  }

  async #send(): Promise<void> {
    const now = this.#now();
    const due = this.#noted.sendAt;
    const locationId = this.#parts.locationId();
    if (due === null || locationId === undefined || notBefore(due, DAY_MS, now) > now) return;
    const url = await this.#url(locationId);
    const place = this.#parts.pump.outside();
    if (place === null) return this.#note({ sendAt: now + NO_PLACE_MS });
    try {
      const message = this.#taken(locationId, now);
      if (!message) return;
      const id = `alert-${locationId}-${message.made_at}-${message.id}`;
      const outcome = url === null ? null : await sendSigned(url, id, message.body, this.#ports.actions);
      this.#settle(message, outcome);
    } finally {
      this.#parts.pump.leave(place, null);
    }
  }

  /** The message that waits, or one of what has not been told; it is on disk as having left before it does. */
  #taken(locationId: string, nowMs: number): messages.Message | undefined {
    const { sql } = this.#storage;
    const taken = this.#storage.transactionSync(() => {
      if (!messages.pending(sql)) {
        const untold = book.untold(sql, this.#silenced());
        if (untold.length > 0)
          messages.add(sql, messages.bodyOf(locationId, this.#parts.name(locationId), untold, nowMs), nowMs);
        book.told(sql, untold);
      }
      const message = messages.pending(sql);
      if (message) messages.leaves(sql, message.id, nowMs, nowMs + LEASE_MS);
      this.#note({ sendAt: message ? nowMs + LEASE_MS : null });
      return message;
    });
    this.#wake();
    return taken;
  }

  /** `null`: nobody is to be told any more. */
  #settle({ id, made_at: madeAt, tries }: messages.Message, outcome: AttemptOutcome | null): void {
    const { sql } = this.#storage;
    const now = this.#now();
    this.#storage.transactionSync(() => {
      if (outcome === null || outcome.done) messages.ends(sql, id, now, null);
      else {
        const { code, message } = outcome.error;
        const error = `${code}: ${message}`;
        const wait = retryDelayMs(tries + 1, this.#ports.random(), outcome.retryAfterMs) ?? RETRY_EVERY_MS;
        if (Math.abs(now - madeAt) > GIVE_UP_AFTER_MS) messages.ends(sql, id, now, error);
        else messages.waits(sql, id, now + Math.min(wait, RETRY_EVERY_MS), error);
      }
      this.#note({ sendAt: this.#sendAt() });
    });
  }

  #wake(): void {
    const next = this.nextAt();
    if (next !== null) this.#parts.alarm.bringForward(next);
  }

  /** Tells the directory, if it does not know. Never rejects. */
  #tell(): void {
    const { isTold, version } = this.#noted;
    const locationId = this.#parts.locationId();
    if (isTold || locationId === undefined) return;
    const told = { ...book.list(this.#storage.sql), version };
    void this.#alertPorts()
      .tell(locationId, told)
      .then(() => {
        if (this.#noted.version === version) this.#note({ isTold: true });
      })
      .catch((error: unknown) => {
        logError("The directory was not told of alerts, it is told again", { locationId }, error);
        this.expect(POKED_EVERY_MS);
      });
  }

  /** Where they go. */
  to(): AlertsTo {
    if (this.#route === "off") return "off";
    if (this.#route !== null) return "own";
    return this.#ports.alerts?.url ? "deployment" : "nowhere";
  }

  #isAnybody(): boolean {
    return this.to() === "own" || this.to() === "deployment";
  }

  /** Where a message goes; `null`: nowhere. One that does not open is no URL, which the guard says. */
  async #url(locationId: string): Promise<string | null> {
    if (this.#route === null) return this.#ports.alerts?.url ?? null;
    if (this.#route === "off") return null;
    const keys = await sealKeys(this.#ports.highlevel.tokenKeys);
    return (keys.ok && (await open(keys.value, this.#route.sealed, alertsOwner(locationId)))) || "";
  }

  #silenced(): ReadonlySet<string> {
    return this.#alertPorts().silence.kinds;
  }

  #alertPorts(): AlertPorts {
    const { alerts } = this.#ports;
    if (!alerts) throw new Error("Alerts are not looked for here");
    return alerts;
  }

  #note(changed: Partial<Noted>): void {
    const noted = { ...this.#noted, ...changed };
    setMarks(this.#storage.sql, [["alerts", JSON.stringify(noted)]]);
    this.#noted = noted;
  }

  #now(): number {
    return this.#ports.actions.clock();
  }
}

/** Sends a message that says nothing, to see whether one arrives. */
export async function sendTest(
  url: string | null,
  id: string,
  ports: LedgerPorts["actions"],
): Promise<Result<{ status: number | null }, Failure>> {
  if (url === null) return fail({ code: "ALERT_NOWHERE" });
  const timestamp = isoOf(ports.clock());
  const text = "Afterbeep: a test. Alerts arrive here.";
  const body = JSON.stringify({ text, type: "alerts.test", timestamp, data: { alerts: [] } });
  const outcome = await sendSigned(url, id, body, ports);
  const { status } = outcome;
  return outcome.done ? succeed({ status }) : fail({ code: "ALERT_FAILED", why: outcome.error.message });
}
