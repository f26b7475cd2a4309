// The Worker under test: the real one, whose ledgers live in the world of world.ts.
import { Ledger as RealLedger, type LedgerEnv } from "../../src/ledger/durable-objects.ts";
import { outgoing, world } from "./world.ts";

export { default } from "../../src/worker.ts";
export { Directory } from "../../src/ledger/durable-objects.ts";

export class Ledger extends RealLedger {
  constructor(ctx: DurableObjectState, env: LedgerEnv) {
    super(ctx, env, (ports) => ({
      ...ports,
      get ruleSet() {
        return world.rules === null ? ports.ruleSet : { hash: "test", rules: world.rules, findings: [] };
      },
      random: () => 0,
      actions: { ...ports.actions, clock: () => world.now, fetch: outgoing },
    }));
  }
}
