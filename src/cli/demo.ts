// `npm run demo`: shows the main job with nothing else to start. The Worker in workerd, a webhook receiver and
// HighLevel's stand-in on loopback, one signed event of every channel, follow-ups inside HighLevel, and their results.
import { defineCommand } from "citty";
import { DEMO_RECIPES, demoRules } from "./demo-rules.ts";
import { amount } from "../kit/amount.ts";
import { BOUNCED_MS, bounced } from "./demo/bounced.ts";
import { CHANNEL_EVENTS, tell } from "./demo/channels.ts";
import { demoBundle } from "./demo-bundle.ts";
import { FOLLOW_UPS_MS, followUps } from "./demo/follow-ups.ts";
import { bouncedLines, followUpLines, providerLines, webhookLine } from "./demo/lines.ts";
import { PROVIDER_MS, providerRole } from "./demo/provider.ts";
import { startWorld, type World } from "./demo/world.ts";
import { signInLink } from "../local/project.ts";
import { answerLines } from "./send.ts";

async function showTasks({ worker }: World): Promise<number> {
  const tasks = await worker.miniflare.getKVNamespace("TASKS");
  const { keys } = await tasks.list();
  for (const key of keys) {
    const { title, dueAt } = key.metadata as { title: string; dueAt: string | null };
    console.log(`  ${key.name}\n    ${title}, due ${dueAt ?? "any time"}`);
  }
  return keys.length;
}

async function showChannels(world: World): Promise<void> {
  for (const name of CHANNEL_EVENTS) {
    const { sample, sent, story } = await tell(world, name);
    console.log(`\n── ${name}: ${sample.about}`);
    for (const line of answerLines(sent, story)) console.log(line);
  }
}

async function showFollowUps(world: World): Promise<void> {
  console.log(
    `\n── Follow-ups inside HighLevel: calls to five contacts reach voicemail, five minutes pass at once (HighLevel is a stand-in at ${world.standInUrl}; beside rules/, ${DEMO_RECIPES.join(" and ")} are in force)`,
  );
  for (const line of followUpLines(await followUps(world))) console.log(line);
  console.log("\n── What becomes of an e-mail: it bounces, and HighLevel names no contact");
  for (const line of bouncedLines(await bounced(world))) console.log(line);
  console.log("\n── Messages of a provider: to the gateway, and its word back to HighLevel");
  for (const line of providerLines(await providerRole(world))) console.log(line);
  await world.time.catchUp();
  for (const violation of world.standIn.violations) console.log(`  ✘ ${violation}`);
}

export const demo = defineCommand({
  args: { once: { type: "boolean", description: "end when all is shown" } },
  async run({ args }) {
    const startedAt = Date.now();
    let live = false;
    console.log("Building the rules and the Worker…");
    const world = await startWorld({
      // It ends in the present, so that afterwards its page says how long ago things were.
      agoMs: FOLLOW_UPS_MS + BOUNCED_MS + PROVIDER_MS,
      rules: await demoRules(),
      bundle: await demoBundle(),
      onWebhook: (webhook) => {
        if (live) console.log(webhookLine(webhook));
      },
    });
    const { target, receiver, standIn, timeZone } = world;
    console.log(
      `The Worker runs in workerd at ${target.url}, in a time zone where it is noon (${timeZone}; ${((Date.now() - startedAt) / 1_000).toFixed(1)} s)`,
    );

    await showChannels(world);
    await showFollowUps(world);
    console.log(
      `\n── Webhooks, as the receiver at ${receiver.url} got them (it answers for every host: the demo has no network)`,
    );
    for (const webhook of receiver.received) console.log(webhookLine(webhook));
    console.log("\n── Tasks in KV");
    const tasks = await showTasks(world);
    const verified = receiver.received.filter((webhook) => webhook.verified).length;
    console.log(
      `\n${CHANNEL_EVENTS.length} events, ${verified} of ${receiver.received.length} webhooks verified, ${amount(tasks, "task")} in KV, ${standIn.requests.length} calls of HighLevel, ${standIn.violations.length} of them not as it publishes them, ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`,
    );

    if (args.once) return world.close();
    live = true;
    const token = target.adminToken;
    console.log(`
The demo stays up; stop it with Ctrl-C.
  Page      ${signInLink(target.url, token)}
  Worker    ${target.url}
  Receiver  ${receiver.url}
  Send      npm run rules send voicemail -- --set callDuration=31 --to ${target.url}
  Ask       curl -H "Authorization: Bearer ${token ?? ""}" ${target.url}/api/locations`);
    process.on("SIGINT", () => void world.close().finally(() => process.exit(0)));
  },
});
