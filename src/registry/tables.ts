// The tables of the registry. A long text is kept in parts: a row holds two megabytes.
export const REGISTRY_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE versions (version INTEGER PRIMARY KEY, rule_set TEXT NOT NULL, at INTEGER NOT NULL, author TEXT, note TEXT NOT NULL, rules INTEGER NOT NULL, admitted_by TEXT NOT NULL);
  CREATE INDEX versions_of_set ON versions (rule_set, version);
  CREATE TABLE texts (version INTEGER NOT NULL, name TEXT NOT NULL, part INTEGER NOT NULL, text TEXT NOT NULL, PRIMARY KEY (version, name, part)) WITHOUT ROWID;
  CREATE TABLE changes (change INTEGER PRIMARY KEY, at INTEGER NOT NULL, by TEXT, what TEXT NOT NULL, version INTEGER, reason TEXT NOT NULL, in_force TEXT NOT NULL, back INTEGER NOT NULL);
  CREATE TABLE locations (location_id TEXT PRIMARY KEY, change INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX locations_by_change ON locations (change);
  `,
];
