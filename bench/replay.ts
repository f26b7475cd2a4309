// `npm run bench:replay`: a log replayed through a hundred rules with all its state, read from a file as `rules replay`
// reads it; beside it json-rules-engine alone over the same events, which knows no state. Each is measured in a process of
// its own, which says how much memory it took at most. It prints, and writes no page.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linesFromFile } from "../src/cli/exported-lines.ts";
import { EXPORT_VERSION, type ExportLine } from "../src/model/export.ts";
import type { JsonObject } from "../src/kit/json.ts";
import { compare } from "../src/replay/compare.ts";
import { readLog } from "../src/replay/items.ts";
import { startReplay } from "../src/replay/replay.ts";
import { agencyPayloads, agencyRules, eventOf } from "../test/generated/agency.ts";
import { peers } from "./parts/peers.ts";
import { circumstances, figure, median, print, setting } from "./parts/report.ts";

const RULES = 100;
const START = Date.parse("2026-03-04T00:00:00Z");
const RETENTION_DAYS = 30;
const DAY_MS = 86_400_000;
const events = setting("EVENTS", 10_000);
const rounds = setting("ROUNDS", 5);

const hash = "bench";
const rules = agencyRules(RULES);

/** Payloads in parts, so that a long log need not be held to be written. */
const PART = 10_000;
function* payloads(count: number): Generator<JsonObject> {
  for (let from = 0; from < count; from += PART)
    for (const [n, payload] of agencyPayloads(Math.min(PART, count - from), RULES, 2 + from / PART).entries())
      yield { ...payload, messageId: `message-${from + n}`, webhookId: `webhook-${from + n}` };
}

/** As many events as are asked for in the month that a location keeps. */
function* log(): Generator<ExportLine> {
  const monthMs = RETENTION_DAYS * DAY_MS;
  const times = {
    exportedAt: new Date(START + monthMs).toISOString(),
    since: null,
    until: "2100-01-01T00:00:00Z",
  };
  const zone = { timeZone: "UTC", retentionDays: RETENTION_DAYS, ruleSet: hash };
  yield { type: "export", v: EXPORT_VERSION, locationId: "l", cursor: null, ...times, ...zone };
  yield { type: "rules", ruleSet: hash, part: 0, since: null, rules };
  let n = 0;
  for (const payload of payloads(events)) {
    const event = { ...eventOf(payload), key: `key-${n}` };
    const decidedAt = new Date(START + Math.floor((n * monthMs) / events)).toISOString();
    const decision = { eventKey: event.key, decidedAt, timeZone: "UTC", ruleSet: hash, fired: [], verdicts: [] };
    yield { type: "event", v: 1, event, decision, chain: `message-${n}` };
    n += 1;
  }
  yield { type: "end", events };
}

/** It is so slow that a part of the events has to do. */
const PLAIN = "json-rules-engine alone, no state";
const MOST_PLAIN = 500;

/** What is measured, with how many of the events it takes. */
const measures: { readonly [name: string]: (file: string) => Promise<number> } = {
  "read the file": async (file) => {
    for await (const _ of (await readLog(linesFromFile(file))).items);
    return events;
  },
  "read and replay": async (file) => {
    const { start, items } = await readLog(linesFromFile(file));
    const replay = startReplay(start, () => start.ruleSets.get(hash) ?? null);
    for await (const item of items) await replay.take(item);
    replay.end();
    return events;
  },
  "read, and two sets side by side": async (file) => {
    const after = { hash: "other", rules: rules.slice(1), findings: [] };
    await compare(await readLog(linesFromFile(file)), { before: null, after, sinceMs: 0, shown: 20 });
    return events;
  },
  [PLAIN]: async () => {
    const [plain] = peers().installed;
    const run = plain?.prepare(rules);
    const some = Math.min(events, MOST_PLAIN);
    for (const payload of payloads(some)) await run?.(eventOf(payload));
    return some;
  },
};

interface Measured {
  /** The processor's time, which says more on a machine that does other things, too. */
  readonly processor: number;
  readonly clock: number;
  readonly maxMib: number;
}

async function measure(name: string, file: string): Promise<Measured> {
  const [before, from] = [process.cpuUsage(), performance.now()];
  const share = events / ((await measures[name]?.(file)) ?? events);
  const { user, system } = process.cpuUsage(before);
  const seconds = { processor: (user + system) / 1e6, clock: (performance.now() - from) / 1e3 };
  const maxMib = process.resourceUsage().maxRSS / 1_024;
  return { processor: seconds.processor * share, clock: seconds.clock * share, maxMib };
}

const [name, file] = process.argv.slice(2);
if (name !== undefined && file !== undefined) console.log(JSON.stringify(await measure(name, file)));
else await measureAll();

async function measureAll(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "afterbeep-bench-"));
  const written = join(folder, "log.ndjson");
  try {
    const handle = await open(written, "w");
    let text = "";
    for (const line of log()) {
      text += `${JSON.stringify(line)}\n`;
      if (text.length < 1 << 20) continue;
      await handle.write(text);
      text = "";
    }
    await handle.write(text);
    const bytes = (await handle.stat()).size;
    await handle.close();
    const found = new Map<string, Measured[]>(Object.keys(measures).map((one) => [one, []]));
    for (let round = 0; round < rounds; round += 1)
      for (const [one, all] of found) {
        const told = execFileSync(process.execPath, [import.meta.filename, one, written], { encoding: "utf8" });
        all.push(JSON.parse(told) as Measured);
      }
    const of = (one: string, what: keyof Measured): number => median(found.get(one)?.map((each) => each[what]) ?? []);
    print({
      title: `${events.toLocaleString("en-US")} events × ${RULES} rules, ${figure(bytes / 1e6)} MB, median of ${rounds}`,
      columns: ["", "s of the processor", "s", "MiB at most", "beside the engine alone"],
      rows: [...found.keys()].map((one) => [
        one,
        figure(of(one, "processor")),
        figure(of(one, "clock")),
        one === PLAIN ? "–" : figure(of(one, "maxMib")),
        (of(one, "processor") / of(PLAIN, "processor")).toFixed(3),
      ]),
    });
    console.log(`\n${circumstances("npm run bench:replay").replaceAll("`", "")}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
