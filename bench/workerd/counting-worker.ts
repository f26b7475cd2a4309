// The Worker as it ships, with counters around what Cloudflare charges for. They are read at /counts.
import { Ledger as RealLedger, type LedgerEnv } from "../../src/objects/durable-objects.ts";
import type { Event } from "../../src/model/event.ts";
import worker from "../../src/worker.ts";
import { counted } from "./counted.ts";

export { Agency, Directory, Registry } from "../../src/objects/durable-objects.ts";

const counts = { rowsWritten: 0, rowsRead: 0, alarmsSet: 0, objectRequests: 0, objectMs: 0 };

export class Ledger extends RealLedger {
  constructor(ctx: DurableObjectState, env: LedgerEnv) {
    super(ctx, env, ({ ports, storage }) => ({
      ports,
      storage: {
        ...storage,
        sql: counted(storage.sql, counts),
        setAlarm: (atMs) => {
          counts.alarmsSet += 1;
          return storage.setAlarm(atMs);
        },
      },
    }));
  }
  override record(event: Event) {
    return timed(() => super.record(event));
  }
  override alarm() {
    return timed(() => super.alarm());
  }
}

async function timed<Value>(work: () => Promise<Value>): Promise<Value> {
  counts.objectRequests += 1;
  const startedAt = Date.now();
  try {
    return await work();
  } finally {
    counts.objectMs += Date.now() - startedAt;
  }
}

export default {
  fetch(request, env) {
    return new URL(request.url).pathname === "/counts" ? Response.json(counts) : worker.fetch(request, env);
  },
} satisfies ExportedHandler<LedgerEnv>;
