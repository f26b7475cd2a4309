// A ledger that is nearly full forgets its oldest history, so that recording never stops: first payloads, then decisions
// and the rule sets behind them, then deliveries that were sent or cancelled, then events on which nothing fired. What
// still waits stays whole, and so does what keeps from sending twice, limits and opt-outs. It is done in small slices,
// each one transaction; the mark `full` says how far they have come. docs/decisions/0035-a-full-ledger.md says why it walks as it does.
import { deliveryIdPrefix } from "../deliveries/deliveries.ts";
import * as firings from "../deliveries/firings.ts";
import * as contacts from "../log/contacts.ts";
import * as ruleSets from "../log/rule-sets.ts";
import { KINDS_OF_WORDS } from "../../match/cancel.ts";
import { notBefore } from "../../kit/not-before.ts";
import { logError } from "../../model/log-line.ts";
import type { FullLedger } from "../../model/statistics.ts";
import { mark, setMark } from "../store/marks.ts";
import { firstRow, rows, type LedgerPorts, type LedgerStorage, type Sql } from "../store/ports.ts";
import { TOMBSTONE } from "./erase.ts";

const STAGES = ["payloads", "decisions", "deliveries", "events"] as const;
type Stage = (typeof STAGES)[number];
/** The stages that walk through all events. */
type Walked = Exclude<Stage, "deliveries">;

/** It goes on until this much of the bound is free again, and does not begin anew with each event. */
const TARGET = 0.95;
/** Rows that one slice looks at, and slices of one alarm. */
const SLICE_ROWS = 250;
const SLICES = 40;
/** This part of what is left goes in one walk: the oldest. */
const OLDEST_PART = 0.1;
const SAMPLES = 200;
/** When there is nothing left to forget, it looks again after this long. */
const REST_MS = 3_600_000;
/** HighLevel sends an event again for about three days. */
const LATE_MS = 3 * 86_400_000;
/** After the rows of those that were erased or forgotten: no id of a contact is before it. */
const FIRST = ["", "\u{7F}"] as const;
/** The contact has a message of which nobody knows whether it was sent, and the log is looked through for it. */
const MAY_HAVE_SENT = "EXISTS (SELECT 1 FROM sends WHERE contact_id = events.contact_id AND left_at IS NOT NULL)";
/** An opt-out came with it, or was said again last. */
const OPTED_OUT =
  "EXISTS (SELECT 1 FROM opt_outs WHERE contact_id = events.contact_id AND events.key IN (event_key, last_key))";
const WAITS = "SELECT 1 FROM deliveries WHERE id >= ? AND id < ? AND state IN ('scheduled', 'sending', 'held')";
/** It may end the wait of an event from before it that HighLevel still sends again. */
const MAY_CANCEL = `kind IN (${KINDS_OF_WORDS.map((kind) => `'${kind}'`).join(", ")}) AND received_at > ?3`;
const ONE = `WHERE contact_id = ?1 AND key = ?2 AND deciding IS NULL AND NOT ${MAY_HAVE_SENT} AND NOT ${OPTED_OUT} AND NOT (${MAY_CANCEL})`;

/** What goes from one event at each stage that walks through them; it changes nothing where that has gone before. */
const DROPS: { readonly [S in Walked]: string } = {
  payloads: `UPDATE events SET record = json_set(record, '$.event.payload', json('{}'), '$.dropped', 'payload')
    ${ONE} AND json_extract(record, '$.dropped') IS NULL RETURNING seq`,
  decisions: `UPDATE events SET record = json_remove(json_set(record, '$.decision.verdicts', json('[]'), '$.dropped', 'decision'), '$.decision.known')
    ${ONE} AND json_extract(record, '$.dropped') = 'payload' RETURNING seq`,
  events: `UPDATE OR REPLACE events SET ${TOMBSTONE} ${ONE} AND fired = '[]' RETURNING seq`,
};

/** The mark `full`. Times are milliseconds since 1970. */
interface Full {
  /** When the bound was passed, and when something was dropped last. */
  readonly sinceMs: number;
  droppedAtMs: number;
  isActive: boolean;
  stage: number;
  /** Events from between these go in the present walk; `null`: it only looks when they are from. */
  afterMs: number;
  beforeMs: number | null;
  /** When some of the events that the walk has left are from, and how many those were chosen from. */
  sample: number[];
  sampled: number;
  /** There is nothing left to forget: it is not looked for before. */
  restUntilMs: number | null;
  readonly dropped: { [S in Stage]: number };
  /** What of events received before has gone at each stage, unless something still needed it. */
  readonly doneBeforeMs: { [S in Walked]: number | null };
}

interface WalkedRow {
  contact_id: string;
  key: string;
  received_at: number;
  fired: string;
}

/** Of events from before nothing need be left, milliseconds since 1970. */
export function goneBeforeMs(sql: Sql): number {
  const text = mark(sql, "full");
  if (text === undefined) return 0;
  const { doneBeforeMs, beforeMs, stage } = JSON.parse(text) as Full;
  return Math.max(doneBeforeMs.events ?? 0, STAGES[stage] === "events" ? (beforeMs ?? 0) : 0);
}

export class Trimming {
  readonly #storage: LedgerStorage;
  readonly #ports: Pick<LedgerPorts, "maxBytes" | "timer" | "actions" | "random">;
  readonly #rulesInUse: () => readonly string[];
  readonly #dropped: () => void;
  /** How far the present walk has come; it names a contact, so it is not stored. `null`: it begins, or begins again. */
  #cursor: readonly [contactId: string, key: string] | null = null;

  /** `dropped` is called when rows are gone that may have been counted. */
  constructor(
    storage: LedgerStorage,
    ports: Pick<LedgerPorts, "maxBytes" | "timer" | "actions" | "random">,
    { rulesInUse, dropped }: { readonly rulesInUse: () => readonly string[]; readonly dropped: () => void },
  ) {
    this.#storage = storage;
    this.#ports = ports;
    this.#rulesInUse = rulesInUse;
    this.#dropped = dropped;
  }

  /** When there is something to do, milliseconds since 1970; `null`: there is room. */
  nextAt(): number | null {
    const now = this.#now();
    return this.#isOver() ? Math.max(now, notBefore(this.#full()?.restUntilMs ?? 0, REST_MS, now)) : null;
  }

  /** Forgets slice by slice, until there is room again or enough was done for one alarm. */
  async run(): Promise<void> {
    for (let slice = 0; slice < SLICES; slice += 1) {
      const at = this.nextAt();
      if (at === null || at > this.#now()) return this.#hasRoom();
      await this.#slice();
      // What came meanwhile has its turn.
      await this.#ports.timer(0);
    }
  }

  /** What may be shown; `null`: the ledger was never full. */
  told(): FullLedger | null {
    const full = this.#full();
    if (!full) return null;
    const { payloads } = full.doneBeforeMs;
    return {
      since: new Date(full.sinceMs).toISOString(),
      droppedAt: new Date(full.droppedAtMs).toISOString(),
      isOver: full.isActive,
      isExhausted: full.restUntilMs !== null && this.#isOver(),
      dropped: full.dropped,
      payloadsBefore: payloads === null ? null : new Date(payloads).toISOString(),
    };
  }

  #now(): number {
    return this.#ports.actions.clock();
  }

  #full(): Full | null {
    const text = mark(this.#storage.sql, "full");
    return text === undefined ? null : (JSON.parse(text) as Full);
  }

  #write(full: Full): void {
    setMark(this.#storage.sql, "full", JSON.stringify(full));
  }

  #isOver(): boolean {
    const { maxBytes } = this.#ports;
    const bytes = this.#storage.sizeBytes();
    return bytes > maxBytes || (bytes > maxBytes * TARGET && this.#full()?.isActive === true);
  }

  #hasRoom(): void {
    const full = this.#full();
    if (full?.isActive && !this.#isOver()) this.#write({ ...full, isActive: false, restUntilMs: null });
  }

  async #slice(): Promise<void> {
    const now = this.#now();
    const before = this.#full();
    const full = before?.isActive && before.restUntilMs === null ? before : begun(before, now);
    if (!before?.isActive)
      logError("The ledger is full: its oldest history is forgotten", {
        locationId: mark(this.#storage.sql, "location") ?? null,
      });
    const stage = STAGES[full.stage];
    if (stage === undefined) this.#write({ ...full, isActive: true, restUntilMs: now + REST_MS });
    else if (stage === "deliveries") this.#dropDeliveries(full);
    else await this.#walkOn(full, stage);
  }

  /** Deliveries of decisions of which all were sent or cancelled, oldest first: their ids begin with the time. What they sent stays known. */
  #dropDeliveries(full: Full): void {
    const { sql } = this.#storage;
    const ended = `SELECT id FROM deliveries WHERE ${firings.isOverWith((row) => `${row}.state IN ('sent', 'cancelled')`)} ORDER BY id LIMIT ?`;
    this.#storage.transactionSync(() => {
      const gone = rows<{ id: string }>(sql, ended, SLICE_ROWS);
      for (const { id } of gone) {
        sql.exec("DELETE FROM attempts WHERE delivery_id = ?", id);
        sql.exec("UPDATE sends SET requests = NULL WHERE delivery_id = ? AND requests IS NOT NULL", id);
        sql.exec("DELETE FROM deliveries WHERE id = ?", id);
      }
      full.dropped.deliveries += gone.length;
      this.#write(gone.length === 0 ? atStage(full, full.stage + 1) : { ...full, droppedAtMs: this.#now() });
    });
    this.#dropped();
  }

  /** One slice of a walk through all events by contact and key: there is no index by time, which each event would pay for. */
  async #walkOn(full: Full, stage: Walked): Promise<void> {
    const { sql } = this.#storage;
    const walked = rows<WalkedRow>(
      sql,
      "SELECT contact_id, key, received_at, fired FROM events WHERE (contact_id, key) > (?, ?) ORDER BY contact_id, key LIMIT ?",
      ...(this.#cursor ?? FIRST),
      SLICE_ROWS,
    );
    const { afterMs, beforeMs } = full;
    if (this.#cursor === null) [full.sample, full.sampled] = [[], 0];
    const old = beforeMs === null ? [] : walked.filter(({ received_at: at }) => at >= afterMs && at < beforeMs);
    const last = walked.length === SLICE_ROWS ? (walked.at(-1) ?? null) : null;
    const prefixes = await Promise.all(old.map((row) => this.#idPrefix(row)));
    this.#storage.transactionSync(() => {
      let gone = 0;
      const lateMs = this.#now() - LATE_MS;
      for (const [index, row] of old.entries()) {
        const prefix = prefixes[index] ?? null;
        // Asked again here: it may have been retried or released meanwhile.
        if (prefix !== null && firstRow(sql, WAITS, prefix, `${prefix}~`)) continue;
        gone += rows(sql, DROPS[stage], row.contact_id, row.key, lateMs).length;
      }
      full.dropped[stage] += gone;
      if (gone > 0) full.droppedAtMs = this.#now();
      for (const { received_at: at } of walked) if (at >= (beforeMs ?? 0)) this.#sample(full, at);
      if (last === null) nextWalk(full, stage, sql, this.#rulesInUse());
      this.#write(full);
    });
    this.#cursor = last && [last.contact_id, last.key];
    if (stage === "events") this.#dropped();
  }

  /** What the ids of an event's deliveries begin with; `null`: it has none. */
  async #idPrefix({ contact_id: contactId, key, fired }: WalkedRow): Promise<string | null> {
    if (fired === "[]") return null;
    const about =
      "SELECT json_extract(record, '$.decision.decidedAt') AS at, json_extract(record, '$.event.locationId') AS location FROM events WHERE contact_id = ? AND key = ?";
    const row = firstRow<{ at: string; location: string }>(this.#storage.sql, about, contactId, key);
    return row ? deliveryIdPrefix({ locationId: row.location, contactId, key }, row.at) : null;
  }

  /** Keeps each of those seen with the same chance. */
  #sample(full: Full, at: number): void {
    full.sampled += 1;
    if (full.sample.length < SAMPLES) full.sample.push(at);
    else {
      const place = Math.floor(this.#ports.random() * full.sampled);
      if (place < SAMPLES) full.sample[place] = at;
    }
  }
}

/** A ledger that has just become full, or is again. */
function begun(before: Full | null, nowMs: number): Full {
  const since = { sinceMs: before?.isActive ? before.sinceMs : nowMs, droppedAtMs: before?.droppedAtMs ?? nowMs };
  const dropped = before?.dropped ?? { payloads: 0, decisions: 0, deliveries: 0, events: 0 };
  const doneBeforeMs = before?.doneBeforeMs ?? { payloads: null, decisions: null, events: null };
  const walk = { stage: 0, afterMs: 0, beforeMs: null, sample: [], sampled: 0, restUntilMs: null };
  return atStage({ ...since, ...walk, isActive: true, dropped, doneBeforeMs }, 0);
}

/** At the beginning of a stage: first goes what was still needed when the ledger was full before. */
function atStage(full: Full, stage: number): Full {
  const name = STAGES[stage];
  const beforeMs = name === undefined || name === "deliveries" ? null : full.doneBeforeMs[name];
  return { ...full, stage, afterMs: 0, beforeMs, sample: [], sampled: 0 };
}

/** A walk has ended: the next one takes the oldest of what is left, or there is nothing left at this stage. */
function nextWalk(full: Full, stage: Walked, sql: Sql, rulesInUse: readonly string[]): void {
  const { beforeMs, sample } = full;
  if (beforeMs !== null) full.doneBeforeMs[stage] = beforeMs;
  // Without its verdicts, no decision is told by the rules of then.
  if (stage === "decisions") ruleSets.forgetOthers(sql, rulesInUse);
  if (stage === "events") contacts.forgetWithoutEvents(sql);
  const sorted = sample.toSorted((a, b) => a - b);
  const oldest = sorted[Math.floor(sorted.length * OLDEST_PART)];
  if (oldest === undefined) Object.assign(full, atStage(full, full.stage + 1));
  else Object.assign(full, { afterMs: beforeMs ?? 0, beforeMs: oldest + 1, sample: [], sampled: 0 });
}
