// `npm run demo`: shows the main job with nothing else to start. The Worker in workerd, a webhook receiver and
// HighLevel's stand-in on loopback, one signed event of every channel, follow-ups inside HighLevel, and their results.
import { defineCommand } from "citty";
import { DEMO_RECIPES, demoRules } from "./demo-rules.ts";
import { amount } from "../kit/amount.ts";
import { BOUNCED_MS, bounced } from "./demo/bounced.ts";
import { CHANNEL_EVENTS, tell } from "./demo/channels.ts";
import { demoBundle } from "./demo-bundle.ts";
import { FOLLOW_UPS_MS, followUps } from "./demo/follow-ups.ts";
import { bouncedLines, followUpLines, pageLines, providerLines, shortLines, webhookLine } from "./demo/lines.ts";
import { PROVIDER_MS, providerRole } from "./demo/provider.ts";
import { startWorld, type World } from "./demo/world.ts";
import { answerLines } from "./send.ts";

async function showTasks({ worker }: World, isAll: boolean): Promise<number> {
  const tasks = await worker.miniflare.getKVNamespace("TASKS");
  const { keys } = await tasks.list();
  for (const key of isAll ? keys : keys.slice(0, 1)) {
    const { title, dueAt } = key.metadata as { title: string; dueAt: string | null };
    console.log(`  ${key.name}\n    ${title}, due ${dueAt ?? "any time"}`);
  }
  return keys.length;
}

async function showChannels(world: World, isAll: boolean): Promise<void> {
  if (!isAll) console.log("\n── An event of every channel: which rules fired, and what they sent");
  for (const name of CHANNEL_EVENTS) {
    const { sample, sent, story } = await tell(world, name);
    const lines = isAll
      ? [`\n── ${name}: ${sample.about}`, ...answerLines(sent, story)]
      : shortLines(name, sample.about, story);
    for (const line of lines) console.log(line);
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
  args: {
    once: { type: "boolean", description: "end when all is shown" },
    all: { type: "boolean", description: "also say why rules did not fire, and show every webhook and task" },
  },
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

    const isAll = args.all === true;
    await showChannels(world, isAll);
    await showFollowUps(world);
    console.log(
      `\n── Webhooks, as the receiver at ${receiver.url} got them (it answers for every host: the demo has no network)`,
    );
    const webhooks = receiver.received.toSorted((a, b) => Number(a.verified) - Number(b.verified));
    for (const webhook of isAll ? receiver.received : webhooks.slice(0, 1)) console.log(webhookLine(webhook));
    console.log("\n── Tasks in KV");
    const tasks = await showTasks(world, isAll);
    const verified = receiver.received.filter((webhook) => webhook.verified).length;
    console.log(
      `\n${CHANNEL_EVENTS.length} events, ${verified} of ${receiver.received.length} webhooks verified, ${amount(tasks, "task")} in KV, ${standIn.requests.length} calls of HighLevel, ${standIn.violations.length} of them not as it publishes them, ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`,
    );

    if (!isAll) console.log("Why the other rules did not fire, and every webhook and task: npm run demo -- --all");

    if (args.once) return world.close();
    live = true;
    for (const line of pageLines({ target, receiverUrl: receiver.url, highLevelUrl: world.standInUrl }))
      console.log(line);
    process.on("SIGINT", () => void world.close().finally(() => process.exit(0)));
  },
});
