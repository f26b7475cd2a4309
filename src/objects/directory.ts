// The directory: which locations there are, with what their ledgers tell, and what was signed but names none. It is divided
// (parts.ts): an object of this class is a part, with the rows of its locations, which it looks after (pass.ts), or the one
// that has the rest, and passes on the rows that were in it before. `model/rpc.ts` says what each call answers.
import { isoOf } from "../kit/moment.ts";
import type { Alert, PlacedAlert, VersionedAlerts } from "../model/alert.ts";
import type { Everywhere, EverywhereAnswer, Pause } from "../model/pause.ts";
import type { JsonObject } from "../kit/json.ts";
import type { AuditNote, ReleasedBy } from "../model/audit.ts";
import type { KnownAgency } from "../model/agency.ts";
import type { Home, HomeQuery, PassedLocation } from "../model/home.ts";
import { logError } from "../model/log-line.ts";
import type { Answering, DirectoryCalls } from "../model/rpc.ts";
import { seen, unaccented } from "../model/search.ts";
import type { SetAside, IgnoredKind, KnownLocation, LocationQuery, PageQuery, Quarantined } from "../model/ledger.ts";
import * as audit from "../ledger/log/audit.ts";
import * as quarantine from "../ledger/log/quarantine.ts";
import { Alarm } from "../ledger/store/alarm.ts";
import { firstRow, rows, type LedgerStorage } from "../ledger/store/ports.ts";
import { DIRECTORY_MIGRATIONS, migrate } from "../ledger/store/schema.ts";
import { PausedEverywhere, type EverywherePorts, type ToldCount } from "./everywhere.ts";
import { homeOf, type HomeRow } from "./home.ts";
import { HUB_NAME, PART_NAMES, partOf } from "./parts.ts";
import { Pass, type Poke } from "./pass.ts";

/** How often the watchdog runs: wrangler.toml, [triggers]. */
const TURN_MS = 300_000;
/** How long to wait after an alarm that failed. */
const BREATH_MS = 10_000;
const PASSED_AT_ONCE = 500;
/** Not passed on yet: what is passed on is asked of the part that has it. */
const UNPASSED = "passed IS NOT last_seen";
/** How many alerts of a location are open. */
const ALERTS = "coalesce((SELECT open FROM alerts WHERE alerts.location_id = locations.location_id), 0)";
const NAME = "coalesce(given_name, name)";
/** Whether an id or a name has a part, ignoring accents, and case in any alphabet: SQLite does that from A to Z alone. */
function fits(part = ""): (row: { readonly name: string | null; readonly locationId: string }) => boolean {
  const alike = (text: string): string => unaccented(text).toLowerCase();
  const wanted = alike(seen(part));
  return ({ locationId, name }) => alike(`${locationId}\n${name ?? ""}`).includes(wanted);
}

/** What the directory works with. */
export interface DirectoryPorts extends EverywherePorts {
  readonly poke: Poke;
  /** Another object of the directory, by name. */
  readonly object: (name: string) => Pick<DirectoryCalls, "take" | "forget">;
}

const INSTALLED = "agencies WHERE left_at IS NULL";
const KNOWN_AGENCIES = "SELECT company_id AS companyId, left_at AS leftAt FROM agencies";
interface AgencyRow {
  companyId: string;
  leftAt: number | null;
}

export class LocationDirectory implements Answering<DirectoryCalls> {
  readonly #storage: Pick<LedgerStorage, "sql" | "transactionSync">;
  readonly #ports: DirectoryPorts;
  readonly #clock: () => number;
  readonly #retentionMs: number;
  readonly #everywhere: PausedEverywhere;
  readonly #pass: Pass;
  readonly #alarm: Alarm;
  readonly #isHub: boolean;

  constructor(storage: LedgerStorage, ports: DirectoryPorts, retentionMs: number) {
    this.#storage = storage;
    this.#ports = ports;
    this.#clock = ports.clock;
    this.#retentionMs = retentionMs;
    this.#isHub = ports.part !== undefined;
    this.#everywhere = new PausedEverywhere(storage, ports);
    this.#pass = new Pass(storage, ports.clock, ports.poke);
    this.#alarm = new Alarm(storage, ports.clock, () => this.#nextAt());
    migrate(storage, DIRECTORY_MIGRATIONS);
    if (this.#isHub)
      for (const name of PART_NAMES) storage.sql.exec("INSERT OR IGNORE INTO parts (location_id) VALUES (?)", name);
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

  learn(everywhere: Everywhere): Promise<ToldCount> {
    return this.#everywhere.learn(everywhere);
  }

  watchdog(isNow = false): number | null {
    const { sql } = this.#storage;
    if (isNow) sql.exec("INSERT OR REPLACE INTO watchdog VALUES (1, ?)", this.#clock());
    return firstRow<{ at: number }>(sql, "SELECT at FROM watchdog")?.at ?? null;
  }

  /** Does what is due, then sets the next alarm. Never rejects. */
  async alarm(): Promise<void> {
    this.#alarm.rings();
    const work = [this.#everywhere.run(), this.#passOn(), ...(this.#isHub ? [] : [this.#pass.run()])];
    const failures = (await Promise.allSettled(work)).filter((one) => one.status === "rejected");
    for (const { reason } of failures) logError("The directory's alarm failed and will be set again", {}, reason);
    if (failures.length > 0) this.#alarm.set(this.#clock() + BREATH_MS);
    else await this.#alarm.repair();
  }

  /** Once a turn: sets the alarm anew, which may be lost, and forgets what is old. */
  async wake(): Promise<void> {
    quarantine.forgetBefore(this.#storage.sql, this.#clock() - this.#retentionMs);
    audit.forgetBefore(this.#storage.sql, this.#clock() - this.#retentionMs);
    await this.#alarm.renew();
  }

  async announce(locationId: string, name: string | null = null): Promise<void> {
    const now = this.#clock();
    this.#storage.sql.exec(
      `INSERT INTO locations (location_id, first_seen, last_seen) VALUES (?, ?, ?) ON CONFLICT (location_id) DO UPDATE
       SET passed = iif(${UNPASSED}, passed, excluded.last_seen), last_seen = excluded.last_seen, is_open = 1`,
      locationId,
      now,
      now,
    );
    if (!this.#isHub) this.#everywhere.joined(locationId);
    if (name !== null) this.named(locationId, name);
    await this.#alarm.repair();
  }

  async installed(locationId: string, companyId: string | null, name: string | null = null): Promise<void> {
    await this.announce(locationId, name);
    this.#change(locationId, "company_id", companyId);
  }

  named(locationId: string, name: string): void {
    const statement = "UPDATE locations SET name = ?1 WHERE location_id = ?2 AND name IS NOT ?1";
    this.#storage.sql.exec(statement, name, locationId);
  }

  callIt(locationId: string, name: string | null): boolean {
    this.#change(locationId, "given_name", name);
    return this.isKnown(locationId);
  }

  uninstalled(locationId: string): void {
    this.#change(locationId, "company_id", null);
  }

  /** What a part changes is passed on again. */
  #change(locationId: string, column: "company_id" | "given_name", value: string | null): void {
    const statement = `UPDATE locations SET ${column} = ?1, passed = NULL WHERE location_id = ?2 AND ${column} IS NOT ?1`;
    this.#storage.sql.exec(statement, value, locationId);
  }

  isKnown(locationId: string): boolean {
    return firstRow(this.#storage.sql, "SELECT 1 FROM locations WHERE location_id = ?", locationId) !== undefined;
  }

  look(locationId: string): Promise<void> {
    return this.#pass.look(locationId);
  }

  forget(locationId: string): void {
    for (const table of ["locations", "alerts"])
      this.#storage.sql.exec(`DELETE FROM ${table} WHERE location_id = ?`, locationId);
    // What somebody called it, too; `location.delete` says that it was there.
    const named = "DELETE FROM audit WHERE action = 'location.name' AND about ->> 'location' = ?";
    this.#storage.sql.exec(named, locationId);
  }

  async take(passed: readonly PassedLocation[]): Promise<void> {
    this.#storage.transactionSync(() => {
      for (const { locationId, firstSeen, lastSeen, companyId, name, givenName, told } of passed)
        this.#storage.sql.exec(
          `INSERT INTO locations (location_id, first_seen, last_seen, company_id, name, given_name, told, passed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?3)
           ON CONFLICT (location_id) DO UPDATE SET first_seen = min(first_seen, ?2), is_open = 1,
           passed = iif(${UNPASSED}, passed, max(last_seen, ?3)), last_seen = max(last_seen, ?3),
           company_id = ${this.#isHub ? `iif(${UNPASSED}, coalesce(?4, company_id), ?4)` : "coalesce(company_id, ?4)"},
           name = coalesce(name, ?5), given_name = ${this.#isHub ? "?6" : "coalesce(given_name, ?6)"}`,
          locationId,
          firstSeen,
          lastSeen,
          companyId,
          name,
          givenName,
          told,
        );
    });
    await this.#alarm.repair();
  }

  /**
   * Passes rows on, a part of them at a time, to those who take them as often as they come: the one object that was the whole
   * directory to the parts, and a part to that one what it has that is new, so that a version before finds every location.
   */
  async #passOn(): Promise<void> {
    const { sql } = this.#storage;
    for (;;) {
      const some = rows<PassedLocation>(
        sql,
        `SELECT location_id AS locationId, first_seen AS firstSeen, last_seen AS lastSeen, company_id AS companyId, name, given_name AS givenName, told
         FROM locations INDEXED BY locations_unpassed WHERE ${UNPASSED} ORDER BY location_id LIMIT ${PASSED_AT_ONCE}`,
      );
      if (some.length === 0) return;
      const to = Map.groupBy(some, ({ locationId }) => (this.#isHub ? partOf(locationId) : HUB_NAME));
      await Promise.all([...to].map(([name, theirs]) => this.#ports.object(name).take(theirs)));
      for (const { locationId, lastSeen, companyId, givenName } of some) {
        const passed =
          "UPDATE locations SET passed = ?2 WHERE location_id = ?1 AND company_id IS ?3 AND given_name IS ?4";
        sql.exec(passed, locationId, lastSeen, companyId, givenName);
        // Forgotten meanwhile: there, too.
        if (!this.isKnown(locationId))
          await this.#ports.object(this.#isHub ? partOf(locationId) : HUB_NAME).forget(locationId);
      }
    }
  }

  /** When the next alarm is due, milliseconds since 1970; `null`: nothing is to be done. */
  #nextAt(): number | null {
    const { sql } = this.#storage;
    const isToPass = (): boolean => firstRow(sql, `SELECT 1 FROM locations WHERE ${UNPASSED} LIMIT 1`) !== undefined;
    if (this.#everywhere.isAnyUntold() || (this.#isHub && isToPass())) return this.#clock();
    return this.#isHub ? null : this.#pass.nextAt();
  }

  home(query: HomeQuery): Home {
    const found = `SELECT location_id AS locationId, ${NAME} AS name, state, told_at AS toldAt, ${ALERTS} AS alerts
      FROM locations WHERE ${this.#isHub ? UNPASSED : "1"}`;
    return homeOf(rows<HomeRow>(this.#storage.sql, found).filter(fits(query.search)), query, this.#clock());
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

  /** A version before asks this, which poked the ledgers itself. */
  toPoke(): string[] {
    return [];
  }

  toReconcile(): string[] {
    return [];
  }
  /** Which part of so many it is the turn of. From the clock, not memory: between two turns this object may be evicted. */
  #turnOf(all: number, count: number): number {
    return Math.floor(this.#clock() / TURN_MS) % Math.max(1, Math.ceil(all / count));
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
      `SELECT alerts.location_id AS id, ${NAME} AS name, alerts FROM alerts LEFT JOIN locations USING (location_id)
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
  locations({ cursor, limit, search }: LocationQuery): { locations: KnownLocation[]; cursor: string | null } {
    const found = rows<{
      locationId: string;
      name: string | null;
      companyId: string | null;
      firstSeen: number;
      lastSeen: number;
    }>(
      this.#storage.sql,
      `SELECT location_id AS locationId, ${NAME} AS name, company_id AS companyId, first_seen AS firstSeen, last_seen AS lastSeen
       FROM locations WHERE location_id > ? AND ${this.#isHub ? UNPASSED : "1"} ORDER BY location_id LIMIT ?`,
      cursor ?? "",
      search ? -1 : limit + 1,
    ).filter(fits(search));
    const page = found
      .slice(0, limit)
      .map((row) => ({ ...row, firstSeen: isoOf(row.firstSeen), lastSeen: isoOf(row.lastSeen) }));
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
