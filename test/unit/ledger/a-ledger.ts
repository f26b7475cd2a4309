import type { TaskStore } from "../../../src/act/contract/action-kind.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { CallLimits } from "../../../src/ledger/highlevel/account.ts";
import { LocationLedger } from "../../../src/ledger/ledger.ts";
import type { AlertPorts, LedgerPorts, LedgerStorage, PublishedRules } from "../../../src/ledger/store/ports.ts";
import type { Tokens } from "../../../src/highlevel/account.ts";
import type { HighLevelAccount } from "../../../src/highlevel/account.ts";
import type { HighLevelSettings } from "../../../src/model/configuration.ts";
import type { Everywhere } from "../../../src/model/pause.ts";
import type { RuleSet } from "../../../src/model/rule.ts";
import { aRuleSet } from "../../builders.ts";
import { TEST_WEBHOOK_SECRET } from "../../keys.ts";

/** Limits that hold nothing up. */
export const NO_LIMITS: CallLimits = {
  mayLeave: () => true,
  leaves: () => ({ answered: () => undefined, ended: () => undefined }),
};

/** The same ledger as in workerd, on Node's SQLite, at noon. */
export async function aLedger({
  storage = sqliteStorage(),
  ruleSet = aRuleSet(),
  timer = () => new Promise((done) => setImmediate(done)),
  clock = () => Date.parse("2026-03-04T12:00:00Z"),
  tasks = { put: () => Promise.resolve(), delete: () => Promise.resolve() },
  announce = () => Promise.resolve(),
  pausedEverywhere,
  fetch = () => Promise.resolve(new Response()),
  eventsPerSecond = 1_000_000,
  highlevel = {
    api: "https://highlevel.example.com",
    apiVersion: "dated" as const,
    clientId: null,
    clientSecret: null,
    tokenKeys: [],
  },
  account,
  tokens,
  maxBytes = Infinity,
  reconciles = true,
  published,
  alerts,
}: {
  storage?: LedgerStorage;
  ruleSet?: RuleSet;
  timer?: (ms: number) => Promise<void>;
  clock?: () => number;
  tasks?: TaskStore;
  announce?: LedgerPorts["announce"];
  pausedEverywhere?: () => Promise<Everywhere>;
  fetch?: (request: Request) => Promise<Response>;
  eventsPerSecond?: number;
  highlevel?: HighLevelSettings;
  account?: HighLevelAccount;
  tokens?: Tokens;
  maxBytes?: number;
  reconciles?: boolean;
  published?: PublishedRules;
  alerts?: AlertPorts;
} = {}): Promise<LocationLedger> {
  const ledger = new LocationLedger(storage, {
    ruleSet,
    retentionDays: 30,
    maxBytes,
    timeZone: "UTC",
    eventsPerSecond,
    requestsPerSecond: 1_000_000,
    reconciles: () => reconciles,
    published,
    alerts,
    random: () => 0,
    timer,
    announce,
    pausedEverywhere,
    highlevel,
    account,
    tokens,
    actions: {
      clock,
      fetch,
      timeLimit: () => new AbortController().signal,
      tasks,
      secrets: {},
      webhookSecret: TEST_WEBHOOK_SECRET,
      outboundAllowedHosts: new Set(),
      ownHosts: new Set(),
    },
  });
  await ledger.open();
  return ledger;
}
