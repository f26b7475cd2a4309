// The tables of an agency: its token as a ledger keeps a location's, and the locations that are its.
export const AGENCY_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE tokens (id INTEGER PRIMARY KEY CHECK (id = 1), source TEXT NOT NULL, sealed TEXT, expires_at INTEGER, company_id TEXT, app_id TEXT, scopes TEXT NOT NULL, stored_at INTEGER NOT NULL, state TEXT NOT NULL, state_at INTEGER NOT NULL, refreshed_at INTEGER, refresh_began_at INTEGER);
  CREATE TABLE uninstalls (event_key TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE locations (location_id TEXT PRIMARY KEY, name TEXT, state TEXT NOT NULL, state_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX locations_wanting ON locations (location_id) WHERE state = 'wanting';
  `,
  // What HighLevel answered where it gave no token.
  "ALTER TABLE locations ADD COLUMN why TEXT;",
];
