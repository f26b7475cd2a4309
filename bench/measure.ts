// One round of measuring this folder's commit, as JSON: bench.ts runs it alternately with another commit's.
import { readEvent } from "../src/events/event.ts";
import { parseJson } from "../src/events/parse-json.ts";
import { LocationLedger } from "../src/ledger/ledger.ts";
import { decide } from "../src/match/decide.ts";
import { sqliteStorage } from "../src/local/sqlite-storage.ts";
import { agencyPayloads, agencyRules, eventOf } from "../test/generated/agency.ts";

const ROUND_MS = 400;
const MOMENT = { nowMs: Date.parse("2026-03-04T15:30:00.000Z"), timeZone: "UTC" };
const setOf = (count: number) => ({ hash: `bench-${count}`, rules: agencyRules(count), findings: [] });

const payloads = agencyPayloads(500, 1_000);
const bodies = payloads.map((payload) => new TextEncoder().encode(JSON.stringify(payload)));
const events = payloads.map(eventOf);

const measures: { readonly [name: string]: () => Promise<(turn: number) => unknown> } = {
  "read an event": () =>
    Promise.resolve((turn) => {
      const parsed = parseJson(bodies[turn % bodies.length] ?? new Uint8Array());
      return readEvent(parsed?.value ?? null, { key: "k", route: "events", receivedAt: "2026-03-04T15:30:00.000Z" });
    }),
  "decide, 10 rules": () => deciding(10),
  "decide, 1,000 rules": () => deciding(1_000),
  "record, 20 rules": recording,
};

function deciding(count: number) {
  const ruleSet = setOf(count);
  return Promise.resolve((turn: number) => {
    const event = events[turn % events.length];
    return event && decide(event, ruleSet, MOMENT);
  });
}

async function recording() {
  const ledger = new LocationLedger(sqliteStorage(), {
    ruleSet: setOf(20),
    retentionDays: 30,
    maxBytes: Infinity,
    timeZone: "UTC",
    eventsPerSecond: 1_000_000,
    requestsPerSecond: 1_000_000,
    reconciles: () => true,
    random: () => 0,
    timer: () => Promise.resolve(),
    announce: () => Promise.resolve(),
    highlevel: {
      api: "https://services.leadconnectorhq.com",
      apiVersion: "dated",
      clientId: null,
      clientSecret: null,
      tokenKeys: [],
    },
    actions: {
      clock: () => MOMENT.nowMs,
      fetch: () => Promise.resolve(new Response()),
      timeLimit: () => new AbortController().signal,
      tasks: { put: () => Promise.resolve(), delete: () => Promise.resolve() },
      secrets: {},
      webhookSecret: null,
      outboundAllowedHosts: new Set<string>(),
      ownHosts: new Set<string>(),
    },
  });
  await ledger.open();
  return (turn: number) => {
    const event = events[turn % events.length];
    return event && ledger.record({ ...event, key: `key-${turn}`, contactId: `contact-${turn}` });
  };
}

const rates: { [name: string]: number } = {};
for (const [name, prepare] of Object.entries(measures)) {
  const run = await prepare();
  let turn = 0;
  const until = async (end: number): Promise<void> => {
    while (performance.now() < end) await run(turn++);
  };
  await until(performance.now() + ROUND_MS / 2);
  const [startedAt, from] = [performance.now(), turn];
  await until(startedAt + ROUND_MS);
  rates[name] = ((turn - from) * 1_000) / (performance.now() - startedAt);
}
console.log(JSON.stringify(rates));
