// The Worker of `npm run demo`, which is never deployed: the real one, except that its ledgers use a clock that can be
// moved, so that "in five minutes" takes no time, and that it can be given other rules than those it was built with.
import { Ledger as RealLedger, type LedgerEnv } from "../../objects/durable-objects.ts";
import type { Event } from "../../model/event.ts";
import type { BuiltRules, RuleSet } from "../../model/rule.ts";
import { bundledRules } from "../../rules/bundled.ts";
import { fromBuilt } from "../../rules/rule-set.ts";
import { workerWith } from "../../serve.ts";

export { Agency, Directory, Registry } from "../../worker.ts";

interface DemoEnv extends LedgerEnv {
  /** The rules in force; absent: those that it was built with. */
  readonly DEMO_RULES?: BuiltRules;
  readonly LEDGER: DurableObjectNamespace<Ledger>;
}

/** Moves the clock; and comes as the watchdog does once an hour. */
const CLOCK_PATH = "/demo/clock";
const LOOK_PATH = "/demo/look";
const DEMO_PATHS: ReadonlySet<string> = new Set([CLOCK_PATH, LOOK_PATH]);

/** How far the ledgers' clock is from the real one: kept here, because an object may be evicted between two calls. */
let offsetMs = 0;

export class Ledger extends RealLedger {
  constructor(ctx: DurableObjectState, env: DemoEnv) {
    super(ctx, env, ({ ports, storage }) => ({
      ports: { ...ports, ruleSet: rulesOf(env), actions: { ...ports.actions, clock: () => Date.now() + offsetMs } },
      storage: {
        ...storage,
        getAlarm: async () => moved(await storage.getAlarm()),
        setAlarm: (atMs) => storage.setAlarm(atMs - offsetMs),
      },
    }));
  }

  /** Moves the time of receipt, too: the Worker stamps it by the real clock. */
  override record(event: Event) {
    const receivedMs = Date.parse(event.receivedAt) + offsetMs;
    const occurredMs = Math.min(Date.parse(event.occurredAt), receivedMs);
    return super.record({ ...event, receivedAt: isoTime(receivedMs), occurredAt: isoTime(occurredMs) });
  }

  /** Moves the clock and performs what is due then. Returns when the next thing is due; `null`: nothing waits. */
  async moveTo(offset: number): Promise<number | null> {
    offsetMs = offset;
    // An alarm that was set before would ring by the old clock: running it here sets the next one.
    await this.ctx.storage.deleteAlarm();
    await this.alarm();
    return moved(await this.ctx.storage.getAlarm());
  }
}

let worker: ReturnType<typeof workerWith> | undefined;

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (!DEMO_PATHS.has(pathname)) return (worker ??= workerWith(rulesOf(env))).fetch(request, env);
    const ledger = env.LEDGER.getByName(searchParams.get("location") ?? "");
    if (pathname === LOOK_PATH) return Response.json({ ...(await ledger.poke(true)) });
    return Response.json({ nextMs: await ledger.moveTo(Number(searchParams.get("offset"))) });
  },
} satisfies ExportedHandler<DemoEnv>;

/** The same set for every object, because what is made of its rules is kept by it. */
function rulesOf({ DEMO_RULES }: DemoEnv): RuleSet {
  return (rules ??= DEMO_RULES === undefined ? bundledRules : fromBuilt(DEMO_RULES));
}
let rules: RuleSet | undefined;

function moved(atMs: number | null): number | null {
  return atMs === null ? null : atMs + offsetMs;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
