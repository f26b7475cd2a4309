// The tables of a ledger as its migrations leave them, so that a new one is made in a single step. Written by a test out of
// schema.ts: npx vitest run --project unit test/unit/ledger/tables.test.ts -u
export const LEDGER_TABLES = `
  CREATE TABLE deliveries (id TEXT PRIMARY KEY, event_key TEXT NOT NULL, contact_id TEXT NOT NULL, rule TEXT NOT NULL, plan TEXT NOT NULL, state TEXT NOT NULL, due_at INTEGER, tries INTEGER NOT NULL, cancelled_by TEXT, cancellable INTEGER NOT NULL DEFAULT 0, host TEXT NOT NULL DEFAULT '', give_up_at INTEGER, ended_at INTEGER, waits_from INTEGER) WITHOUT ROWID;
  CREATE TABLE attempts (delivery_id TEXT NOT NULL, n INTEGER NOT NULL, at INTEGER NOT NULL, status INTEGER, error TEXT, duration_ms INTEGER NOT NULL, answer TEXT, PRIMARY KEY (delivery_id, n)) WITHOUT ROWID;
  CREATE TABLE tasks (id TEXT PRIMARY KEY, contact_id TEXT NOT NULL, state TEXT NOT NULL, completed_at INTEGER, task TEXT NOT NULL, due_at INTEGER NOT NULL DEFAULT 9007199254740991) WITHOUT ROWID;
  CREATE TABLE task_writes (task_id TEXT PRIMARY KEY, location_id TEXT NOT NULL, task TEXT, due_at INTEGER NOT NULL, tries INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE quarantine (id TEXT PRIMARY KEY, event_key TEXT NOT NULL, received_at INTEGER NOT NULL, route TEXT NOT NULL, issues TEXT NOT NULL, contact_ids TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE ignored (kind TEXT NOT NULL, day TEXT NOT NULL, count INTEGER NOT NULL, last_at INTEGER, PRIMARY KEY (kind, day)) WITHOUT ROWID;
  CREATE TABLE firings (rule TEXT NOT NULL, at INTEGER NOT NULL, event_key TEXT NOT NULL, PRIMARY KEY (rule, at, event_key)) WITHOUT ROWID;
  CREATE TABLE events (contact_id TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL, channel TEXT, outcome TEXT, direction TEXT, message_key TEXT, occurred_at INTEGER, received_at INTEGER NOT NULL, fired TEXT NOT NULL, record TEXT, held TEXT, PRIMARY KEY (contact_id, key)) WITHOUT ROWID;
  CREATE TABLE rule_sets (hash TEXT NOT NULL, part INTEGER NOT NULL, since INTEGER NOT NULL, rules TEXT NOT NULL, PRIMARY KEY (hash, part)) WITHOUT ROWID;
  CREATE TABLE hosts (host TEXT PRIMARY KEY, failures INTEGER NOT NULL, open_until INTEGER) WITHOUT ROWID;
  CREATE TABLE sends (delivery_id TEXT PRIMARY KEY, rule TEXT NOT NULL, contact_id TEXT NOT NULL, at INTEGER NOT NULL, left_at INTEGER, looks INTEGER NOT NULL, message_id TEXT, released INTEGER NOT NULL DEFAULT 0, email_message_id TEXT, left_there INTEGER) WITHOUT ROWID;
  CREATE TABLE reports (key TEXT PRIMARY KEY, contact_id TEXT NOT NULL, noted_at INTEGER NOT NULL, event TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE tokens (id INTEGER PRIMARY KEY CHECK (id = 1), source TEXT NOT NULL, sealed TEXT, expires_at INTEGER, company_id TEXT, app_id TEXT, scopes TEXT NOT NULL, stored_at INTEGER NOT NULL, state TEXT NOT NULL, state_at INTEGER NOT NULL, refreshed_at INTEGER, refresh_began_at INTEGER);
  CREATE TABLE uninstalls (event_key TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE opt_outs (contact_id TEXT NOT NULL, channel TEXT NOT NULL, why TEXT NOT NULL, since INTEGER NOT NULL, event_key TEXT NOT NULL, PRIMARY KEY (contact_id, channel, why)) WITHOUT ROWID;
  CREATE INDEX deliveries_cancellable ON deliveries (contact_id) WHERE cancellable = 1 AND state IN ('scheduled', 'sending');
  CREATE INDEX deliveries_open ON deliveries (state, host, due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX tasks_by_due ON tasks (state, due_at, id);
  CREATE INDEX deliveries_dead ON deliveries (id) WHERE state = 'dead';
  CREATE INDEX tasks_done ON tasks (id) WHERE state = 'done';
  CREATE INDEX sends_by_rule ON sends (rule, at);
  CREATE INDEX sends_by_contact ON sends (contact_id, rule, at);
  CREATE INDEX sends_by_message ON sends (message_id) WHERE message_id IS NOT NULL;
  CREATE INDEX deliveries_held ON deliveries (id) WHERE state = 'held';
  CREATE INDEX deliveries_held_cancellable ON deliveries (contact_id) WHERE cancellable = 1 AND state = 'held';
  CREATE INDEX sends_by_email_message ON sends (email_message_id) WHERE email_message_id IS NOT NULL;
  CREATE INDEX quarantine_by_time ON quarantine (received_at, id);
`;
