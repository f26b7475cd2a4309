// `npm run bench:cli`: how long a command takes as a whole process, beside a Node that does nothing. It asserts nothing.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Action, RuleFile } from "../src/model/rule.ts";
import { payloadOf, SAMPLES, type Sample } from "../src/events/samples.ts";
import { ROOT } from "../src/local/project.ts";
import { circumstances, median, print, setting } from "./parts/report.ts";

const ROUNDS = setting("ROUNDS", 5);
const RULES = 1_000;

const folder = mkdtempSync(join(tmpdir(), "afterbeep-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

/** The rules and recipes that ship, over and over, each for a location of its own with its own addresses and texts. */
function writeRules(into: string): void {
  const shipped = ["rules", "recipes"].flatMap((from) =>
    readdirSync(join(ROOT, from))
      .filter((name) => name.endsWith(".json"))
      .map((name) => ({ name, rule: JSON.parse(readFileSync(join(ROOT, from, name), "utf8")) as RuleFile })),
  );
  mkdirSync(into);
  for (let index = 0; index < RULES; index++) {
    const { name, rule } = shipped[index % shipped.length] ?? { name: "", rule: null };
    if (rule === null) throw new Error("No rules ship");
    const own = { ...rule, priority: index + 1, locations: [`location-${index}`] };
    const actions = own.actions.map((action) => varied(action, index));
    writeFileSync(join(into, name.replace(".json", `-${index}.json`)), JSON.stringify({ ...own, actions }, null, 2));
  }
}

function varied(action: Action, index: number): Action {
  if (action.type === "webhook") return { ...action, url: `${action.url}/${index}` };
  if (action.type === "task") return { ...action, title: `${action.title} (${index})` };
  return action;
}

function sampleNamed(name: string): Sample {
  const sample = SAMPLES[name];
  if (!sample) throw new Error(`There is no sample "${name}"`);
  return sample;
}

const manyRules = join(folder, "rules");
const eventFile = join(folder, "event.json");
const storyFile = join(folder, "story.json");
writeRules(manyRules);
const event = payloadOf(sampleNamed("voicemail"), {}, new Date());
const at = new Date().toISOString();
writeFileSync(eventFile, JSON.stringify(event));
writeFileSync(storyFile, JSON.stringify({ start: at, events: [{ at, event }] }));

const CLI = join(ROOT, "src/cli/main.ts");
const CALLS: { readonly [name: string]: readonly string[] } = {
  "`node -e 0`": ["-e", "0"],
  "`check`, the rules that ship": [CLI, "check"],
  [`\`check\`, ${RULES.toLocaleString("en-US")} rules`]: [CLI, "check", manyRules],
  "`explain`": [CLI, "explain", eventFile],
  "`simulate`": [CLI, "simulate", storyFile],
  "`schema`": [CLI, "schema"],
  "`send --list`": [CLI, "send", "--list"],
  "`token`": [CLI, "token"],
  "`--help`": [CLI, "--help"],
};

function elapsedMs(args: readonly string[]): number {
  const startedAt = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
  // A check may find something; what could not run took no time.
  if (status !== 0 && status !== 1) throw new Error(`Cannot measure ${args.join(" ")}:\n${stderr}`);
  return performance.now() - startedAt;
}

const names = Object.keys(CALLS);
const times = new Map(names.map((name): [string, number[]] => [name, []]));
// In turns, so that what else the machine does falls on all; the first is not counted, it fills the caches.
for (let round = 0; round <= ROUNDS; round++)
  for (const [name, args] of Object.entries(CALLS)) {
    const took = elapsedMs(args);
    if (round > 0) times.get(name)?.push(took);
  }

const medians = new Map(names.map((name) => [name, median(times.get(name) ?? [])]));
const empty = medians.get("`node -e 0`") ?? Number.NaN;
print({
  title: `Milliseconds of a whole process, median of ${ROUNDS}, and how many times an empty one`,
  columns: ["", "ms", "times"],
  rows: names.map((name) => {
    const took = medians.get(name) ?? Number.NaN;
    return [name, took.toFixed(0), (took / empty).toFixed(1)];
  }),
});
console.log(`\n${circumstances("npm run bench:cli").replaceAll("`", "")}`);
