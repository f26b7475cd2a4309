// The log as lines, in its order, a page at a time: what is read and held for one is bounded, however long the log is.
// Records go out as they are stored, without being parsed.
import { bytesOf } from "../../kit/utf8.ts";
import type { CancelledBy, DeliveryState } from "../../model/delivery.ts";
import type {
  ExportedContact,
  ExportedDelivery,
  ExportedOptOut,
  ExportedRows,
  ExportPage,
  ExportQuery,
} from "../../model/export.ts";
import type { MovedRow } from "../../model/import.ts";
import type { OptOutReason } from "../../model/opt-out.ts";
import type { RuleSet } from "../../model/rule.ts";
import { deliveryIdPrefix, readPlan } from "../deliveries/deliveries.ts";
import { attemptsOf } from "../deliveries/lists.ts";
import * as ruleSets from "../log/rule-sets.ts";
import { shownContact } from "./known.ts";
import { BESIDE_EVENTS, OF_DELIVERIES, ONLY } from "../store/moved.ts";
import { eachRow, rows, firstRow, type Sql, type SqlValue } from "../store/ports.ts";
import { LEDGER_MIGRATIONS } from "../store/schema.ts";

/** A page is closed by the line that passes this: events of the location wait while one is read. */
const PAGE_BYTES = 125_000;
const OPT_OUTS_AT_ONCE = 1_000;
/** The log has no index by its order: one pass through it finds so many places, which the next pages use up. */
const PLACES_AT_ONCE = 5_000;

/** What an export goes through, in this order. A cursor is one of these, a point, and where in it. */
const STAGES = ["rules", "opt-outs", "events", "rows"] as const;
type Stage = (typeof STAGES)[number];

interface Place {
  readonly seq: number;
  readonly key: string;
  readonly contactId: string;
}

/** What a pass has found: `isAll` if there is nothing behind it. */
interface Found {
  readonly from: string;
  readonly places: readonly Place[];
  readonly isAll: boolean;
}

export class Exporting {
  readonly #sql: Sql;
  readonly #inForce: () => RuleSet;
  /** Places that a pass has found and no page has used, and the cursor from which they go on. */
  #found: Found | null = null;

  constructor(sql: Sql, inForce: () => RuleSet) {
    this.#sql = sql;
    this.#inForce = inForce;
  }

  /** The page at a cursor; without one, the first. A cursor that is none begins anew. */
  page(query: ExportQuery): Promise<ExportPage> | ExportPage {
    const [, stage = "rules", at = ""] = /^(rules|opt-outs|events|rows)\.(.*)$/.exec(query.cursor ?? "") ?? [];
    switch (stage as Stage) {
      case "rules":
        return this.#rules(query, Number(at) || 0);
      case "opt-outs":
        return this.#optOuts(decodeURIComponent(at));
      case "events":
        return this.#events(query, at);
      case "rows":
        return this.#rows(at);
    }
  }

  /** The sets that decided, and the one in force. */
  #rules({ locationId }: ExportQuery, index: number): ExportPage {
    const ruleSet = this.#inForce();
    const { hash } = ruleSet;
    const kept =
      "SELECT hash, part, since, until FROM rule_sets WHERE hash <> ? ORDER BY since, hash, part LIMIT 1 OFFSET ?";
    const before = firstRow<{ hash: string; part: number; since: number; until: number | null }>(
      this.#sql,
      kept,
      hash,
      index,
    );
    const next = (text: string, isLast: boolean): ExportPage => ({
      lines: text,
      events: 0,
      cursor: isLast ? "opt-outs." : `rules.${index + 1}`,
    });
    if (before) {
      const rules = "SELECT rules FROM rule_sets WHERE hash = ? AND part = ?";
      const found = firstRow<{ rules: string }>(this.#sql, rules, before.hash, before.part);
      return next(rulesLine(before, found?.rules ?? "[]"), false);
    }
    const counted = firstRow<{ n: number }>(this.#sql, "SELECT COUNT(*) AS n FROM rule_sets WHERE hash <> ?", hash);
    const part = index - (counted?.n ?? 0);
    const parts = ruleSets.partsOf(ruleSet, locationId);
    const since = firstRow<{ since: number }>(this.#sql, "SELECT since FROM rule_sets WHERE hash = ? LIMIT 1", hash);
    const text = rulesLine({ hash, part, since: since?.since ?? null }, parts[part] ?? "[]");
    return next(text, part + 1 >= parts.length);
  }

  /** What contacts do not want, contact by contact. */
  #optOuts(after: string): ExportPage {
    const found = rows<OptOutRow>(
      this.#sql,
      `SELECT contact_id, channel, why, since, event_key, ifnull(last_at, since) AS last_at, ifnull(last_key, event_key) AS last_key,
         (SELECT received_at FROM events WHERE events.contact_id = opt_outs.contact_id AND key = event_key
           AND record IS NOT NULL AND json_extract(record, '$.dropped') IS NULL) AS recorded_at
       FROM opt_outs WHERE contact_id > ? ORDER BY contact_id, channel, why LIMIT ?`,
      after,
      OPT_OUTS_AT_ONCE,
    );
    const last = found.at(-1)?.contact_id;
    // The last contact may go on behind the page.
    const isMore = found.length === OPT_OUTS_AT_ONCE && last !== found[0]?.contact_id;
    const told = isMore ? found.filter(({ contact_id }) => contact_id !== last) : found;
    const to = told.at(-1)?.contact_id ?? "";
    return {
      lines: told.map((row) => `${JSON.stringify(optOutOf(row))}\n`).join(""),
      events: 0,
      cursor: isMore ? `opt-outs.${encoded(to)}` : "events.",
    };
  }

  async #events(query: ExportQuery, at: string): Promise<ExportPage> {
    let cursor = `events.${at}`;
    const { places, isAll } = this.#found?.from === cursor ? this.#found : this.#placesAfter(query, at);
    const lines: string[] = [];
    const told = new Set<string>();
    let [bytes, used] = [0, 0];
    for (const place of places) {
      const known = told.has(place.contactId) ? "" : this.#contactLine(query.locationId, place.contactId);
      told.add(place.contactId);
      const text = known + (await this.#eventLines(place, query.isWhole === true));
      lines.push(text);
      bytes += bytesOf(text);
      used += 1;
      cursor = `events.${place.seq}.${encoded(place.key)}`;
      if (bytes > PAGE_BYTES) break;
    }
    const left = places.slice(used);
    this.#found = left.length > 0 ? { from: cursor, places: left, isAll } : null;
    const isLast = left.length === 0 && isAll;
    const next = isLast ? (query.isWhole === true ? "rows.events." : null) : cursor;
    return { lines: lines.join(""), events: used, cursor: next };
  }

  /** What stands in no other line, table by table. */
  #rows(at: string): ExportPage {
    const [table = "", from = ""] = at.split(/\.(.*)/s, 2);
    const tables = Object.keys(BESIDE_EVENTS);
    const key = BESIDE_EVENTS[table] ?? "";
    const after = from === "" ? [] : from.split(",").map(decodeURIComponent);
    const behind = from === "" ? "" : ` AND (${key}) > (${after.map(() => "?").join()})`;
    const all = `SELECT * FROM ${table} WHERE ${ONLY[table] ?? "1"}${behind} ORDER BY ${key}`;
    const texts: string[] = [];
    let bytes = 0;
    const nextTable = tables[tables.indexOf(table) + 1];
    let next = nextTable === undefined ? null : `rows.${nextTable}.`;
    for (const row of eachRow<MovedRow>(this.#sql, all, ...after)) {
      const text = textOf(row);
      texts.push(text);
      if ((bytes += bytesOf(text)) <= PAGE_BYTES) continue;
      next = `rows.${table}.${key
        .split(", ")
        .map((column) => encoded(String(row[column])))
        .join()}`;
      break;
    }
    const lines = `{"type":"rows","tables":${LEDGER_MIGRATIONS.length},"rows":{"${table}":[${texts.join()}]}}\n`;
    return { lines, events: 0, cursor: next };
  }

  #placesAfter({ since, until }: ExportQuery, at: string): Omit<Found, "from"> {
    const [seq = "", key = ""] = at.split(/\.(.*)/s, 2);
    const places = rows<Place>(
      this.#sql,
      `SELECT seq, key, contact_id AS contactId FROM events WHERE record IS NOT NULL AND (seq, key) > (?, ?)
       AND received_at >= ? AND received_at < ? ORDER BY seq, key LIMIT ?`,
      Number(seq),
      decodeURIComponent(key),
      since === undefined ? 0 : Date.parse(since),
      Date.parse(until),
      PLACES_AT_ONCE,
    );
    return { places, isAll: places.length < PLACES_AT_ONCE };
  }

  /** What is known of a contact; nothing if nothing is. */
  #contactLine(locationId: string, contactId: string): string {
    const { contact, location } = shownContact(this.#sql, locationId, contactId, 0);
    if (contact === null && location === null) return "";
    return `${JSON.stringify({ type: "contact", contactId, contact, location } satisfies ExportedContact)}\n`;
  }

  /** An event, as it is now, and its deliveries; nothing if it was erased meanwhile. */
  async #eventLines({ contactId, key }: Place, isWhole: boolean): Promise<string> {
    const found = firstRow<EventRow>(
      this.#sql,
      `SELECT record, chain, fired, channel, outcome, message_key AS messageKey,
         json_extract(record, '$.decision.decidedAt') AS decidedAt, json_extract(record, '$.event.locationId') AS locationId,
         json_extract(record, '$.dropped') AS dropped
       FROM events WHERE contact_id = ? AND key = ? AND record IS NOT NULL`,
      contactId,
      key,
    );
    if (!found) return "";
    const { record, chain, fired, channel, outcome, messageKey, decidedAt, locationId, dropped } = found;
    const told = dropped === null ? "" : `,"told":${JSON.stringify({ channel, outcome, messageKey })}`;
    // The record is an object: what it holds follows in the line.
    const line = `{"type":"event","chain":${JSON.stringify(chain)}${told},${record.slice(1)}\n`;
    const prefix = fired === "[]" ? null : await deliveryIdPrefix({ locationId, contactId, key }, decidedAt);
    const deliveries = prefix === null ? "" : this.#deliveryLines(prefix);
    return line + deliveries + (isWhole ? this.#rowsOf(contactId, key, prefix) : "");
  }

  /** The rows of an event and of its deliveries, read in one turn, but for the record, which its line has. */
  #rowsOf(contactId: string, key: string, prefix: string | null): string {
    const own = "SELECT * FROM events WHERE contact_id = ? AND key = ? AND record IS NOT NULL";
    const events = rows<MovedRow>(this.#sql, own, contactId, key).map((row) => ({ ...row, record: null }));
    const moved: { [table: string]: readonly MovedRow[] } = { events };
    for (const [table, id] of prefix === null ? [] : Object.entries(OF_DELIVERIES)) {
      const ofThose = `SELECT * FROM ${table} WHERE ${id} >= ? AND ${id} < ? ORDER BY ${id}`;
      const found = rows<MovedRow>(this.#sql, ofThose, prefix, `${prefix}~`);
      if (found.length > 0) moved[table] = found;
    }
    return `${textOf({ type: "rows", rows: moved } satisfies ExportedRows)}\n`;
  }

  #deliveryLines(prefix: string): string {
    const found = rows<DeliveryRow>(
      this.#sql,
      `SELECT id, event_key AS eventKey, contact_id AS contactId, rule, plan, state, due_at, ended_at, cancelled_by, has_left,
         interrupted_at
       FROM deliveries WHERE id >= ? AND id < ? ORDER BY id`,
      prefix,
      `${prefix}~`,
    );
    return found.map((row) => `${JSON.stringify(this.#delivery(row))}\n`).join("");
  }

  #delivery({ plan, due_at, ended_at, cancelled_by, has_left, interrupted_at, ...row }: DeliveryRow): ExportedDelivery {
    const { action = null, window, breaker } = readPlan(plan) ?? {};
    return {
      type: "delivery",
      ...row,
      action,
      window,
      breaker,
      dueAt: timeOf(due_at),
      endedAt: timeOf(ended_at),
      cancelledBy: cancelled_by === null ? null : (JSON.parse(cancelled_by) as CancelledBy),
      hasLeft: has_left === 1 || row.state === "sent",
      ...(interrupted_at === null ? {} : { interruptedAt: new Date(interrupted_at).toISOString() }),
      ...this.#sent(row.id),
      attempts: attemptsOf(this.#sql, row.id),
    };
  }

  #sent(id: string): Pick<ExportedDelivery, "messageId" | "released"> {
    const sent = `SELECT ifnull(message_id, email_message_id) AS messageId, released FROM sends WHERE delivery_id = ?1
      UNION ALL SELECT NULL, released FROM changes WHERE delivery_id = ?1`;
    const found = firstRow<{ messageId: string | null; released: number }>(this.#sql, sent, id);
    return {
      ...(found?.messageId ? { messageId: found.messageId } : {}),
      ...(found?.released === 1 ? { released: true } : {}),
    };
  }
}

interface OptOutRow {
  contact_id: string;
  channel: ExportedOptOut["channel"];
  why: OptOutReason;
  since: number;
  event_key: string;
  last_at: number;
  last_key: string;
  recorded_at: number | null;
}

interface EventRow {
  record: string;
  chain: string | null;
  fired: string;
  channel: string | null;
  outcome: string | null;
  messageKey: string | null;
  decidedAt: string;
  locationId: string;
  dropped: string | null;
}

interface DeliveryRow {
  id: string;
  eventKey: string;
  contactId: string;
  rule: string;
  plan: string;
  state: DeliveryState;
  due_at: number | null;
  ended_at: number | null;
  cancelled_by: string | null;
  has_left: number;
  interrupted_at: number | null;
}

/** As JSON, without what is null. */
function textOf(value: object): string {
  return JSON.stringify(value, (_, one: unknown) => one ?? undefined);
}

/** As a part of a cursor. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

interface RulesPart {
  readonly hash: string;
  readonly part: number;
  readonly since: number | null;
  readonly until?: number | null;
}

function rulesLine({ hash, part, since, until = null }: RulesPart, rules: string): string {
  const told = until === null ? "" : `,"until":${JSON.stringify(timeOf(until))}`;
  return `{"type":"rules","ruleSet":${JSON.stringify(hash)},"part":${part},"since":${JSON.stringify(timeOf(since))}${told},"rules":${rules}}\n`;
}

function optOutOf({ contact_id, channel, why, since, ...row }: OptOutRow): ExportedOptOut {
  return {
    type: "opt-out",
    contactId: contact_id,
    channel,
    why,
    since: new Date(since).toISOString(),
    eventKey: row.event_key,
    recordedAt: timeOf(row.recorded_at),
    lastAt: new Date(row.last_at).toISOString(),
    lastKey: row.last_key,
  };
}

function timeOf(atMs: SqlValue): string | null {
  return typeof atMs === "number" ? new Date(atMs).toISOString() : null;
}
