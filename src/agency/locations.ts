// The locations of an agency, and how far each is: one row for each that HighLevel has named.
import type { InstalledLocation } from "../highlevel/agency.ts";
import { firstRow, rows, type Sql } from "../ledger/store/ports.ts";

/** How far a location is. */
export type LocationState =
  | "wanting" // its token is asked for next
  | "given" // it has one that was asked for with the agency's
  | "own" // it has another, which stays
  | "outside" // ALLOWED_LOCATIONS does not admit it
  | "refused" // HighLevel gave none: asked again with the next list
  | "left"; // the app was uninstalled there

/** A location as it stands. */
export interface LocationRow {
  readonly location_id: string;
  readonly name: string | null;
  readonly state: LocationState;
  /** Since when, milliseconds since 1970. */
  readonly state_at: number;
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
export function put(sql: Sql, locationId: string, state: LocationState, atMs: number): void {
  sql.exec(
    "INSERT INTO locations (location_id, state, state_at) VALUES (?, ?, ?) ON CONFLICT (location_id) DO UPDATE SET state = excluded.state, state_at = excluded.state_at",
    locationId,
    state,
    atMs,
  );
}

/** Moves a location on from the row that was read, if it still stands: meanwhile the app may have been uninstalled there. */
export function settle(sql: Sql, row: LocationRow, state: LocationState, atMs: number): void {
  sql.exec(
    "UPDATE locations SET state = ?, state_at = ? WHERE location_id = ? AND state = ? AND state_at = ?",
    state,
    atMs,
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
const WANTS: { readonly [state in LocationState]: (listed: Listed) => boolean } = {
  wanting: () => false,
  given: ({ isFirst }) => isFirst,
  own: ({ isFirst }) => isFirst,
  outside: ({ isAdmitted }) => isAdmitted,
  refused: () => true,
  left: ({ isBack }) => isBack,
};
