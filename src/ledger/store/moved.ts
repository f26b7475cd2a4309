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

const ALL = "1";
const WITHOUT_DELIVERY = "NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.id =";

/** What no other line has, table by table: the key that it is in order of, and which rows. */
export const BESIDE_EVENTS: { readonly [table: string]: readonly [key: string, where: string] } = {
  marks: ["name", `name IN ('${MOVED_MARKS.join("', '")}')`],
  events: ["contact_id, key", "record IS NULL"],
  sends: ["delivery_id", `${WITHOUT_DELIVERY} delivery_id)`],
  tasks: ["id", `${WITHOUT_DELIVERY} tasks.id)`],
  task_writes: ["task_id", ALL],
  reports: ["key", ALL],
  firings: ["rule, at, event_key", ALL],
  kept_firings: ["contact_id, rule, event_key", ALL],
  contacts: ["contact_id", ALL],
  records: ["what, id", ALL],
  chains: ["contact_id, message_id", ALL],
  email_names: ["name, at, message_id", ALL],
  email_waits: ["name, quarantine_id", ALL],
  quarantine: ["id", ALL],
  ignored: ["kind, day", ALL],
  gaps: ["id", ALL],
  erased: ["contact", ALL],
  hosts: ["host", ALL],
  audit: ["id", ALL],
};

/** Every table that an import may write: those, and two of which an export has lines. */
export const MOVED_TABLES: ReadonlySet<string> = new Set([
  ...Object.keys(OF_DELIVERIES),
  ...Object.keys(BESIDE_EVENTS),
  "rule_sets",
  "opt_outs",
]);
