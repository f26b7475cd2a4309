// `npm run demo`: the main job with nothing else to start. The Worker in workerd, a receiver of webhooks on loopback,
// one signed event of every channel, and what came of each.
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { defineCommand } from "citty";
import { Response as OutboundResponse, type Request as OutboundRequest } from "miniflare";
import type { Delivery } from "../model/delivery.ts";
import { ensureDevVars } from "./dev-vars.ts";
import { answerLines } from "./send.ts";
import { sendEvent, storyOf, type Story, type Target } from "./hook-client.ts";
import { DEFAULT_WORKER_URL, ROOT, signInLink } from "./project.ts";
import { startReceiver, type Receiver, type ReceivedWebhook } from "./receiver.ts";
import { RECEIVER_PORT } from "./dev-vars.ts";
import { CHANNEL_SAMPLES, LOCATION, payloadOf, SAMPLES } from "../events/samples.ts";
import { developmentKey } from "./sign.ts";
import { UsageError } from "./usage-error.ts";
import { bundleWorker, freePort, runWorker, type RunningWorker } from "./workerd.ts";

const BUNDLE = join(ROOT, "dist/worker");
/** Every channel and provider kind, then the calls and messages that the shipped rules are about. */
const STORY = [
  ...CHANNEL_SAMPLES,
  "provider-sms",
  "provider-email",
  "call-voicemail",
  "missed-call",
  "sms-failed",
  "internal-comment",
  "api-sms",
];
/** What goes no further by itself. */
const ENDED = new Set(["sent", "dead", "cancelled", "held"]);
const SETTLE_TRIES = 100;
const SETTLE_WAIT_MS = 100;

/** Sends what leaves the Worker for any host to the receiver: the demo has no network, and the rules name real hosts. */
function towards(receiver: Receiver): (request: OutboundRequest) => Promise<OutboundResponse> {
  return async (request) => {
    const { host, pathname, search } = new URL(request.url);
    const headers = Object.fromEntries([...request.headers, ["x-demo-host", host]]);
    const response = await fetch(`${receiver.url}${pathname}${search}`, {
      method: request.method,
      headers,
      body: await request.text(),
    });
    return new OutboundResponse(null, { status: response.status });
  };
}

/** A time zone in which it is about noon, so that rules which keep to the day show what they do by night as well. */
function zoneAtNoon(now: Date): string {
  const ahead = 12 - now.getUTCHours();
  // The names have the sign of the offset turned round: Etc/GMT-5 is five hours ahead.
  return ahead === 0 ? "UTC" : `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
}

/** A webhook as one line. */
function webhookLine({ id, host, path, verified }: ReceivedWebhook): string {
  return `  ${verified ? "✔ signature verified" : "✘ signature wrong"}  ${id}  https://${host}${path}`;
}

/** It has ended, or waits for a time to come. */
function isSettled({ state, dueAt }: Delivery): boolean {
  return (
    ENDED.has(state) || (state === "scheduled" && dueAt !== null && Date.parse(dueAt) > Date.now() + SETTLE_WAIT_MS)
  );
}

async function settled(target: Target, locationId: string, eventKey: string): Promise<Story> {
  for (let tries = 0; tries < SETTLE_TRIES; tries++) {
    const story = await storyOf(target, locationId, eventKey);
    if (story?.deliveries.every(isSettled)) return story;
    await wait(SETTLE_WAIT_MS);
  }
  throw new Error(
    `The deliveries of event ${eventKey} did not end within ${(SETTLE_TRIES * SETTLE_WAIT_MS) / 1_000} s`,
  );
}

async function showEvent(target: Target, name: string): Promise<void> {
  const sample = SAMPLES[name];
  if (!sample) throw new Error(`There is no sample "${name}"`);
  const payload = payloadOf(sample, {}, new Date());
  const sent = await sendEvent(target, sample.route, payload);
  if (sent.httpStatus !== 202 || !sent.answer.eventKey)
    throw new Error(`Sample "${name}" was answered ${sent.httpStatus}`);
  const story = await settled(target, LOCATION, sent.answer.eventKey);
  console.log(`\n── ${name}: ${sample.about}`);
  for (const line of answerLines(sent, story)) console.log(line);
}

async function showTasks({ miniflare }: RunningWorker): Promise<number> {
  const tasks = await miniflare.getKVNamespace("TASKS");
  const { keys } = await tasks.list();
  for (const key of keys) {
    const { title, dueAt } = key.metadata as { title: string; dueAt: string | null };
    console.log(`  ${key.name}\n    ${title}, due ${dueAt ?? "any time"}`);
  }
  return keys.length;
}

export const demo = defineCommand({
  meta: { name: "demo", description: "Run the Worker and one event of every channel, and show what happens" },
  args: { once: { type: "boolean", description: "end when all is shown" } },
  async run({ args }) {
    const startedAt = Date.now();
    const { variables } = await ensureDevVars();
    const key = developmentKey(variables);
    if (!key.ok) throw new UsageError(key.failure);
    console.log("Building the rules and the Worker…");
    await bundleWorker(BUNDLE);
    let live = false;
    const receiver = await startReceiver(
      await freePort(RECEIVER_PORT),
      variables["WEBHOOK_SECRET"] ?? "",
      (webhook) => {
        if (live) console.log(webhookLine(webhook));
      },
      Date.now,
    );
    const timeZone = zoneAtNoon(new Date());
    const port = await freePort(Number(new URL(DEFAULT_WORKER_URL).port));
    const worker = await runWorker({
      bundle: BUNDLE,
      variables: { ...variables, TIME_ZONE: timeZone },
      port,
      outbound: towards(receiver),
    });
    const target: Target = { url: worker.url, privateKey: key.value, adminToken: variables["ADMIN_TOKEN"] };
    console.log(
      `The Worker runs in workerd at ${worker.url}, in a time zone where it is noon (${timeZone}; ${((Date.now() - startedAt) / 1_000).toFixed(1)} s)`,
    );

    for (const name of STORY) await showEvent(target, name);

    console.log(
      `\n── Webhooks, as the receiver at ${receiver.url} got them (it answers for every host: the demo has no network)`,
    );
    for (const webhook of receiver.received) console.log(webhookLine(webhook));
    console.log("\n── Tasks in KV");
    const tasks = await showTasks(worker);
    const verified = receiver.received.filter((webhook) => webhook.verified).length;
    console.log(
      `\n${STORY.length} events, ${verified} of ${receiver.received.length} webhooks verified, ${tasks} tasks, ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`,
    );

    if (args.once) {
      await worker.miniflare.dispose();
      receiver.close();
      return;
    }
    live = true;
    console.log(`
The demo stays up; stop it with Ctrl-C.
  Page      ${signInLink(worker.url, variables["ADMIN_TOKEN"])}
  Worker    ${worker.url}
  Receiver  ${receiver.url}
  Send      npm run rules send voicemail -- --set callDuration=31 --to ${worker.url}
  Ask       curl -H "Authorization: Bearer ${variables["ADMIN_TOKEN"] ?? ""}" ${worker.url}/api/locations`);
    process.on("SIGINT", () => {
      receiver.close();
      void worker.miniflare.dispose().finally(() => process.exit(0));
    });
  },
});
