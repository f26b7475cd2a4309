// What of a ledger moves when its log does: an export has these rows, and an import takes no others. Tokens stay, and so
// does what is of the deployment: which published rules are in force, how much of HighLevel's limits is used.
import type { MarkName } from "./marks.ts";

/** The marks that move. */
export const MOVED_MARKS: readonly string[] = ["clock", "emails", "paused", "reconciled", "swept"] satisfies MarkName[];

/** Tables that hold something of a delivery, by the column that has its id. They follow the line of its event. */
export const OF_DELIVERIES: { readonly [table: string]: string } = {
  deliveries: "id",
  attempts: "delivery_id",
  sends: "delivery_id",
  changes: "delivery_id",
  tasks: "id",
};

/** What no other line has, table by table, by the key that it is in order of. */
export const BESIDE_EVENTS: { readonly [table: string]: string } = {
  events: "contact_id, key",
  sends: "delivery_id",
  tasks: "id",
  task_writes: "task_id",
  reports: "key",
  firings: "rule, at, event_key",
  kept_firings: "contact_id, rule, event_key",
  contacts: "contact_id",
  records: "what, id",
  chains: "contact_id, message_id",
  email_names: "name, at, message_id",
  email_waits: "name, quarantine_id",
  quarantine: "id",
  ignored: "kind, day",
  gaps: "id",
  erased: "contact",
  hosts: "host",
  marks: "name",
  audit: "id",
  drift: "day",
};

/** Of marks, those that move. */
export const IS_MOVED_MARK = `name IN ('${MOVED_MARKS.join("', '")}')`;
/** Of some tables not all rows: the others stand with their events, or stay. */
export const ONLY: { readonly [table: string]: string } = {
  events: "record IS NULL",
  sends: "delivery_id NOT IN (SELECT id FROM deliveries)",
  tasks: "id NOT IN (SELECT id FROM deliveries)",
  marks: IS_MOVED_MARK,
};

/** Every table that an import may write: those, and two of which an export has lines. */
export const MOVED_TABLES: readonly string[] = [
  ...Object.keys(OF_DELIVERIES),
  ...Object.keys(BESIDE_EVENTS),
  "rule_sets",
  "opt_outs",
];
