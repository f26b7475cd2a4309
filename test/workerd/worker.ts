// The Worker under test: the real one, whose ledgers live in the world of world.ts.
import {
  Agency as RealAgency,
  Directory as RealDirectory,
  Ledger as RealLedger,
  Registry as RealRegistry,
  type LedgerEnv,
} from "../../src/objects/durable-objects.ts";
import type { Sql } from "../../src/ledger/store/ports.ts";
import type { Rule, RuleSet } from "../../src/model/rule.ts";
import { aRuleSet } from "../builders.ts";
import { outgoing, world } from "./world.ts";

export { default } from "../../src/worker.ts";

export class Directory extends RealDirectory {
  constructor(ctx: DurableObjectState, env: LedgerEnv) {
    super(ctx, env, ({ ports, storage }) => ({ ports: { ...ports, clock: () => world.now }, storage }));
  }
}

export class Ledger extends RealLedger {
  constructor(ctx: DurableObjectState, env: LedgerEnv) {
    super(ctx, env, ({ ports, storage }) => ({
      ports: {
        ...ports,
        get ruleSet() {
          return world.rules === null ? ports.ruleSet : testRules(world.rules);
        },
        get maxBytes() {
          return world.maxBytes;
        },
        ...(ports.published ? { published: { ...ports.published, from: world.rulesFrom } } : {}),
        ...(ports.alerts ? { alerts: { ...ports.alerts, url: world.alertUrl } } : {}),
        random: () => 0,
        eventsPerSecond: world.budget,
        actions: { ...ports.actions, clock: () => world.now, fetch: outgoing },
      },
      storage: {
        ...storage,
        sql: counted(storage.sql),
        setAlarm: (atMs) => {
          world.alarmsSet += 1;
          return storage.setAlarm(atMs);
        },
      },
    }));
  }
}

export class Agency extends RealAgency {
  constructor(ctx: DurableObjectState, env: LedgerEnv) {
    super(ctx, env, ({ ports, storage }) => ({
      ports: { ...ports, actions: { ...ports.actions, clock: () => world.now, fetch: outgoing } },
      storage: { ...storage, sql: counted(storage.sql) },
    }));
  }
}

export class Registry extends RealRegistry {
  constructor(ctx: DurableObjectState, env: LedgerEnv) {
    super(ctx, env, ({ ports, storage }) => ({
      ports: { ...ports, clock: () => world.now, rulesFrom: world.rulesFrom },
      storage,
    }));
  }
}

const sets = new WeakMap<readonly Rule[], RuleSet>();

/** The rules of a test as one set each, named by what they are called. */
function testRules(rules: readonly Rule[]): RuleSet {
  let set = sets.get(rules);
  if (!set) sets.set(rules, (set = { ...aRuleSet(...rules), hash: `test:${rules.map(({ name }) => name).join()}` }));
  return set;
}

/** The same storage, which counts what it is asked, and the rows that are read and written. */
function counted(sql: Sql): Sql {
  return {
    exec(statement, ...values) {
      world.statements.push(statement);
      const cursor = sql.exec(statement, ...values) as SqlStorageCursor<Record<string, SqlStorageValue>>;
      const rows = cursor.toArray();
      world.rowsWritten += cursor.rowsWritten;
      world.rowsRead += cursor.rowsRead;
      return { toArray: () => rows, [Symbol.iterator]: () => rows[Symbol.iterator]() };
    },
  };
}
