// `npm run chaos -- --kills 100`: the built Worker in workerd under signed load on many locations is killed, stopped,
// starved of disk space and swapped for the next version. Once nothing waits any more, its history is checked like a
// simulation's, and its logs are replayed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { NO_ANSWER } from "../bench/parts/connection.ts";
import { buildWith, discard, serve, type BuiltWorker, type ServedWorker } from "../bench/parts/serve.ts";
import type { RuleSet } from "../src/model/rule.ts";
import { ruleSetOf } from "../src/rules/rule-set.ts";
import { chance } from "../test/generated/chance.ts";
import { brokenDisk } from "./chaos/disk.ts";
import { readLedgers } from "./chaos/files.ts";
import { replayLogs } from "./chaos/replayed.ts";
import { pause, World } from "./chaos/world.ts";
import { violations } from "./checker.ts";
import type { EndedDelivery, History, RecordedEvent } from "./history.ts";
import { ruleSets } from "./rules.ts";
import { tablesOf } from "./tables.ts";

const HELP = `Usage: npm run chaos -- [options]
  --kills N      how often workerd is killed (100); every tenth time it is stopped for a while instead
  --locations N  over how many locations events come (40)
  --rate N       events a second (150)
  --seed N       which events, and when (1); the machine has its own part in it
  --no-disk      leave out the full and the read-only disk, which take root
  --json         the result as JSON
Exit codes: 0 nothing is violated; 1 otherwise; 2 wrong usage.`;

const CONTACTS = 5;
const CANCEL_EVERY = 20;
const DRAIN_MS = 180_000;
/** For so long the process is stopped, at most. */
const STOPPED_MS = 3_000;
/**
 * A delivery's request and the answer to an event come over different connections: a request that was under way when the
 * process was stopped arrives once it goes on. A next attempt would come later than that.
 */
const GRACE_MS = 1_000 + STOPPED_MS;
const SHOWN = 12;

const options = read();
const luck = chance(options.seed);
const world = new World(luck);
const state = mkdtempSync(join(tmpdir(), "afterbeep-chaos-"));
process.once("exit", () => rmSync(state, { recursive: true, force: true }));

function read() {
  try {
    const { values } = parseArgs({
      options: {
        kills: { type: "string", default: "100" },
        locations: { type: "string", default: "40" },
        rate: { type: "string", default: "150" },
        seed: { type: "string", default: "1" },
        "no-disk": { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    const [kills = 0, locations = 0, rate = 0, seed = 0] = [
      values.kills,
      values.locations,
      values.rate,
      values.seed,
    ].map(Number);
    if (![kills, locations, rate, seed].every((number) => Number.isInteger(number) && number >= 0))
      throw new Error("Expected whole numbers");
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    return { kills, locations, rate, seed, json: values.json, disk: !values["no-disk"] };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : ""}\n${HELP}`);
    process.exit(2);
  }
}

const say = (text: string): void => void (options.json || console.log(text));

/** Sends events at the given rate until told to stop. */
function load(folder: string): { stop(): Promise<void>; readonly sent: number } {
  let isOn = true;
  let sent = 0;
  const under: Promise<void>[] = [];
  const startedAt = performance.now();
  const run = async (): Promise<void> => {
    while (isOn) {
      for (const due = ((performance.now() - startedAt) * options.rate) / 1_000; sent < due; sent++) {
        const location = `${folder}${luck.below(options.locations)}`;
        under.push(world.send(`${folder}-${sent}`, location, `${location}-c${luck.below(CONTACTS)}`));
        if (sent % CANCEL_EVERY === 0) void world.cancelOne(location);
      }
      await pause(10);
    }
  };
  const running = run();
  return {
    get sent() {
      return sent;
    },
    async stop() {
      isOn = false;
      await running;
      await Promise.all(under);
    },
  };
}

/** Waits until no location has an open delivery. */
async function drained(folder: string): Promise<boolean> {
  const until = performance.now() + DRAIN_MS;
  for (let location = 0; location < options.locations; location++)
    for (const open of ["scheduled", "sending"])
      for (;;) {
        const page = (await world.api("GET", `/locations/${folder}${location}/deliveries?state=${open}&limit=1`)) as {
          deliveries: unknown[];
        } | null;
        if (page?.deliveries.length === 0) break;
        if (performance.now() > until) return false;
        await pause(50);
      }
  return true;
}

/** The deliveries that had been sent, or were about to be, when the process died. */
function inFlightAt(folder: string): string[] {
  const hasDeliveries = "SELECT 1 FROM sqlite_master WHERE name = 'deliveries'";
  const sending = "SELECT id FROM deliveries WHERE state = 'sending'";
  return readLedgers(folder, (ask) => (ask(hasDeliveries).length === 0 ? [] : ask(sending)))
    .flat()
    .map(({ id }) => String(id));
}

/** The contents of the ledgers' files at the end. */
function tables(folder: string, sets: readonly RuleSet[]): { events: RecordedEvent[]; deliveries: EndedDelivery[] } {
  const all = readLedgers(folder, (ask) => tablesOf(ask, sets));
  return { events: all.flatMap(({ events }) => events), deliveries: all.flatMap(({ deliveries }) => deliveries) };
}

say("Building two versions of the Worker …");
const { hosts, kv } = await world.start();
const versions = ruleSets(
  hosts.map((host) => `http://${host}`),
  ["2s", "4s", "6s"],
);
const sets = await Promise.all(versions.map(({ rules }) => ruleSetOf(rules)));
const built: BuiltWorker[] = [];
for (const { rules } of versions) built.push(await buildWith(rules));
const variables = { OUTBOUND_ALLOWED_HOSTS: hosts.join(",") };

async function startVersion(version: number, folder: string): Promise<ServedWorker> {
  const worker = built[version] as BuiltWorker;
  const served = await serve(worker, { state: folder, variables, kv });
  world.port = served.port;
  return served;
}

let worker = await startVersion(0, state);
const events = load("l");
const startedAt = performance.now();
for (let kill = 1; kill <= options.kills; kill++) {
  await pause(50 + luck.below(1_200));
  if (kill % 10 === 0) {
    worker.process.kill("SIGSTOP");
    await pause(luck.below(STOPPED_MS));
    worker.process.kill("SIGCONT");
    continue;
  }
  await worker.stop("SIGKILL");
  world.interrupted.push(...inFlightAt(state));
  // Every third start may bring up the other version: the rules change while deliveries are under way.
  worker = await startVersion(kill % 3 === 0 ? luck.below(2) : 0, state);
  if (kill % 10 === 9) say(`${kill} of ${options.kills} kills, ${events.sent} events, ${world.calls.length} calls`);
}
await events.stop();
const isDrained = await drained("l");
say("Replaying the logs …");
const replayed = await replayLogs(
  worker.port,
  Array.from({ length: options.locations }, (_, index) => `l${index}`),
);
await worker.stop();
const seconds = (performance.now() - startedAt) / 1_000;

const history: History = {
  sent: world.sent,
  acknowledged: world.acknowledged,
  unanswered: [...world.waiting],
  calls: world.calls,
  arrived: [],
  confirmed: world.confirmed,
  interrupted: world.interrupted,
  isStorageRefusing: false,
  pauses: [],
  ...tables(state, sets),
  tasks: world.tasks(),
  graceMs: GRACE_MS,
  clockSetBackAt: [],
  promptHosts: [],
  deadHosts: [],
  mayBeLateMs: null,
  followUps: null,
  forgotten: [],
};
const found = violations(history);
if (!isDrained) found.push("it did not come to rest in time");
found.push(...replayed.differing.map((one) => `a replay of the rules that were in force differs from the log: ${one}`));
if (replayed.events === 0) found.push("no event was replayed");
const senders = { ...world.statuses };
const badStatuses = Object.keys(world.statuses).filter((status) => !["202", "429", NO_ANSWER].includes(status));
if (badStatuses.length > 0) found.push(`senders were answered ${badStatuses.join(", ")}`);

const attempts = history.deliveries.reduce((sum, delivery) => sum + delivery.attempts.length, 0);
const result = {
  kills: options.kills,
  events: events.sent,
  acknowledged: new Set(history.acknowledged.map(({ key }) => key)).size,
  deliveries: history.deliveries.length,
  calls: world.calls.length,
  extraCalls: Math.max(0, world.calls.length - attempts),
  inFlightAtKills: world.interrupted.length,
  cancelled: history.confirmed.length,
  replayed: replayed.events,
  differing: replayed.differing.length,
  statuses: senders,
  seconds: Math.round(seconds),
  violations: found,
};
say("The disk fills up, and turns read-only …");
const disk = options.disk ? await brokenDisk({ start: (folder) => startVersion(0, folder), world }) : null;
found.push(...(disk?.violations ?? []));
world.stop();
for (const one of built) discard(one);
if (options.json) console.log(JSON.stringify({ ...result, disk }));
else {
  for (const violation of found.slice(0, SHOWN)) console.log(`  ${violation}`);
  const { kills, deliveries, calls, extraCalls, cancelled } = result;
  console.log(
    `${kills} kills and stops in ${result.seconds} s: ${result.events} events, ${result.acknowledged} acknowledged, ${deliveries} deliveries, ${calls} calls, ${cancelled} cancels`,
  );
  console.log(`${replayed.events} events of its logs replayed: ${replayed.differing.length} differ`);
  console.log(
    `${extraCalls} calls came once more, ${world.interrupted.length} were in flight at the kills; senders were told ${JSON.stringify(senders)}`,
  );
  if (disk) console.log(disk.skipped ?? `While the disk refused, senders were told ${JSON.stringify(disk.told)}`);
  console.log(found.length > 0 ? `${found.length} VIOLATIONS` : "0 violations");
}
process.exit(found.length > 0 ? 1 : 0);
