// How much one event reads, of a contact with a long past or many waits: counted by the storage itself. An event holds its
// location for as long as that takes, since others wait for their turn.
import { reset, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CONTACT, aRule, aTask } from "../builders.ts";
import { ledger, postEvent } from "./client.ts";
import { resetWorld, world } from "./world.ts";

beforeEach(resetWorld);
afterEach(reset);

const EVENTS = 100_000;
/** SQLite takes some 0.3 microseconds for a row of an index. */
const MAX_ROWS_READ = 40_000;

const counts = (name: string, params: object) =>
  aRule({
    name,
    on: ["OutboundMessage", "InboundMessage", "ContactTagUpdate", "ContactDndUpdate"],
    conditions: { all: [{ fact: "count", params: { ...params }, operator: "greaterThan", value: 0 }] },
    actions: [aTask({ after: "1h", cancelOn: ["reply", "dnd"] })],
    limit: { count: 1, within: "30d" },
  });

async function rowsRead(happens: () => Promise<unknown>): Promise<number> {
  const before = world.rowsRead;
  await happens();
  return world.rowsRead - before;
}

it("an event of a contact with 100,000 events reads no more than the bound, however many rules ask", async () => {
  const channels = ["sms", "call", "email"];
  world.rules = [
    counts("any", {}),
    ...channels.flatMap((channel) =>
      ["1h", "1d", "7d", "30d"].map((within) => counts(`${channel}-${within}`, { channel, within })),
    ),
  ];
  await postEvent({ messageId: "first" });
  await runInDurableObject(ledger(), (_, { storage }) => {
    storage.sql.exec(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO events (contact_id, key, seq, kind, channel, outcome, direction, message_key, chain, subject, state, occurred_at, received_at, fired, record, long_past)
       SELECT ?2, 'old-' || i, (?3 - (?1 - i) * 20000) * 1000, 'OutboundMessage', 'sms', 'sent', 'outbound',
         '["OutboundMessage","m' || i || '","sent",""]', 'm' || i, '["OutboundMessage","m' || i || '"]', '[]',
         ?3 - (?1 - i) * 20000, ?3 - (?1 - i) * 20000, '[]', '{}', 1 FROM n`,
      EVENTS,
      CONTACT,
      world.now,
    );
    storage.sql.exec("UPDATE events SET long_past = 1");
  });
  world.now += 1_000;
  const EVENTS_OF_ALL_KINDS = [
    { messageId: "m1", status: "failed" },
    { messageId: "retry", originalMessageId: "m2" },
    { type: "InboundMessage", messageId: "in", body: "STOP", dateAdded: new Date(world.now - 3_600_000).toISOString() },
    { type: "ContactTagUpdate", id: CONTACT, tags: ["a"] },
    { type: "ContactDndUpdate", id: CONTACT, dnd: true, timestamp: new Date(world.now - 86_400_000).toISOString() },
  ];
  for (const fields of EVENTS_OF_ALL_KINDS) {
    const read = await rowsRead(() => postEvent(fields));
    expect(read, JSON.stringify(fields)).toBeLessThan(MAX_ROWS_READ);
    expect(read).toBeGreaterThan(0);
  }
});

it("an event of a contact for whom 1,000 deliveries wait reads each of them once, and no plan but one", async () => {
  const waits = { fact: "count", params: {}, operator: "greaterThan", value: 0 } as const;
  const until = { all: [{ fact: "status", operator: "equal", value: "over" }] } as const;
  world.rules = Array.from({ length: 1_000 }, (_, index) =>
    aRule({
      name: `waits-${index}`,
      conditions: { all: [{ fact: "status", operator: "equal", value: "begun" }, waits] },
      actions: [aTask({ after: "1h", cancelOn: [{ on: ["OutboundMessage"], conditions: until }] })],
    }),
  );
  await postEvent({ messageId: "1", status: "begun" });
  world.now += 1_000;
  world.statements = [];
  const read = await rowsRead(() => postEvent({ messageId: "2", status: "other" }));
  expect(read).toBeLessThan(5_000);
  expect(world.statements.filter((statement) => statement.startsWith("SELECT plan"))).toHaveLength(1);
  world.now += 1_000;
  const ended = await rowsRead(() => postEvent({ messageId: "3", status: "over" }));
  expect(ended).toBeLessThan(10_000);
  const counts = await ledger().deliveryCounts({});
  expect(counts.counts).toMatchObject({ scheduled: 0, cancelled: 1_000 });
});

it("an event that many rules with limits look at reads what waits for its contact once", async () => {
  const begun = { all: [{ fact: "status", operator: "equal", value: "begun" }] } as const;
  world.rules = Array.from({ length: 200 }, (_, index) =>
    aRule({
      name: `limited-${index}`,
      limit: { count: 1, within: "1d" },
      conditions: begun,
      actions: [aTask({ after: "1h", restart: true })],
    }),
  );
  await postEvent({ messageId: "1", status: "begun" });
  world.now += 1_000;
  world.statements = [];
  await postEvent({ messageId: "2", status: "begun" });
  const reads = world.statements.filter((statement) => statement.includes("AS place"));
  // Once to decide, and once in the transaction that replaces what waits.
  expect(reads).toHaveLength(2);
  const counts = await ledger().deliveryCounts({});
  expect(counts.counts).toMatchObject({ scheduled: 200, cancelled: 200 });
});
