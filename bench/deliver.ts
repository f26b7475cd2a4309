// `npm run bench:deliver`: how fast follow-ups leave, in raw workerd, to a receiver that answers in 5 ms.
import type { Action, Rule } from "../src/model/rule.ts";
import { aRule, aWebhook } from "../test/builders.ts";
import { load } from "./parts/load.ts";
import { preciseNow, receiver, type Arrival, type Receiver } from "./parts/receiver.ts";
import { figure, publish, quantile, setting } from "./parts/report.ts";
import { buildWith, discard, serve } from "./parts/serve.ts";

const ANSWER_MS = 5;
const AT_REST = 40;
const BURST = setting("BURST", 3_000);
const LOADED = 2_000;
const LOAD_RATE = 200;
const LOCATIONS = setting("LOCATIONS", 1_000);
const DELIVERIES_OF_EACH = 100;
const DUE_AFTER_S = 60;

const inbox = await receiver(ANSWER_MS);
const host = `127.0.0.1:${inbox.port}`;
const variables = { OUTBOUND_ALLOWED_HOSTS: host };
const path = "/{{ event.webhookId }}";
const rule = (actions: readonly Action[]): Rule =>
  aRule({
    name: "every-message",
    conditions: { all: [{ fact: "type", operator: "equal", value: "OutboundMessage" }] },
    actions,
  });
const fields = { type: "OutboundMessage", source: "workflow" };

/** Waits until so many have arrived, and returns them. */
async function arrived(from: Receiver, count: number, sayProgress = false): Promise<readonly Arrival[]> {
  for (let seen = 0, still = 0; seen < count && still < 600; still++) {
    await new Promise((again) => setTimeout(again, 100));
    const now = await from.count();
    if (now > seen) still = 0;
    if (sayProgress && Math.floor(now / 10_000) > Math.floor(seen / 10_000)) console.log(`${figure(now)} delivered`);
    seen = now;
  }
  return from.take();
}

const at = (values: readonly number[], share: number): string => `${figure(quantile(values, share))} ms`;
const rows: string[][] = [];

console.log("Building the Worker …");
const built = await buildWith([rule([aWebhook({ url: `http://${host}${path}` })])]);
const worker = await serve(built, { variables });
const job = { port: worker.port, locations: 1, fields };

await load({ ...job, connections: 8, requests: 500, run: "warm" });
await arrived(inbox, 500);

const rest: number[] = [];
for (let turn = 0; turn < AT_REST; turn++) {
  await load({ ...job, connections: 1, requests: 1, run: `rest-${turn}`, tellEnd: true }).then(async ({ endedAt }) => {
    const [only] = await arrived(inbox, 1);
    rest.push(Math.max(0, (only?.at ?? Number.NaN) - endedAt));
  });
}
rows.push(["at rest, one event at a time", at(rest, 0.5), at(rest, 0.99), "–"]);

const loaded = await load({ ...job, connections: 32, requests: LOADED, run: "loaded", rate: LOAD_RATE, tellEnd: true });
const underLoad = await arrived(inbox, LOADED);
const answeredAt = new Map(loaded.answers?.map(([key, when]) => [`/${key}`, when]));
const lags = underLoad.map((one) => Math.max(0, one.at - (answeredAt.get(one.path) ?? Number.NaN)));
rows.push([`at ${LOAD_RATE} events/s`, at(lags, 0.5), at(lags, 0.99), "–"]);

const burst = load({ ...job, connections: 64, requests: BURST, run: "burst" });
const burstArrivals = await arrived(inbox, BURST);
await burst;
const times = burstArrivals.map((one) => one.at).toSorted((a, b) => a - b);
const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000;
rows.push([`${figure(BURST)} events as fast as they are taken`, "–", "–", figure(times.length / seconds)]);
await worker.stop();
discard(built);

console.log(`${figure(LOCATIONS * DELIVERIES_OF_EACH)} deliveries are made to wait ${DUE_AFTER_S} s …`);
const actions = Array.from({ length: DELIVERIES_OF_EACH }, () =>
  aWebhook({ url: `http://${host}${path}`, after: `${DUE_AFTER_S}s` }),
);
const waiting = await buildWith([rule(actions)]);
const before = await serve(waiting, { variables });
const startedAt = preciseNow();
await load({ port: before.port, locations: LOCATIONS, fields, connections: 16, requests: LOCATIONS, run: "wait" });
const accepted = preciseNow();
if (accepted - startedAt > DUE_AFTER_S * 1_000)
  console.log("They took so long to make that the first were due before the restart");
await before.stop("SIGKILL");
await new Promise((due) => setTimeout(due, Math.max(0, accepted + DUE_AFTER_S * 1_000 - preciseNow())));
await inbox.take();
const restartedAt = preciseNow();
const after = await serve(waiting, { variables });
const woken = await arrived(inbox, LOCATIONS * DELIVERIES_OF_EACH, true);
const since = woken.map((one) => one.at - restartedAt);
const firstOf = new Map<string, number>();
for (const one of woken) if (!firstOf.has(one.path)) firstOf.set(one.path, one.at - restartedAt);
const firsts = [...firstOf.values()];
await after.stop();
discard(waiting);
inbox.stop();

const twice = woken.length - new Set(woken.map(({ id }) => id)).size;
publish(
  "deliver",
  "npm run bench:deliver",
  [
    {
      title: `From the 202 to the receiver, one location, a receiver that answers in ${ANSWER_MS} ms`,
      columns: ["", "p50", "p99", "deliveries/s"],
      rows,
    },
    {
      title: `${figure(LOCATIONS * DELIVERIES_OF_EACH)} overdue deliveries of ${figure(LOCATIONS)} locations after a kill and a restart`,
      columns: ["", "s"],
      rows: [
        ["first delivery of all", figure(quantile(since, 0) / 1_000)],
        ["first delivery of a location, median", figure(quantile(firsts, 0.5) / 1_000)],
        ["first delivery of the last location", figure(quantile(firsts, 1) / 1_000)],
        ["half of all", figure(quantile(since, 0.5) / 1_000)],
        ["all", figure(quantile(since, 1) / 1_000)],
      ],
    },
  ],
  [
    `Delivered were ${figure(woken.length)}, of them ${figure(twice)} twice. Where a webhook is there before the 202 has been read, its time counts as 0: under load both leave after the same commit.`,
  ],
);
