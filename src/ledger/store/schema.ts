// The tables of a ledger and of the directory, as numbered migrations. docs/storage.md describes each of them.
// A deploy mixes versions for a while: a migration may add, and must leave what the previous version reads.
import { LEDGER_TABLES } from "./tables.ts";
import { firstRow, rows, type LedgerStorage, type Sql } from "./ports.ts";

/** Signed bodies that could not be used, and counts of kinds that we do not know: both kinds of object keep these. */
const QUARANTINE_TABLES = `
  CREATE TABLE quarantine (
    id TEXT PRIMARY KEY,
    event_key TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    route TEXT NOT NULL,
    issues TEXT NOT NULL,
    contact_ids TEXT NOT NULL,
    body TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE ignored (kind TEXT NOT NULL, day TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (kind, day)) WITHOUT ROWID;
`;

/** The quarantine is listed and forgotten by time; a kind that is not known was last seen at one. */
const QUARANTINE_BY_TIME = `
  CREATE INDEX quarantine_by_time ON quarantine (received_at, id);
  ALTER TABLE ignored ADD COLUMN last_at INTEGER;
`;

/** What operators did, in a location or in all of them. */
const AUDIT = `
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    by TEXT NOT NULL,
    action TEXT NOT NULL,
    about TEXT NOT NULL,
    contact_id TEXT,
    before TEXT,
    after TEXT
  );
`;

/**
 * Migrations of a location's ledger, in order. Never edit one that has shipped. After adding one, let tables.ts be written
 * anew: npx vitest run --project unit test/unit/ledger/tables.test.ts -u
 */
export const LEDGER_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    channel TEXT,
    contact_id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    fired TEXT NOT NULL,
    record TEXT
  );
  CREATE INDEX events_by_contact ON events (contact_id, seq);
  CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    event_key TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    rule TEXT NOT NULL,
    plan TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER,
    tries INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX deliveries_by_state ON deliveries (state, due_at);
  CREATE TABLE attempts (
    delivery_id TEXT NOT NULL,
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    status INTEGER,
    error TEXT,
    duration_ms INTEGER NOT NULL,
    answer TEXT,
    PRIMARY KEY (delivery_id, n)
  ) WITHOUT ROWID;
  CREATE TABLE tasks (
    id TEXT PRIMARY KEY,
    contact_id TEXT NOT NULL,
    state TEXT NOT NULL,
    completed_at INTEGER,
    task TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX tasks_by_state ON tasks (state, id);
  CREATE TABLE task_writes (task_id TEXT PRIMARY KEY, location_id TEXT NOT NULL, task TEXT, due_at INTEGER NOT NULL, tries INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  ${QUARANTINE_TABLES}
  `,
  // What history facts, limits and cancellation need from the log.
  `
  ALTER TABLE events ADD COLUMN outcome TEXT;
  ALTER TABLE events ADD COLUMN direction TEXT;
  ALTER TABLE events ADD COLUMN occurred_at INTEGER;
  ALTER TABLE events ADD COLUMN message_key TEXT;
  ALTER TABLE deliveries ADD COLUMN cancelled_by TEXT;
  ALTER TABLE deliveries ADD COLUMN cancellable INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX deliveries_cancellable ON deliveries (contact_id) WHERE cancellable = 1 AND state IN ('scheduled', 'sending');
  CREATE TABLE firings (rule TEXT NOT NULL, at INTEGER NOT NULL, event_key TEXT NOT NULL, PRIMARY KEY (rule, at, event_key)) WITHOUT ROWID;
  `,
  // One row written for an event that fires nothing: docs/decisions/0014-one-row-for-an-event.md. Before the first release.
  `
  CREATE TABLE new_events (
    contact_id TEXT NOT NULL,
    key TEXT NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT,
    outcome TEXT,
    direction TEXT,
    message_key TEXT,
    occurred_at INTEGER,
    received_at INTEGER NOT NULL,
    fired TEXT NOT NULL,
    record TEXT,
    PRIMARY KEY (contact_id, key)
  ) WITHOUT ROWID;
  INSERT INTO new_events SELECT contact_id, key, seq, kind, channel, outcome, direction, message_key, occurred_at, received_at, fired, record FROM events;
  DROP TABLE events;
  ALTER TABLE new_events RENAME TO events;
  DROP INDEX deliveries_by_state;
  CREATE INDEX deliveries_open ON deliveries (state, due_at) WHERE due_at IS NOT NULL;
  CREATE TABLE rule_sets (hash TEXT NOT NULL, part INTEGER NOT NULL, since INTEGER NOT NULL, rules TEXT NOT NULL, PRIMARY KEY (hash, part)) WITHOUT ROWID;
  `,
  // Lanes: what is due at a host is found without reading what waits for others. The previous version writes no host.
  `
  ALTER TABLE deliveries ADD COLUMN host TEXT NOT NULL DEFAULT '';
  ALTER TABLE deliveries ADD COLUMN give_up_at INTEGER;
  DROP INDEX deliveries_open;
  CREATE INDEX deliveries_open ON deliveries (state, host, due_at) WHERE due_at IS NOT NULL;
  CREATE TABLE hosts (host TEXT PRIMARY KEY, failures INTEGER NOT NULL, open_until INTEGER) WITHOUT ROWID;
  `,
  // What the operator's page queries. A task without a date, or written by the previous version, sorts last.
  `
  ALTER TABLE events ADD COLUMN held TEXT;
  ALTER TABLE tasks ADD COLUMN due_at INTEGER NOT NULL DEFAULT 9007199254740991;
  UPDATE tasks SET due_at = ifnull(unixepoch(json_extract(task, '$.dueAt')) * 1000, due_at);
  DROP INDEX tasks_by_state;
  CREATE INDEX tasks_by_due ON tasks (state, due_at, id);
  CREATE INDEX deliveries_dead ON deliveries (id) WHERE state = 'dead';
  `,
  // Tasks that are done, newest first: an index row is written only when a task is completed.
  "CREATE INDEX tasks_done ON tasks (id) WHERE state = 'done';",
  // Messages to contacts: what was sent, what may have been, and how many a rule has sent.
  `
  CREATE TABLE sends (
    delivery_id TEXT PRIMARY KEY,
    rule TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    left_at INTEGER,
    looks INTEGER NOT NULL,
    message_id TEXT
  ) WITHOUT ROWID;
  CREATE INDEX sends_by_rule ON sends (rule, at);
  CREATE INDEX sends_by_contact ON sends (contact_id, rule, at);
  CREATE INDEX sends_by_message ON sends (message_id) WHERE message_id IS NOT NULL;
  `,
  // How deliveries ended, if their action wants that reported: a row exists from the end until it is recorded as an event.
  "CREATE TABLE reports (key TEXT PRIMARY KEY, contact_id TEXT NOT NULL, noted_at INTEGER NOT NULL, event TEXT NOT NULL) WITHOUT ROWID;",
  // Deliveries that wait for a person: found as a list, and by the contact whose reply ends them.
  `
  CREATE INDEX deliveries_held ON deliveries (id) WHERE state = 'held';
  CREATE INDEX deliveries_held_cancellable ON deliveries (contact_id) WHERE cancellable = 1 AND state = 'held';
  `,
  // The location's HighLevel token, sealed, and the uninstall events that came.
  `
  CREATE TABLE tokens (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    source TEXT NOT NULL,
    sealed TEXT,
    expires_at INTEGER,
    company_id TEXT,
    app_id TEXT,
    scopes TEXT NOT NULL,
    stored_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    state_at INTEGER NOT NULL,
    refreshed_at INTEGER,
    refresh_began_at INTEGER
  );
  CREATE TABLE uninstalls (event_key TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
  `,
  // What contacts do not want; it is kept for longer than the log.
  `
  CREATE TABLE opt_outs (
    contact_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    why TEXT NOT NULL,
    since INTEGER NOT NULL,
    event_key TEXT NOT NULL,
    PRIMARY KEY (contact_id, channel, why)
  ) WITHOUT ROWID;
  `,
  // An e-mail has two ids, and HighLevel's events name either. What a person has released passes the breaker.
  `
  ALTER TABLE sends ADD COLUMN released INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE sends ADD COLUMN email_message_id TEXT;
  CREATE INDEX sends_by_email_message ON sends (email_message_id) WHERE email_message_id IS NOT NULL;
  `,
  // What has ended is forgotten by when it did. A version before it writes no such time.
  "ALTER TABLE deliveries ADD COLUMN ended_at INTEGER;",
  // A message and its retries, and what an event says is so: docs/decisions/0032-one-chain-of-a-message.md. Only the
  // events of contacts that have many are in an index: any other event is one row, and its contact's are read through.
  `
  ALTER TABLE events ADD COLUMN chain TEXT;
  ALTER TABLE events ADD COLUMN subject TEXT;
  ALTER TABLE events ADD COLUMN state TEXT;
  ALTER TABLE events ADD COLUMN repeats TEXT;
  CREATE TABLE chains (
    contact_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    chain TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (contact_id, message_id)
  ) WITHOUT ROWID;
  ALTER TABLE events ADD COLUMN long_past INTEGER;
  UPDATE events SET long_past = 1 WHERE contact_id IN (SELECT contact_id FROM events WHERE contact_id <> '' GROUP BY contact_id HAVING COUNT(*) >= 500);
  CREATE INDEX events_long ON events (contact_id, seq, received_at, kind, channel, outcome, direction, chain, repeats) WHERE long_past = 1;
  CREATE INDEX events_long_fired ON events (contact_id, seq, received_at, fired) WHERE long_past = 1 AND fired <> '[]';
  CREATE INDEX events_long_messages ON events (contact_id, message_key, fired) WHERE long_past = 1 AND message_key IS NOT NULL;
  CREATE INDEX events_long_subjects ON events (contact_id, subject, seq, state) WHERE long_past = 1 AND subject IS NOT NULL;
  CREATE INDEX events_long_occurred ON events (contact_id, kind, occurred_at, seq) WHERE long_past = 1;
  ALTER TABLE deliveries ADD COLUMN event_at INTEGER;
  ALTER TABLE deliveries ADD COLUMN cancel_on TEXT;
  DROP INDEX deliveries_cancellable;
  DROP INDEX deliveries_held_cancellable;
  CREATE INDEX deliveries_cancellable ON deliveries (contact_id, event_at, cancel_on, cancelled_by, state) WHERE cancellable = 1 AND state IN ('scheduled', 'sending');
  CREATE INDEX deliveries_held_cancellable ON deliveries (contact_id, event_at, cancel_on, cancelled_by, state) WHERE cancellable = 1 AND state = 'held';
  `,
  // A limit counts what came of a firing, and may count for ever. What a version before sent is known by its attempts.
  `
  ALTER TABLE deliveries ADD COLUMN has_left INTEGER NOT NULL DEFAULT 0;
  UPDATE deliveries SET has_left = 1 WHERE state <> 'sent' AND id IN (SELECT delivery_id FROM attempts);
  ALTER TABLE events ADD COLUMN undone TEXT;
  ALTER TABLE firings ADD COLUMN undone INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE firings ADD COLUMN is_for_ever INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE firings ADD COLUMN counts_from INTEGER;
  CREATE TABLE kept_firings (
    contact_id TEXT NOT NULL,
    rule TEXT NOT NULL,
    event_key TEXT NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (contact_id, rule, event_key)
  ) WITHOUT ROWID;
  `,
  // Changes in HighLevel besides messages: the breaker counts them, and the events that come of them are recognised.
  `
  CREATE TABLE changes (
    delivery_id TEXT PRIMARY KEY,
    rule TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    event_key TEXT NOT NULL,
    call TEXT NOT NULL,
    at INTEGER NOT NULL,
    released INTEGER NOT NULL,
    body TEXT,
    left_at INTEGER,
    echoed INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;
  CREATE INDEX changes_by_rule ON changes (rule, at);
  CREATE INDEX changes_by_contact ON changes (contact_id, at);
  `,
  QUARANTINE_BY_TIME,
  // Since when a delivery waits, unless since its decision; and when a message left by HighLevel's clock, for ours may be off.
  `
  ALTER TABLE deliveries ADD COLUMN waits_from INTEGER;
  ALTER TABLE sends ADD COLUMN left_there INTEGER;
  `,
  // When a contact said last that they do not want something: what happened before that does not lift it.
  `
  ALTER TABLE opt_outs ADD COLUMN last_at INTEGER;
  ALTER TABLE opt_outs ADD COLUMN last_key TEXT;
  `,
  // What is known of contacts, and what HighLevel answers about the location: the zone that a mark held is asked for anew.
  `
  CREATE TABLE contacts (
    contact_id TEXT PRIMARY KEY,
    fields TEXT,
    fields_at INTEGER,
    fields_from TEXT,
    tags TEXT,
    tags_at INTEGER,
    tags_from TEXT,
    dnd TEXT,
    dnd_at INTEGER,
    dnd_from TEXT,
    custom TEXT,
    custom_at INTEGER,
    custom_from TEXT,
    gone_at INTEGER,
    gone_from TEXT
  ) WITHOUT ROWID;
  CREATE TABLE records (what TEXT NOT NULL, id TEXT NOT NULL, asked_at INTEGER NOT NULL, record TEXT, PRIMARY KEY (what, id)) WITHOUT ROWID;
  DELETE FROM marks WHERE name = 'zone';
  `,
  // HighLevel's words on an event that nobody knows.
  "ALTER TABLE events ADD COLUMN words TEXT;",
  // What HighLevel sent no webhook of, and which contacts were erased: what its export has of them is not taken in again.
  `
  CREATE TABLE gaps (
    id INTEGER PRIMARY KEY,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    found INTEGER NOT NULL,
    kinds TEXT NOT NULL,
    changed INTEGER NOT NULL,
    late INTEGER NOT NULL,
    taken_from INTEGER NOT NULL,
    taken_until INTEGER NOT NULL
  );
  CREATE TABLE erased (contact TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
  `,
  // By what an e-mail is known when HighLevel says what became of it, and what waits for its e-mail.
  `
  CREATE TABLE email_names (
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    PRIMARY KEY (name, at, message_id)
  ) WITHOUT ROWID;
  CREATE TABLE email_waits (name TEXT NOT NULL, quarantine_id TEXT NOT NULL, PRIMARY KEY (name, quarantine_id)) WITHOUT ROWID;
  `,
  // What left, as it left: with each attempt, and with what is written before a message or a change leaves.
  `
  ALTER TABLE attempts ADD COLUMN request TEXT;
  ALTER TABLE sends ADD COLUMN requests TEXT;
  ALTER TABLE changes ADD COLUMN requests TEXT;
  `,
  // Events that are recorded and not decided yet: an index row for as long as they are.
  `
  ALTER TABLE events ADD COLUMN deciding INTEGER;
  CREATE INDEX events_deciding ON events (contact_id, seq, deciding) WHERE deciding IS NOT NULL;
  `,
  // The rules of published sets, what a set in the shadow would have done otherwise, and until when each set decided: with a
  // canary several do.
  `
  CREATE TABLE own_rules (rule_set TEXT NOT NULL, part INTEGER NOT NULL, rules TEXT NOT NULL, PRIMARY KEY (rule_set, part)) WITHOUT ROWID;
  CREATE TABLE divergence (
    id INTEGER PRIMARY KEY,
    rule_set TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    event_key TEXT NOT NULL,
    message_key TEXT,
    at INTEGER NOT NULL,
    rule TEXT NOT NULL,
    how TEXT NOT NULL,
    actions TEXT
  );
  CREATE INDEX divergence_of_rule ON divergence (rule_set, rule, at);
  CREATE INDEX divergence_of_contact ON divergence (contact_id, rule_set, rule);
  ALTER TABLE rule_sets ADD COLUMN until INTEGER;
  UPDATE rule_sets SET until = (SELECT MIN(next.since) FROM rule_sets AS next WHERE next.part = 0 AND next.since > rule_sets.since);
  `,
  AUDIT,
  // What the drift radar has counted, by day.
  "CREATE TABLE drift (day INTEGER PRIMARY KEY, saved_at INTEGER NOT NULL, counts TEXT NOT NULL);",
  // What an e-mail is called by HighLevel, and by the mail service as far as a status has told; and what was only guessed.
  `
  ALTER TABLE email_names ADD COLUMN email_id TEXT;
  ALTER TABLE email_names ADD COLUMN mail_id TEXT;
  ALTER TABLE email_names ADD COLUMN guessed INTEGER;
  `,
  // When an attempt of a delivery was cut off, first: nothing else tells of it.
  "ALTER TABLE deliveries ADD COLUMN interrupted_at INTEGER;",
  // By what people look for a contact, as log/contact-keys.ts writes it; the sweep fills rows from before.
  `
  ALTER TABLE contacts ADD COLUMN by_name TEXT;
  ALTER TABLE contacts ADD COLUMN by_second TEXT;
  ALTER TABLE contacts ADD COLUMN by_third TEXT;
  ALTER TABLE contacts ADD COLUMN by_last TEXT;
  ALTER TABLE contacts ADD COLUMN by_email TEXT;
  ALTER TABLE contacts ADD COLUMN by_phone TEXT;
  CREATE INDEX contacts_by_name ON contacts (by_name) WHERE by_name IS NOT NULL;
  CREATE INDEX contacts_by_second ON contacts (by_second) WHERE by_second IS NOT NULL;
  CREATE INDEX contacts_by_third ON contacts (by_third) WHERE by_third IS NOT NULL;
  CREATE INDEX contacts_by_last ON contacts (by_last) WHERE by_last IS NOT NULL;
  CREATE INDEX contacts_by_email ON contacts (by_email) WHERE by_email IS NOT NULL;
  CREATE INDEX contacts_by_phone ON contacts (by_phone) WHERE by_phone IS NOT NULL;
  `,
  // What somebody has to know, the messages that tell it, and what has died by when it did.
  `
  CREATE TABLE alerts (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    opened_at INTEGER,
    ended_at INTEGER,
    count INTEGER,
    code TEXT,
    told INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE alert_messages (
    id INTEGER PRIMARY KEY,
    made_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    due_at INTEGER,
    tries INTEGER NOT NULL DEFAULT 0,
    left_at INTEGER,
    ended_at INTEGER,
    error TEXT
  );
  CREATE INDEX deliveries_died ON deliveries (ended_at, rule) WHERE state = 'dead';
  `,
];

/** Migrations of the directory, in order. */
export const DIRECTORY_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE locations (location_id TEXT PRIMARY KEY, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL) WITHOUT ROWID;
  ${QUARANTINE_TABLES}
  `,
  // Which locations the watchdog pokes: those where something waits, as far as is known.
  "ALTER TABLE locations ADD COLUMN is_open INTEGER NOT NULL DEFAULT 1;",
  // The agency of a location's OAuth token: an app can be uninstalled from all of an agency's locations at once.
  "ALTER TABLE locations ADD COLUMN company_id TEXT;",
  QUARANTINE_BY_TIME,
  // 2: nothing waits in a location, but HighLevel's export is looked through once an hour. All are asked once which it is.
  "UPDATE locations SET is_open = 1;",
  // What HighLevel calls a location, and the agencies that have the app installed: the watchdog pokes these, too.
  `
  ALTER TABLE locations ADD COLUMN name TEXT;
  CREATE TABLE agencies (company_id TEXT PRIMARY KEY) WITHOUT ROWID;
  `,
  // Rules that are paused in every location, and the version of that which each location's ledger has been told.
  `
  CREATE TABLE everywhere (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, pauses TEXT NOT NULL);
  ALTER TABLE locations ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
  `,
  AUDIT,
  // Agencies stay known when they leave: when that was.
  "ALTER TABLE agencies ADD COLUMN left_at INTEGER;",
  // When the watchdog's trigger fired last.
  "CREATE TABLE watchdog (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL);",
  // The alerts of a location, as its ledger has told them.
  "CREATE TABLE alerts (location_id TEXT PRIMARY KEY, version INTEGER NOT NULL, open INTEGER NOT NULL, alerts TEXT NOT NULL) WITHOUT ROWID;",
  // The directory is divided. `passed`: the `last_seen` with which a row was passed on, from the one object that was all of
  // it to a part, or from a part to that. What a location's ledger has told, up to when, and when it is to be asked again.
  `
  ALTER TABLE locations ADD COLUMN passed INTEGER;
  ALTER TABLE locations ADD COLUMN given_name TEXT;
  ALTER TABLE locations ADD COLUMN state TEXT;
  ALTER TABLE locations ADD COLUMN told_at INTEGER;
  ALTER TABLE locations ADD COLUMN again_at INTEGER;
  CREATE INDEX locations_unpassed ON locations (location_id) WHERE passed IS NOT last_seen;
  CREATE TABLE parts (location_id TEXT PRIMARY KEY, told INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
  CREATE TABLE pass (id INTEGER PRIMARY KEY CHECK (id = 1), turn INTEGER NOT NULL, after TEXT, every INTEGER NOT NULL, next_at INTEGER NOT NULL);
  `,
];

/**
 * Brings the tables up to date, completely or not at all. `tables` is what the migrations come to: a new database is made
 * of them in one step. `true`: it was new.
 */
export function migrate(
  { sql, transactionSync }: Pick<LedgerStorage, "sql" | "transactionSync">,
  migrations: readonly string[],
  tables?: string,
): boolean {
  const done = migrationsDone(sql);
  if (done !== null && migrations.every((_, index) => done.has(index + 1))) return false;
  transactionSync(() => {
    if (done === null && tables !== undefined) return void sql.exec(madeAtOnce(tables, migrations.length));
    if (done === null) sql.exec(MIGRATIONS_TABLE);
    for (const [index, statements] of migrations.entries()) {
      if (done?.has(index + 1)) continue;
      sql.exec(statements);
      sql.exec("INSERT INTO migrations (id) VALUES (?)", index + 1);
    }
  });
  return done === null;
}

/** Brings a ledger's tables up to date; `true`: it is new. */
export function migrateLedger(storage: Pick<LedgerStorage, "sql" | "transactionSync">): boolean {
  return migrate(storage, LEDGER_MIGRATIONS, LEDGER_TABLES);
}

const MIGRATIONS_TABLE = "CREATE TABLE migrations (id INTEGER PRIMARY KEY)";

function madeAtOnce(tables: string, migrations: number): string {
  const ids = Array.from({ length: migrations }, (_, index) => `(${index + 1})`);
  return `${tables}${MIGRATIONS_TABLE}; INSERT INTO migrations (id) VALUES ${ids.join(", ")};`;
}

/** The numbers of the migrations that were applied; `null`: the database is new. */
function migrationsDone(sql: Sql): ReadonlySet<number> | null {
  try {
    return new Set(rows<{ id: number }>(sql, "SELECT id FROM migrations").map(({ id }) => id));
  } catch (error) {
    // Asked only now: it is there at every start but the first.
    const isThere = firstRow(sql, "SELECT 1 FROM sqlite_schema WHERE name = 'migrations'") !== undefined;
    if (isThere) throw error;
    return null;
  }
}
