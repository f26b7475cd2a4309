// `npm run changes -- --kills 20`: sets of rules are put in force and rolled back over 200 locations of the built Worker in
// workerd while events come, with kills on the way. It tells how long it takes until every location knows, and checks that
// each event was decided once, by a set that was in force.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { NO_ANSWER } from "../bench/parts/connection.ts";
import { figure, median } from "../bench/parts/report.ts";
import { buildWith, discard, serve } from "../bench/parts/serve.ts";
import { aRule } from "../test/builders.ts";
import { chance } from "../test/generated/chance.ts";
import { Changes } from "./chaos/changes.ts";
import { pause, World } from "./chaos/world.ts";
import { violationsOfPublished } from "./published.ts";

const HELP = `Usage: npm run changes -- [options]
  --kills N      how often workerd is killed while a change is made known (20)
  --calm N       how many changes are made before that, with no kill (10)
  --locations N  over how many locations (200)
  --rate N       events a second (50)
  --seed N       which events, and when (1); the machine has its own part in it
  --json         the result as JSON
Exit codes: 0 nothing is violated; 1 otherwise; 2 wrong usage.`;
const SETS = 2;
const CONTACTS = 5;
const AT_ONCE = 32;
const SHOWN = 12;

const options = read();
const luck = chance(options.seed);
const world = new World(luck);
const locations = Array.from({ length: options.locations }, (_, index) => `l${index}`);
const folder = mkdtempSync(join(tmpdir(), "afterbeep-changes-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

function read() {
  try {
    const { values } = parseArgs({
      options: {
        kills: { type: "string", default: "20" },
        calm: { type: "string", default: "10" },
        locations: { type: "string", default: "200" },
        rate: { type: "string", default: "50" },
        seed: { type: "string", default: "1" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    const { json, help: _, ...given } = values;
    const numbers = Object.entries(given).map(([name, text]) => [name, Number(text)] as const);
    if (!numbers.every(([, number]) => Number.isInteger(number) && number >= 0))
      throw new Error("Expected whole numbers");
    return { json, ...(Object.fromEntries(numbers) as Record<keyof typeof given, number>) };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : ""}\n${HELP}`);
    process.exit(2);
  }
}

const say = (text: string): void => void (options.json || console.log(text));
const built = await buildWith([
  aRule({ name: "never", conditions: { all: [{ fact: "status", operator: "equal", value: "never" }] } }),
]);
const { kv } = await world.start();
const start = async () => {
  const served = await serve(built, { state: folder, variables: { RULES_FROM: "published" }, kv });
  world.port = served.port;
  return served;
};
let worker = await start();
const changes = new Changes(world, locations);

let sent = 0;
const under: Promise<void>[] = [];
const send = (locationId: string): void => {
  under.push(world.send(`e${(sent += 1)}`, locationId, `${locationId}-c${luck.below(CONTACTS)}`));
};
say(`${locations.length} locations begin …`);
for (const locationId of locations) {
  send(locationId);
  await under.at(-1);
}
// From here on each knows that nothing is published.
if ((await changes.known()) === null) throw new Error("Not every location has begun");
say("Sets are published …");
for (let set = 1; set <= SETS; set += 1) await changes.publish(set);

let isOn = true;
const load = (async () => {
  const startedAt = performance.now();
  for (let due = 0; isOn; await pause(10))
    for (const now = ((performance.now() - startedAt) * options.rate) / 1_000; due < now; due += 1)
      // A machine that does other things gets no more than it can take.
      if (world.waiting.size < AT_ONCE) send(luck.pick(locations));
})();

const took: { readonly [what in "activate" | "roll-back" | "killed"]: number[] } = {
  activate: [],
  "roll-back": [],
  killed: [],
};
const found: string[] = [];
await changes.ask("/rule-sets/1/activate", { for: "all" });
await changes.known();
/** The second set is put in force, and taken back: the first decides. Later a kill comes in between. */
for (let n = 0; n < options.calm + options.kills; n += 1) {
  await pause(luck.below(500));
  const isBack = n % 2 === 1;
  const path = isBack ? "/rule-sets/rollback" : `/rule-sets/${SETS}/activate`;
  const isKilled = n >= options.calm;
  const startedAt = performance.now();
  const asked = changes.ask(path, isBack ? {} : { for: "all" });
  if (isKilled) {
    // Sometimes before it is made, mostly while it is made known.
    if (luck.happens(0.7)) await asked;
    await pause(luck.below(400));
    await worker.stop("SIGKILL");
    worker = await start();
  }
  if ((await asked) === null && !isKilled) found.push(`change ${n + 1} was not made`);
  if ((await changes.known()) === null) found.push(`after change ${n + 1} not every location knew within a minute`);
  took[isKilled ? "killed" : isBack ? "roll-back" : "activate"].push(performance.now() - startedAt);
  if (n % 10 === 9) say(`${n + 1} changes, ${sent} events`);
}
isOn = false;
await load;
await Promise.all(under);
const state = await changes.state();
await worker.stop();
world.stop();
discard(built);

const seen = changes.seen(state, folder);
found.push(...violationsOfPublished(seen), ...seen.undecided.map((key) => `${key} was acknowledged and not decided`));
const accepted = Map.groupBy(
  world.acknowledged.filter(({ status }) => status === "accepted"),
  ({ key }) => key,
);
for (const [key, all] of accepted) if (all.length > 1) found.push(`${key} was decided ${all.length} times`);
for (const [place, all] of Map.groupBy(seen.deliveries, ({ locationId, eventKey }) => `${locationId} ${eventKey}`))
  if (all.length > 1) found.push(`${place} has what ${all.length} sets would have done`);
const bad = Object.keys(world.statuses).filter((status) => !["202", "429", NO_ANSWER].includes(status));
if (bad.length > 0) found.push(`senders were answered ${bad.join(", ")}`);

const bySet = [...Map.groupBy(seen.decisions, ({ ruleSet }) => seen.sets.get(ruleSet) ?? 0)];
const result = {
  locations: locations.length,
  changes: state.changes.length,
  events: seen.decisions.length,
  bySet: Object.fromEntries(bySet.map(([set, all]) => [set === 0 ? "the bundle" : `set ${set}`, all.length])),
  statuses: world.statuses,
  seconds: Object.fromEntries(
    Object.entries(took)
      .filter(([, all]) => all.length > 0)
      .map(([what, all]) => [what, { median: median(all) / 1_000, most: Math.max(...all) / 1_000, times: all.length }]),
  ),
  violations: found,
};
if (options.json) console.log(JSON.stringify(result));
else {
  for (const one of found.slice(0, SHOWN)) console.log(`  ${one}`);
  for (const [what, { median: half, most, times }] of Object.entries(result.seconds))
    console.log(`${what}: every location knew after ${figure(half)} s, ${figure(most)} s at most, of ${times}`);
  console.log(
    `${result.events} events of ${result.locations} locations over ${result.changes} changes, decided by ${JSON.stringify(result.bySet)}; senders were told ${JSON.stringify(result.statuses)}`,
  );
  console.log(found.length > 0 ? `${found.length} VIOLATIONS` : "0 violations: each decided once, by a set in force");
}
process.exit(found.length > 0 ? 1 : 0);
