// `npm run bench:replay`: a log replayed through a hundred rules with all its state, read from a file as `rules replay`
// reads it; beside it json-rules-engine alone over the same events, which knows no state. It prints, and writes no page.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linesFromFile } from "../src/cli/exported-lines.ts";
import { EXPORT_VERSION, type ExportLine } from "../src/model/export.ts";
import { compare } from "../src/replay/compare.ts";
import { readLog } from "../src/replay/items.ts";
import { startReplay } from "../src/replay/replay.ts";
import { agencyPayloads, agencyRules, eventOf } from "../test/generated/agency.ts";
import { peers } from "./parts/peers.ts";
import { circumstances, figure, median, print, setting } from "./parts/report.ts";

const RULES = 100;
const START = Date.parse("2026-03-04T00:00:00Z");
const events = setting("EVENTS", 10_000);
const rounds = setting("ROUNDS", 5);

const hash = "bench";
const rules = agencyRules(RULES);
const folder = mkdtempSync(join(tmpdir(), "afterbeep-bench-"));
const file = join(folder, "log.ndjson");

function* log(): Generator<ExportLine> {
  const times = {
    exportedAt: new Date(START + events * 60_000).toISOString(),
    since: null,
    until: "2100-01-01T00:00:00Z",
  };
  const zone = { timeZone: "UTC", retentionDays: 30, ruleSet: hash };
  yield { type: "export", v: EXPORT_VERSION, locationId: "l", cursor: null, ...times, ...zone };
  yield { type: "rules", ruleSet: hash, part: 0, since: null, rules };
  for (const [n, payload] of agencyPayloads(events, RULES).entries()) {
    const event = { ...eventOf(payload), key: `key-${n}` };
    const decidedAt = new Date(START + n * 60_000).toISOString();
    const decision = { eventKey: event.key, decidedAt, timeZone: "UTC", ruleSet: hash, fired: [], verdicts: [] };
    yield { type: "event", v: 1, event, decision, chain: `message-${n}` };
  }
  yield { type: "end", events };
}

/** The processor's time, which says the same on a machine that does other things, too. */
async function seconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const measures: { readonly [name: string]: () => Promise<unknown> } = {
  "read the file": async () => {
    for await (const _ of (await readLog(linesFromFile(file))).items);
  },
  "read and replay": async () => {
    const { start, items } = await readLog(linesFromFile(file));
    const replay = startReplay(start, () => start.ruleSets.get(hash) ?? null);
    for await (const item of items) await replay.take(item);
    replay.end();
  },
  "read, and two sets side by side": async () => {
    const after = { hash: "other", rules: rules.slice(1), findings: [] };
    await compare(await readLog(linesFromFile(file)), { before: null, after, sinceMs: 0 });
  },
};
/** It is so slow that a part of the events has to do. */
const PLAIN = "json-rules-engine alone, no state";
const PLAIN_SHARE = 20;
async function plainly(): Promise<void> {
  const [plain] = peers().installed;
  const run = plain?.prepare(rules);
  for (const payload of agencyPayloads(Math.ceil(events / PLAIN_SHARE), RULES)) await run?.(eventOf(payload));
}

try {
  writeFileSync(file, [...log()].map((line) => `${JSON.stringify(line)}\n`).join(""));
  const times = new Map<string, number[]>([...Object.keys(measures), PLAIN].map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, work] of Object.entries(measures)) times.get(name)?.push(await seconds(work));
    times.get(PLAIN)?.push((await seconds(plainly)) * PLAIN_SHARE);
  }
  const plain = median(times.get(PLAIN) ?? []);
  print({
    title: `${events.toLocaleString("en-US")} events × ${RULES} rules, median of ${rounds}`,
    columns: ["", "seconds of the processor", "beside the engine alone"],
    rows: [...times].map(([name, all]) => [name, figure(median(all)), (median(all) / plain).toFixed(3)]),
  });
  console.log(`\n${circumstances("npm run bench:replay").replaceAll("`", "")}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
