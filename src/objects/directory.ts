// The directory: which locations there are, and what was signed but names none. One object for a deployment; a
// location's ledger writes to it once a day. `model/rpc.ts` says what each call answers.
import type { Alert, PlacedAlert, VersionedAlerts } from "../model/alert.ts";
import type { Everywhere, EverywhereAnswer, Pause } from "../model/pause.ts";
import type { JsonObject } from "../kit/json.ts";
import type { AuditNote, ReleasedBy } from "../model/audit.ts";
import type { KnownAgency } from "../model/agency.ts";
import type { Answering, DirectoryCalls } from "../model/rpc.ts";
import type { SetAside, IgnoredKind, KnownLocation, LocationQuery, PageQuery, Quarantined } from "../model/ledger.ts";
import * as audit from "../ledger/log/audit.ts";
import * as quarantine from "../ledger/log/quarantine.ts";
import { firstRow, rows, type LedgerStorage } from "../ledger/store/ports.ts";
import { DIRECTORY_MIGRATIONS, migrate } from "../ledger/store/schema.ts";
import { PausedEverywhere, type EverywherePorts } from "./everywhere.ts";

const DAY_MS = 86_400_000;
/** How often the watchdog runs: wrangler.toml, [triggers]. */
const TURN_MS = 300_000;
/** How many of them an hour has, and in which of them a location has its turn: by its id, whose end is by chance. */
const TURNS = 12;
const TURN_OF = `(unicode(substr(location_id, -1)) + 7 * unicode(substr('0' || location_id, -2, 1))) % ${TURNS}`;
/** Of `is_open`: nothing waits, but HighLevel's export is looked through once an hour. */
const HOURLY = 2;

const INSTALLED = "agencies WHERE left_at IS NULL";
const KNOWN_AGENCIES = "SELECT company_id AS companyId, left_at AS leftAt FROM agencies";
interface AgencyRow {
  companyId: string;
  leftAt: number | null;
}

export class LocationDirectory implements Answering<DirectoryCalls> {
  readonly #storage: Pick<LedgerStorage, "sql" | "transactionSync">;
  readonly #clock: () => number;
  readonly #retentionMs: number;
  readonly #everywhere: PausedEverywhere;

  constructor(
    storage: Pick<LedgerStorage, "sql" | "transactionSync" | "setAlarm">,
    ports: EverywherePorts,
    retentionMs: number,
  ) {
    this.#storage = storage;
    this.#clock = ports.clock;
    this.#retentionMs = retentionMs;
    this.#everywhere = new PausedEverywhere(storage, ports);
    migrate(storage, DIRECTORY_MIGRATIONS);
  }

  everywhere(): Everywhere {
    return this.#everywhere.current();
  }

  async pauseEverywhere(note: AuditNote, rule: string, pause: Pause | null): Promise<EverywhereAnswer> {
    const before = { pause: this.everywhere().pauses.find((one) => one.rule === rule) ?? null };
    if (pause === null && before.pause === null) return this.#everywhere.set(rule, null);
    return audit.acted(this.#storage.sql, note, this.#clock(), audit.summary(before), () =>
      this.#everywhere.set(rule, pause),
    );
  }

  audit(query: PageQuery): ReturnType<typeof audit.list> {
    return audit.list(this.#storage.sql, query);
  }

  actionBegins(note: AuditNote): number {
    return audit.begin(this.#storage.sql, note, this.#clock());
  }

  actionEnds(id: number, after: JsonObject | null): void {
    audit.end(this.#storage.sql, id, after);
  }

  /** Tells locations what they do not know yet. Never rejects. */
  alarm(): Promise<void> {
    return this.#everywhere.run();
  }

  watchdog(isNow = false): number | null {
    const { sql } = this.#storage;
    if (isNow) sql.exec("INSERT OR REPLACE INTO watchdog VALUES (1, ?)", this.#clock());
    return firstRow<{ at: number }>(sql, "SELECT at FROM watchdog")?.at ?? null;
  }

  announce(locationId: string, name: string | null = null): void {
    const now = this.#clock();
    quarantine.forgetBefore(this.#storage.sql, now - this.#retentionMs);
    audit.forgetBefore(this.#storage.sql, now - this.#retentionMs);
    this.#storage.sql.exec(
      "INSERT INTO locations (location_id, first_seen, last_seen) VALUES (?, ?, ?) ON CONFLICT (location_id) DO UPDATE SET last_seen = excluded.last_seen, is_open = 1",
      locationId,
      now,
      now,
    );
    this.#everywhere.joined(locationId);
    if (name !== null) this.named(locationId, name);
  }

  installed(locationId: string, companyId: string | null, name: string | null = null): void {
    this.announce(locationId, name);
    this.#storage.sql.exec("UPDATE locations SET company_id = ? WHERE location_id = ?", companyId, locationId);
  }

  forget(locationId: string): void {
    this.#storage.sql.exec("DELETE FROM locations WHERE location_id = ?", locationId);
  }

  named(locationId: string, name: string): void {
    const statement = "UPDATE locations SET name = ?1 WHERE location_id = ?2 AND name IS NOT ?1";
    this.#storage.sql.exec(statement, name, locationId);
  }

  uninstalled(locationId: string): void {
    this.#storage.sql.exec("UPDATE locations SET company_id = NULL WHERE location_id = ?", locationId);
  }

  ofCompany(companyId: string, limit: number): string[] {
    const found = "SELECT location_id AS id FROM locations WHERE company_id = ? ORDER BY location_id LIMIT ?";
    return rows<{ id: string }>(this.#storage.sql, found, companyId, limit).map(({ id }) => id);
  }

  companyOf(locationId: string): string | null {
    const found = "SELECT company_id AS id FROM locations WHERE location_id = ?";
    return firstRow<{ id: string | null }>(this.#storage.sql, found, locationId)?.id ?? null;
  }

  agency(companyId: string, isInstalled: boolean): void {
    const { sql } = this.#storage;
    if (!isInstalled)
      return void sql.exec("UPDATE agencies SET left_at = ? WHERE company_id = ?", this.#clock(), companyId);
    sql.exec(
      "INSERT INTO agencies (company_id) VALUES (?) ON CONFLICT (company_id) DO UPDATE SET left_at = NULL",
      companyId,
    );
  }

  knownAgencies({ cursor = "", limit }: PageQuery): { agencies: KnownAgency[]; cursor: string | null } {
    const page = `${KNOWN_AGENCIES} WHERE company_id > ? ORDER BY company_id LIMIT ?`;
    const found = rows<AgencyRow>(this.#storage.sql, page, cursor, limit + 1).map(toAgency);
    const agencies = found.slice(0, limit);
    return { agencies, cursor: found.length > limit ? (agencies.at(-1)?.companyId ?? null) : null };
  }

  knownAgency(companyId: string): KnownAgency | null {
    const row = firstRow<AgencyRow>(this.#storage.sql, `${KNOWN_AGENCIES} WHERE company_id = ?`, companyId);
    return row ? toAgency(row) : null;
  }

  agencies(count: number): string[] {
    const { sql } = this.#storage;
    const all = firstRow<{ n: number }>(sql, `SELECT COUNT(*) AS n FROM ${INSTALLED}`)?.n ?? 0;
    const part = `SELECT company_id AS id FROM ${INSTALLED} ORDER BY company_id LIMIT ? OFFSET ?`;
    return rows<{ id: string }>(sql, part, count, this.#turnOf(all, count) * count).map(({ id }) => id);
  }

  toPoke(count: number): string[] {
    const { sql } = this.#storage;
    const open = firstRow<{ n: number }>(sql, "SELECT COUNT(*) AS n FROM locations WHERE is_open = 1")?.n ?? 0;
    const turn = this.#turnOf(open, count);
    const part = "SELECT location_id AS id FROM locations WHERE is_open = 1 ORDER BY location_id LIMIT ? OFFSET ?";
    return rows<{ id: string }>(sql, part, count, turn * count).map(({ id }) => id);
  }

  toReconcile(count: number): string[] {
    const { sql } = this.#storage;
    const [turn, hour] = [Math.floor(this.#clock() / TURN_MS) % TURNS, Math.floor(this.#clock() / TURN_MS / TURNS)];
    const theirs = `is_open <> 0 AND ${TURN_OF} = ?`;
    const found = `SELECT COUNT(*) AS n FROM locations WHERE ${theirs}`;
    const parts = Math.max(1, Math.ceil((firstRow<{ n: number }>(sql, found, turn)?.n ?? 0) / count));
    const part = `SELECT location_id AS id FROM locations WHERE ${theirs} ORDER BY location_id LIMIT ? OFFSET ?`;
    return rows<{ id: string }>(sql, part, turn, count, (hour % parts) * count).map(({ id }) => id);
  }

  /** Which part of so many it is the turn of. From the clock, not memory: between two turns this object may be evicted. */
  #turnOf(all: number, count: number): number {
    return Math.floor(this.#clock() / TURN_MS) % Math.max(1, Math.ceil(all / count));
  }

  /** Only noted for locations that were not seen today: one write a location and day. */
  closed(locationIds: readonly string[], reconciled: readonly string[] = []): void {
    const today = this.#clock() - (this.#clock() % DAY_MS);
    const isHourly = new Set(reconciled);
    for (const id of locationIds)
      this.#storage.sql.exec(
        "UPDATE locations SET is_open = ?1 WHERE location_id = ?2 AND is_open <> 0 AND is_open <> ?1 AND last_seen < ?3",
        isHourly.has(id) ? HOURLY : 0,
        id,
        today,
      );
  }

  alerted(locationId: string, { version, open, alerts }: VersionedAlerts): void {
    this.#storage.sql.exec(
      `INSERT INTO alerts (location_id, version, open, alerts) VALUES (?, ?, ?, ?) ON CONFLICT (location_id) DO UPDATE
       SET version = excluded.version, open = excluded.open, alerts = excluded.alerts WHERE excluded.version > version`,
      locationId,
      version,
      open,
      JSON.stringify(alerts),
    );
  }

  alerts({ cursor = "", limit }: PageQuery): { alerts: PlacedAlert[]; cursor: string | null } {
    const found = rows<{ id: string; name: string | null; alerts: string }>(
      this.#storage.sql,
      `SELECT alerts.location_id AS id, name, alerts FROM alerts LEFT JOIN locations USING (location_id)
       WHERE alerts.location_id > ? ORDER BY alerts.location_id LIMIT ?`,
      cursor,
      limit + 1,
    );
    const page = found.slice(0, limit);
    const placed = page.flatMap(({ id: locationId, name, alerts }) =>
      (JSON.parse(alerts) as Alert[]).map((alert) => ({ locationId, name, ...alert })),
    );
    return { alerts: placed, cursor: found.length > limit ? (page.at(-1)?.id ?? null) : null };
  }

  /** `search` is part of an id or a name, ignoring case. */
  locations({ cursor, limit, search = "" }: LocationQuery): { locations: KnownLocation[]; cursor: string | null } {
    const found = rows<{
      location_id: string;
      name: string | null;
      company_id: string | null;
      first_seen: number;
      last_seen: number;
    }>(
      this.#storage.sql,
      "SELECT location_id, name, company_id, first_seen, last_seen FROM locations WHERE location_id > ?1 AND (instr(lower(location_id), lower(?2)) > 0 OR instr(lower(name), lower(?2)) > 0) ORDER BY location_id LIMIT ?3",
      cursor ?? "",
      search,
      limit + 1,
    );
    const page = found.slice(0, limit).map((row) => ({
      locationId: row.location_id,
      name: row.name,
      companyId: row.company_id,
      firstSeen: new Date(row.first_seen).toISOString(),
      lastSeen: new Date(row.last_seen).toISOString(),
    }));
    return { locations: page, cursor: found.length > limit ? (page.at(-1)?.locationId ?? null) : null };
  }

  quarantine(item: Quarantined): SetAside {
    quarantine.forgetBefore(this.#storage.sql, this.#clock() - this.#retentionMs);
    quarantine.keep(this.#storage.sql, item);
    return { status: "held" };
  }

  quarantined(query: PageQuery): ReturnType<typeof quarantine.list> {
    return quarantine.list(this.#storage.sql, query);
  }

  findQuarantined(id: string): Quarantined | undefined {
    return quarantine.find(this.#storage.sql, id);
  }

  release(id: string, done?: ReleasedBy): void {
    quarantine.release(this.#storage.sql, id);
    if (done) audit.ingested(this.#storage.sql, done, this.#clock());
  }

  eraseContact(contactId: string): number {
    return quarantine.eraseContact(this.#storage.sql, contactId);
  }

  countIgnored(kind: string): SetAside {
    quarantine.countIgnored(this.#storage.sql, kind, this.#clock());
    return { status: "held" };
  }

  ignored(): IgnoredKind[] {
    return quarantine.ignoredCounts(this.#storage.sql);
  }
}

function toAgency({ companyId, leftAt }: AgencyRow): KnownAgency {
  return { companyId, isInstalled: leftAt === null };
}
