// The Worker as it ships, with counters around how its directory looks after ledgers. They are read at /looks; /turn is what
// the cron trigger does, which raw workerd has none of.
import { Directory as RealDirectory, Ledger as RealLedger, type LedgerEnv } from "../../src/objects/durable-objects.ts";
import worker from "../../src/worker.ts";
import { counted } from "./counted.ts";

export { Agency, Registry } from "../../src/objects/durable-objects.ts";

/** When a ledger was looked at: milliseconds since 1970, and the longest between two looks. */
interface Looked {
  readonly first: number;
  readonly last: number;
  readonly longest: number;
  readonly times: number;
}

const looked = new Map<string, Looked>();
const counts = { pokes: 0, rowsWritten: 0, rowsRead: 0, alarms: 0, alarmMs: 0, mostMsOfAlarm: 0 };

export class Ledger extends RealLedger {
  override poke(...how: Parameters<RealLedger["poke"]>) {
    const now = Date.now();
    const id = this.ctx.id.toString();
    const { first = now, last = now, longest = 0, times = 0 } = looked.get(id) ?? {};
    looked.set(id, { first, last: now, longest: Math.max(longest, now - last), times: times + 1 });
    return super.poke(...how);
  }
}

export class Directory extends RealDirectory {
  constructor(ctx: DurableObjectState, env: LedgerEnv) {
    super(ctx, env, ({ ports, storage }) => ({
      ports: {
        ...ports,
        poke: (...who) => {
          counts.pokes += 1;
          return ports.poke(...who);
        },
      },
      storage: { ...storage, sql: counted(storage.sql, counts) },
    }));
  }

  override async alarm(): Promise<void> {
    const startedAt = Date.now();
    await super.alarm();
    const ms = Date.now() - startedAt;
    counts.alarms += 1;
    counts.alarmMs += ms;
    counts.mostMsOfAlarm = Math.max(counts.mostMsOfAlarm, ms);
  }
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/turn") {
      await worker.scheduled({ scheduledTime: Date.now(), cron: "", noRetry: () => undefined }, env);
      return Response.json({});
    }
    if (pathname !== "/looks") return worker.fetch(request, env);
    const all = [...looked.values()];
    return Response.json({
      ...counts,
      looked: all.length,
      twice: all.filter(({ times }) => times > 1).length,
      firstAt: all.reduce((least, { first }) => Math.min(least, first), Infinity),
      lastAt: all.reduce((most, { first }) => Math.max(most, first), 0),
      longestMs: all.reduce((most, { longest }) => Math.max(most, longest), 0),
    });
  },
} satisfies ExportedHandler<LedgerEnv>;
