// `npm run neighbours`: how a hanging destination affects the others of its location, and how a flood of events to one
// location affects another. In raw workerd, over real connections.
import { parseArgs } from "node:util";
import { quantile } from "../bench/parts/report.ts";
import { buildWith, discard, serve } from "../bench/parts/serve.ts";
import type { WebhookAction } from "../src/model/rule.ts";
import { aRule } from "../test/builders.ts";
import { chance } from "../test/generated/chance.ts";
import { pause, World } from "./chaos/world.ts";

const HELP = `Usage: npm run neighbours -- [--seconds 20] [--json]
Exit codes: 0 what goes to other destinations leaves within a second; 1 otherwise; 2 wrong usage.`;
const QUIET_RATE = 10;
const FLOOD_FACTOR = 50;
const HANGING_RATE = 5;
const MAY_BE_LATE_MS = 1_000;

const { seconds: SECONDS, json } = read();

function read(): { seconds: number; json: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        seconds: { type: "string", default: "20" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    if (!(Number(values.seconds) > 0)) throw new Error("Expected a number of seconds above 0");
    return { seconds: Number(values.seconds), json: values.json };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : ""}\n${HELP}`);
    process.exit(2);
  }
}

const say = (text: string): void => void (json || console.log(text));
const world = new World(chance(1));
const { hosts, kv } = await world.start();
const [prompt = ""] = hosts;
const hanging = await world.startHanging();
const to = (host: string): WebhookAction => ({
  type: "webhook",
  url: `http://${host}/{{ event.contactId }}/{{ decision.eventKey }}/both/0`,
});
const conditions = { all: [{ fact: "locationId", operator: "equal", value: "both" }] } as const;
say("Building the Worker …");
const both = aRule({
  name: "both",
  conditions,
  on: ["OutboundMessage", "InboundMessage"],
  actions: [to(hanging), to(prompt)],
});
const built = await buildWith([both]);
const worker = await serve(built, { kv, variables: { OUTBOUND_ALLOWED_HOSTS: `${prompt},${hanging}` } });
world.port = worker.port;

/** Sends to a location at a rate for some seconds; returns how long each answer took. */
async function load(locationId: string, rate: number, goesOn: boolean): Promise<number[]> {
  const latencies: number[] = [];
  const under: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let sent = 0; sent < rate * SECONDS;) {
    for (const due = ((performance.now() - startedAt) * rate) / 1_000; sent < due; sent++)
      under.push(world.send(`${locationId}-${startedAt}-${sent}`, locationId, `c${sent % 50}`, { goesOn, latencies }));
    await pause(5);
  }
  await Promise.all(under);
  return latencies;
}

await load("warm", 100, true);
const alone = await load("quiet", QUIET_RATE, true);
const [besides] = await Promise.all([load("quiet", QUIET_RATE, true), load("loud", QUIET_RATE * FLOOD_FACTOR, false)]);
const flood = { alone: percentiles(alone), besides: percentiles(besides) };
say(
  `A location at ${QUIET_RATE} events/s is answered in ${flood.alone.p50} ms (p99 ${flood.alone.p99}); beside one that sends ${QUIET_RATE * FLOOD_FACTOR}/s in ${flood.besides.p50} ms (p99 ${flood.besides.p99}). Both share the two cores of one process here.`,
);

function percentiles(latencies: readonly number[]): { p50: number; p99: number } {
  const [p50 = 0, p99 = 0] = [0.5, 0.99].map((share) => Number(quantile(latencies, share).toFixed(1)));
  return { p50, p99 };
}

await load("both", HANGING_RATE, true);
await pause(2_000);
await worker.stop("SIGKILL");
const answeredAt = new Map(world.acknowledged.map(({ key, at }) => [key, at]));
const calls = world.calls.filter(({ about }) => about.endsWith("both/0"));
const lateMs = calls
  .filter(({ host }) => host === prompt)
  .map(({ about, at }) => at - (answeredAt.get(about.split("/")[1] ?? "") ?? Number.NaN));
const events = world.acknowledged.filter(({ key }) => key.startsWith("both-")).length;
const isInTime = lateMs.length === events && lateMs.every((ms) => ms <= MAY_BE_LATE_MS);
const late = { ...percentiles(lateMs), most: Math.max(...lateMs) };
say(
  `Beside a destination that hangs (${calls.length - lateMs.length} requests to it), ${lateMs.length} of ${events} deliveries left for another, ${late.p50} ms after the 202 (p99 ${late.p99}, most ${late.most}; ${MAY_BE_LATE_MS} allowed)`,
);
if (json) console.log(JSON.stringify({ flood, hanging: { ...late, deliveries: lateMs.length, events } }));
world.stop();
discard(built);
process.exit(isInTime ? 0 : 1);
