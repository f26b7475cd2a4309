import type { TaskStore } from "../../../src/act/action-kind.ts";
import { sqliteStorage } from "../../../src/cli/sqlite-storage.ts";
import { LocationLedger } from "../../../src/ledger/ledger.ts";
import type { LedgerStorage } from "../../../src/ledger/ports.ts";
import type { RuleSet } from "../../../src/model/rule.ts";
import { aRuleSet } from "../../builders.ts";

/** The same ledger as in workerd, on Node's SQLite, at noon. */
export async function aLedger({
  storage = sqliteStorage(),
  ruleSet = aRuleSet(),
  timer = () => Promise.resolve(),
  clock = () => Date.parse("2026-03-04T12:00:00Z"),
  tasks = { put: () => Promise.resolve(), delete: () => Promise.resolve() },
  announce = () => Promise.resolve(),
}: {
  storage?: LedgerStorage;
  ruleSet?: RuleSet;
  timer?: () => Promise<void>;
  clock?: () => number;
  tasks?: TaskStore;
  announce?: () => Promise<void>;
} = {}): Promise<LocationLedger> {
  const ledger = new LocationLedger(storage, {
    ruleSet,
    retentionDays: 30,
    timeZone: "UTC",
    eventsPerSecond: 1_000_000,
    requestsPerSecond: 1_000_000,
    random: () => 0,
    timer,
    announce,
    actions: {
      clock,
      fetch: () => Promise.resolve(new Response()),
      timeLimit: () => new AbortController().signal,
      tasks,
      secrets: {},
      webhookSecret: null,
      outboundAllowedHosts: new Set(),
      ownHosts: new Set(),
    },
  });
  await ledger.open();
  return ledger;
}
