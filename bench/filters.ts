// `npm run bench:filters`: how long a location's lists take with each of their filters, and how long the ledger does nothing
// else meanwhile, with 100,000 and with 1,000,000 events on disk. The events and their deliveries are copies of some that the
// ledger recorded, about 2 KB each, 50 of a contact. It prints, and writes no page.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEvent } from "../src/events/event.ts";
import { payloadOf, SAMPLES } from "../src/events/samples.ts";
import { filled } from "../src/api/filled.ts";
import type { LocationLedger } from "../src/ledger/ledger.ts";
import type { DeliveryQuery, LogQuery } from "../src/model/ledger.ts";
import { sqliteStorage } from "../src/local/sqlite-storage.ts";
import { aRule, aRuleSet, aTask, aWebhook } from "../test/builders.ts";
import { aLedger } from "../test/unit/ledger/a-ledger.ts";
import { circumstances, figure, median, print, setting } from "./parts/report.ts";

const ROUNDS = setting("ROUNDS", 5);
const SIZES = process.env["EVENTS"] ? [setting("EVENTS", 0)] : [100_000, 1_000_000];
const EVENTS_OF_CONTACT = 50;
const MONTH_MS = 30 * 86_400_000;
const NOON = Date.parse("2026-03-04T12:00:00Z");
/** One delivery in so many is of the rare rule, one event in so many has the rare outcome. */
const RARE = 20_011;

const voicemail = { all: [{ fact: "channel", operator: "equal", value: "voicemail" }] };
const inbound = { all: [{ fact: "direction", operator: "equal", value: "inbound" }] };
const failed = { all: [{ fact: "outcome", operator: "equal", value: "failed" }] };
const ruleSet = aRuleSet(
  aRule({ name: "voicemails", conditions: voicemail, actions: [aWebhook({ url: "https://a.example.com/" })] }),
  aRule({ name: "replies", on: ["InboundMessage"], conditions: inbound, actions: [aWebhook(), aTask()] }),
  aRule({ name: "failures", conditions: failed, actions: [aTask()] }),
);
const samples = Object.values(SAMPLES).filter(
  ({ payload, route }) => payload["type"] !== "ContactDelete" && route !== "gateway",
);

/** A ledger of so many events of the month before noon, in a file. */
async function fill(path: string, events: number): Promise<LocationLedger> {
  const storage = sqliteStorage(path);
  const ledger = await aLedger({ storage, ruleSet, clock: () => NOON });
  for (const [index, sample] of samples.entries()) {
    const payload = payloadOf(sample, "id" in sample.payload ? { id: "t" } : { contactId: "t" }, new Date(NOON));
    const receivedAt = new Date(NOON).toISOString();
    const read = readEvent(payload, { key: `t-${index}`, route: sample.route, receivedAt });
    if (read.status === "event") await ledger.record(read.event);
  }
  await ledger.alarm();
  const { sql } = storage;
  const stepMs = Math.floor(MONTH_MS / events);
  const contacts = Math.ceil(events / EVENTS_OF_CONTACT);
  const columns = (table: string): string[] =>
    sql.exec(`SELECT name FROM pragma_table_info('${table}')`).toArray().map(({ name }) => String(name)); // prettier-ignore
  const copy = (table: string, set: { readonly [column: string]: string }, from: string): void => {
    const names = columns(table);
    const values = names.map((name) => set[name] ?? `t.${name}`).join();
    sql.exec(`WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${events - 1})
      INSERT INTO ${table} (${names.join()}) SELECT ${values} FROM ${from}`);
  };
  const at = `(${NOON - MONTH_MS} + i * ${stepMs})`;
  const contact = `'contact-' || (i * 7919 % ${contacts})`;
  const key = "printf('%08x-%s', (i * 2654435761) % 4294967296, i)";
  sql.exec("CREATE TABLE templates AS SELECT row_number() OVER (ORDER BY seq) - 1 AS nr, * FROM events");
  sql.exec("CREATE TABLE delivery_templates AS SELECT * FROM deliveries");
  sql.exec("CREATE INDEX t1 ON templates (nr)");
  sql.exec("CREATE INDEX t2 ON delivery_templates (event_key)");
  for (const table of ["events", "deliveries", "attempts", "sends", "changes"]) sql.exec(`DELETE FROM ${table}`);
  const kinds = Number(sql.exec("SELECT COUNT(*) AS n FROM templates").toArray()[0]?.["n"]);
  const ofEvent = `n JOIN templates t ON t.nr = i % ${kinds}`;
  storage.transactionSync(() => {
    copy(
      "events",
      {
        contact_id: contact,
        key,
        seq: `${at} * 1000`,
        received_at: at,
        occurred_at: at,
        long_past: "NULL",
        outcome: `CASE WHEN i % ${RARE} = 7 THEN 'complained' ELSE t.outcome END`,
        fired: `CASE WHEN i % ${RARE} = 7 THEN '["rare"]' ELSE t.fired END`,
      },
      ofEvent,
    );
    copy(
      "deliveries",
      {
        id: `printf('%012x%08x%s', ${at}, (i * 2654435761) % 4294967296, substr(t.id, 21))`,
        contact_id: contact,
        event_key: key,
        rule: `CASE WHEN i % ${RARE} < 20 THEN 'rare' ELSE t.rule END`,
        host: `CASE WHEN i % ${RARE} < 20 THEN 'rare.example.com' ELSE t.host END`,
        state: `CASE WHEN i % ${RARE} < 20 THEN 'cancelled' WHEN i > ${events - 5_000} THEN 'scheduled' ELSE t.state END`,
        due_at: `CASE WHEN i > ${events - 5_000} THEN ${NOON + MONTH_MS} END`,
      },
      `${ofEvent.replace("templates t", "templates e").replace("t.nr", "e.nr")} JOIN delivery_templates t ON t.event_key = e.key`,
    );
  });
  for (const table of ["templates", "delivery_templates"]) sql.exec(`DROP TABLE ${table}`);
  const count = (table: string): number => Number(sql.exec(`SELECT COUNT(*) AS n FROM ${table}`).toArray()[0]?.["n"]);
  console.log(`${figure(count("events"))} events, ${figure(count("deliveries"))} deliveries, ${figure(storage.sizeBytes() / 1e6)} MB`); // prettier-ignore
  return ledger;
}

const DAY_AGO = new Date(NOON - 86_400_000).toISOString();
const LONG_AGO = new Date(NOON - MONTH_MS + 86_400_000).toISOString();
const LIMIT = 50;
function asked<Query>(
  ...lists: readonly (readonly [what: string, query: Omit<Query, "limit">])[]
): readonly (readonly [what: string, query: Query])[] {
  return lists.map(([what, query]) => [what, { ...query, limit: LIMIT } as Query] as const);
}
const EVENTS = asked<LogQuery>(
  ["newest", {}],
  ["kind", { kind: "InboundMessage" }],
  ["kind, none", { kind: "ContactDelete" }],
  ["channel", { channel: "sms" }],
  ["outcome", { outcome: "failed" }],
  ["outcome, rare", { outcome: "complained" }],
  ["fired", { fired: "yes" }],
  ["fired, no", { fired: "no" }],
  ["rule", { rule: "failures" }],
  ["rule, rare", { rule: "rare" }],
  ["rule, none", { rule: "nobody" }],
  ["from yesterday", { from: DAY_AGO }],
  ["to a month ago", { to: LONG_AGO }],
  ["channel and outcome, a month ago", { channel: "sms", outcome: "failed", to: LONG_AGO }],
  ["contact", { contactId: "contact-42" }],
  ["cursor in the middle", { cursor: String((NOON - MONTH_MS / 2) * 1_000) }],
);
const DELIVERIES = asked<DeliveryQuery>(
  ["newest", {}],
  ["scheduled", { state: "scheduled" }],
  ["sent", { state: "sent" }],
  ["dead", { state: "dead" }],
  ["cancelled, rare", { state: "cancelled" }],
  ["rule", { rule: "voicemails" }],
  ["rule, rare", { rule: "rare" }],
  ["rule, none", { rule: "nobody" }],
  ["host", { host: "a.example.com" }],
  ["host, none", { host: "nowhere.example.com" }],
  ["error", { error: "DESTINATION_TIMEOUT" }],
  ["until a month ago", { until: LONG_AGO }],
  ["contact", { contact: "contact-42" }],
);

const folder = mkdtempSync(join(tmpdir(), "afterbeep-"));
for (const size of SIZES) await measure(await fill(join(folder, String(size)), size), size);
console.log(circumstances("npm run bench:filters"));
rmSync(folder, { recursive: true });

/** Asks for each list as the API does: part by part, until a page is full. */
async function measure(ledger: LocationLedger, events: number): Promise<void> {
  const rows: string[][] = [];
  let parts: number[] = [];
  const timed = <Told>(ask: () => Told): Told => {
    const startedAt = performance.now();
    const told = ask();
    parts.push(performance.now() - startedAt);
    return told;
  };
  const list = async (what: string, ask: () => Promise<readonly unknown[]>): Promise<void> => {
    parts = [];
    const times: number[] = [];
    const processor: number[] = [];
    let found: readonly unknown[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const startedAt = performance.now();
      const before = process.cpuUsage();
      found = await ask();
      const { user, system } = process.cpuUsage(before);
      processor.push((user + system) / 1_000);
      times.push(performance.now() - startedAt);
    }
    const [first = 0, ...later] = times;
    const ofProcessor = [processor[0] ?? 0, median(processor)];
    const figures = [found.length, first, median(later), Math.max(...later), Math.max(...parts), ...ofProcessor];
    rows.push([what, ...figures.map(figure)]);
  };
  for (const [what, query] of EVENTS)
    await list(`events: ${what}`, async () => {
      const page = await filled(query, (part) => Promise.resolve(timed(() => ledger.events(part))));
      return page.events;
    });
  for (const [what, query] of DELIVERIES)
    await list(`deliveries: ${what}`, () => Promise.resolve(timed(() => ledger.deliveries(query)).deliveries));
  const columns = [
    "",
    "rows",
    "first ms",
    "median ms",
    "worst ms",
    "longest call ms",
    "first ms of the processor",
    "median",
  ];
  print({ title: `${figure(events)} events`, columns, rows });
}
