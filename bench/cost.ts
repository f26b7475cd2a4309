// `npm run bench:cost`: counts what Cloudflare would charge for while three kinds of agency send their events.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Rule } from "../src/model/rule.ts";
import { agencyRules } from "../test/generated/agency.ts";
import { aRule, aTask, aWebhook } from "../test/builders.ts";
import { cpuMs } from "./parts/cpu.ts";
import { load } from "./parts/load.ts";
import { receiver } from "./parts/receiver.ts";
import { figure, publish, setting } from "./parts/report.ts";
import { buildWith, discard, serve } from "./parts/serve.ts";

const EVENTS = setting("EVENTS", 2_000);
const LOCATIONS = 10;
const ANSWER_MS = 5;
/** The memory that an object is billed for, whatever it uses. */
const OBJECT_GB = 0.128;

interface Counts {
  readonly rowsWritten: number;
  readonly rowsRead: number;
  readonly alarmsSet: number;
  readonly objectRequests: number;
  readonly objectMs: number;
}
interface Prices {
  readonly asOf: string;
  readonly usdPerMillion: { readonly [what: string]: number };
}
interface Mix {
  readonly name: string;
  readonly rules: readonly Rule[];
  /** How many of a hundred events are followed up. */
  readonly followedUp: number;
  readonly tasks: number;
}

const prices = JSON.parse(readFileSync(join(import.meta.dirname, "prices.json"), "utf8")) as Prices;
const inbox = await receiver(ANSWER_MS);
const host = `127.0.0.1:${inbox.port}`;
const marked = { all: [{ fact: "userId", operator: "equal", value: "followed-up" }] };
const quiet = (count: number): Rule[] =>
  agencyRules(count).map((rule) => ({
    ...rule,
    conditions: { all: [{ fact: "threadId", operator: "exists", value: true }, rule.conditions] },
  }));
const followUp = (...actions: Rule["actions"]): Rule => aRule({ name: "follow-up", conditions: marked, actions });
const webhook = aWebhook({ url: `http://${host}/hook` });
const mixes: readonly Mix[] = [
  {
    name: "quiet: 20 rules, 2 % followed up by a webhook",
    rules: [...quiet(20), followUp(webhook)],
    followedUp: 2,
    tasks: 0,
  },
  {
    name: "busy: 200 rules, 20 % followed up by a webhook and a task",
    rules: [...quiet(200), followUp(webhook, aTask())],
    followedUp: 20,
    tasks: 1,
  },
  {
    name: "everything: 10 rules, 100 % followed up by two webhooks",
    rules: [...quiet(10), followUp(webhook, webhook)],
    followedUp: 100,
    tasks: 0,
  },
];

const rows: string[][] = [];
const dollars: string[][] = [];
for (const { name, rules, followedUp, tasks } of mixes) {
  console.log(`${name} …`);
  const built = await buildWith(rules, { main: "bench/workerd/counting-worker.ts" });
  const worker = await serve(built, { variables: { OUTBOUND_ALLOWED_HOSTS: host } });
  const job = { port: worker.port, connections: 8, locations: LOCATIONS };
  const read = async (): Promise<Counts> =>
    (await (await fetch(`http://127.0.0.1:${worker.port}/counts`)).json()) as Counts;
  await load({ ...job, requests: 500, run: "warm", fields: { userId: "nobody" } });
  // What occurs once a day, the announcement and the sweep, is not part of what an event costs.
  for (let before = -1, now = 0; now !== before; now = (await read()).objectRequests) {
    before = now;
    await new Promise((settled) => setTimeout(settled, 500));
  }
  const [before, cpuBefore] = [await read(), cpuMs(worker.process.pid)];
  const followed = Math.round((EVENTS * followedUp) / 100);
  // One connection for the events that are followed up: they come one by one, as in real life.
  await load({ ...job, requests: EVENTS - followed, run: "quiet", fields: { userId: "nobody" } });
  await load({
    ...job,
    connections: 1,
    requests: followed,
    run: "followed",
    fields: { userId: "followed-up", type: "OutboundMessage", messageType: "SMS", source: "app" },
  });
  const wanted =
    followed *
    rules.flatMap((rule) => (rule.name === "follow-up" ? rule.actions : [])).filter(({ type }) => type === "webhook")
      .length;
  for (let turn = 0; turn < 300 && (await inbox.count()) < wanted; turn++)
    await new Promise((again) => setTimeout(again, 100));
  await new Promise((settled) => setTimeout(settled, 1_500));
  if ((await inbox.take()).length !== wanted) throw new Error("Not every webhook arrived, or one came twice");
  const [after, cpuAfter] = [await read(), cpuMs(worker.process.pid)];
  await worker.stop();
  discard(built);

  const each = (key: keyof Counts): number => (after[key] - before[key]) / EVENTS;
  const cpu = (cpuAfter - cpuBefore) / EVENTS;
  const kv = (followed * tasks) / EVENTS;
  rows.push([
    name,
    "1",
    figure(each("objectRequests")),
    figure(each("rowsWritten")),
    figure(each("alarmsSet")),
    figure(each("rowsRead")),
    figure(kv),
    figure(cpu),
    figure(each("objectMs")),
  ]);
  const per = prices.usdPerMillion;
  const parts = [
    per["workerRequests"] ?? 0,
    cpu * (per["workerCpuMs"] ?? 0),
    each("objectRequests") * (per["objectRequests"] ?? 0),
    (each("objectMs") / 1_000) * OBJECT_GB * (per["objectGbSeconds"] ?? 0),
    (each("rowsWritten") + each("alarmsSet")) * (per["rowsWritten"] ?? 0) + each("rowsRead") * (per["rowsRead"] ?? 0),
    kv * (per["kvWrites"] ?? 0),
  ];
  dollars.push([name, ...parts.map((part) => part.toFixed(2)), parts.reduce((a, b) => a + b, 0).toFixed(2)]);
}
inbox.stop();

publish(
  "cost",
  "npm run bench:cost",
  [
    {
      title: `Counted for each event, over ${figure(EVENTS)} events of ${LOCATIONS} locations`,
      columns: [
        "agency",
        "Worker requests",
        "object requests",
        "rows written",
        "alarms set",
        "rows read",
        "KV writes",
        "CPU ms",
        "object ms",
      ],
      rows,
    },
    {
      title: `US dollars for a million events, prices of ${prices.asOf}`,
      columns: ["agency", "requests", "CPU", "object requests", "object time", "rows", "KV", "all"],
      rows: dollars,
    },
  ],
  [
    `Object time is for a receiver that answers in ${ANSWER_MS} ms: one that takes 200 ms costs that much more of it. CPU is that of the whole process, ledger and Worker together. What the plan includes is not taken off, and setting an alarm is charged as a row.`,
  ],
);
