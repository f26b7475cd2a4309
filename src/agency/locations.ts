// The locations of an agency, and how far each is: one row for each that HighLevel has named.
import { isoOf } from "../kit/moment.ts";
import type { InstalledLocation } from "../highlevel/agency.ts";
import {
  AGENCY_LOCATION_STATES,
  type AgencyLocationState,
  type AgencyQuery,
  type AgencyTold,
} from "../model/agency.ts";
import { firstRow, rows, type Sql } from "../ledger/store/ports.ts";

/** A location as it stands. */
export interface LocationRow {
  readonly location_id: string;
  readonly name: string | null;
  readonly state: AgencyLocationState;
  /** Since when, milliseconds since 1970. */
  readonly state_at: number;
  /** What HighLevel answered where it gave no token. */
  readonly why: string | null;
}

/** A location; `undefined`: nobody has named it. */
export function find(sql: Sql, locationId: string): LocationRow | undefined {
  return firstRow<LocationRow>(sql, "SELECT * FROM locations WHERE location_id = ?", locationId);
}

/** Some of those that want a token. */
export function wanting(sql: Sql, limit: number): readonly LocationRow[] {
  return rows<LocationRow>(sql, "SELECT * FROM locations WHERE state = 'wanting' ORDER BY location_id LIMIT ?", limit);
}

/** Puts a location into a state. */
export function put(sql: Sql, locationId: string, state: AgencyLocationState, atMs: number): void {
  sql.exec(
    "INSERT INTO locations (location_id, state, state_at) VALUES (?, ?, ?) ON CONFLICT (location_id) DO UPDATE SET state = excluded.state, state_at = excluded.state_at",
    locationId,
    state,
    atMs,
  );
}

/** Moves a location on from the row that was read, if it still stands: meanwhile the app may have been uninstalled there. */
export function settle(
  sql: Sql,
  row: LocationRow,
  state: AgencyLocationState,
  atMs: number,
  why: string | null = null,
): void {
  sql.exec(
    "UPDATE locations SET state = ?, state_at = ?, why = ? WHERE location_id = ? AND state = ? AND state_at = ?",
    state,
    atMs,
    why,
    row.location_id,
    row.state,
    row.state_at,
  );
}

/** The app was uninstalled everywhere. */
export function leaveAll(sql: Sql, atMs: number): void {
  sql.exec("UPDATE locations SET state = 'left', state_at = ? WHERE state <> 'left'", atMs);
}

/**
 * Takes in what HighLevel lists. A list that follows an installation asks for every location; one of the hours between,
 * for those that have no token yet, and for one that left only if it came back since. Nothing new writes no row.
 */
export function list(
  sql: Sql,
  { id, name, installedAtMs }: InstalledLocation,
  { isFirst, isAdmitted, nowMs }: { readonly isFirst: boolean; readonly isAdmitted: boolean; readonly nowMs: number },
): void {
  const row = find(sql, id);
  const isBack = isFirst || (installedAtMs !== null && row !== undefined && installedAtMs > row.state_at);
  if (row === undefined || WANTS[row.state]({ isFirst, isAdmitted, isBack })) put(sql, id, "wanting", nowMs);
  if (name !== null && row?.name !== name) sql.exec("UPDATE locations SET name = ? WHERE location_id = ?", name, id);
}

interface Listed {
  readonly isFirst: boolean;
  readonly isAdmitted: boolean;
  readonly isBack: boolean;
}

/** Whether a location in a state that HighLevel lists is to be asked for. */
const WANTS: { readonly [state in AgencyLocationState]: (listed: Listed) => boolean } = {
  wanting: () => false,
  given: ({ isFirst }) => isFirst,
  own: ({ isFirst }) => isFirst,
  outside: ({ isAdmitted }) => isAdmitted,
  refused: () => true,
  left: ({ isBack }) => isBack,
};

/** How many there are in each state, and a page of them by id. */
export function told(
  sql: Sql,
  { state, cursor = "", limit }: AgencyQuery,
): Pick<AgencyTold, "counts" | "locations" | "cursor"> {
  const counted = rows<{ state: string; n: number }>(sql, "SELECT state, COUNT(*) AS n FROM locations GROUP BY state");
  const numbers = new Map(counted.map(({ state: one, n }) => [one, n]));
  const page = `SELECT * FROM locations WHERE location_id > ?1 AND state = ifnull(?2, state) ORDER BY location_id LIMIT ?3`;
  const found = rows<LocationRow>(sql, page, cursor, state ?? null, limit + 1);
  const shown = found.slice(0, limit);
  return {
    counts: Object.fromEntries(
      AGENCY_LOCATION_STATES.map((one) => [one, numbers.get(one) ?? 0]),
    ) as AgencyTold["counts"],
    locations: shown.map(({ location_id: locationId, name, state: its, state_at: sinceMs, why }) => ({
      locationId,
      name,
      state: its,
      since: isoOf(sinceMs),
      why: its === "refused" ? why : null,
    })),
    cursor: found.length > limit ? (shown.at(-1)?.location_id ?? null) : null,
  };
}
