// `npm run soak`: signed events at a steady rate over many locations for half an hour, and how that affects memory,
// files and answer times. At the end every acknowledged event has to be there, and every delivery sent.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { NO_ANSWER } from "../bench/parts/connection.ts";
import { quantile } from "../bench/parts/report.ts";
import { buildWith, discard, serve } from "../bench/parts/serve.ts";
import { aRule } from "../test/builders.ts";
import { chance } from "../test/generated/chance.ts";
import { readLedgers } from "./chaos/files.ts";
import { pause, World } from "./chaos/world.ts";

const HELP = `Usage: npm run soak -- [--minutes 30] [--rate 500] [--locations 50]
Exit codes: 0 nothing was lost; 1 otherwise; 2 wrong usage.`;
const CONTACTS = 1_000;
const TELL_EVERY_MS = 30_000;
const DRAIN_MS = 120_000;

const { minutes, rate, locations } = read();

function read(): { minutes: number; rate: number; locations: number } {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: "string", default: "30" },
        rate: { type: "string", default: "500" },
        locations: { type: "string", default: "50" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    const [given = 0, perSecond = 0, count = 0] = [values.minutes, values.rate, values.locations].map(Number);
    if (![given, perSecond, count].every((number) => number > 0)) throw new Error("Expected numbers above 0");
    return { minutes: given, rate: perSecond, locations: count };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : ""}\n${HELP}`);
    process.exit(2);
  }
}

/** Resident memory of a process, in megabytes. */
function memoryMb(pid: number | undefined): number {
  const [, kilobytes = "0"] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1_024;
}

function filesMb(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / 1_048_576;
}

const luck = chance(1);
const world = new World(luck);
const { hosts, kv } = await world.start();
const [prompt = ""] = hosts;
const failed = aRule({
  name: "failed",
  conditions: { all: [{ fact: "status", operator: "equal", value: "failed" }] },
  actions: [{ type: "webhook", url: `http://${prompt}/{{ event.contactId }}/{{ decision.eventKey }}/failed/0` }],
});
console.log("Building the Worker …");
const built = await buildWith([failed]);
const state = mkdtempSync(join(tmpdir(), "afterbeep-soak-"));
process.once("exit", () => rmSync(state, { recursive: true, force: true }));
const worker = await serve(built, { state, kv, variables: { OUTBOUND_ALLOWED_HOSTS: prompt } });
world.port = worker.port;

console.log("| minute | events | calls | answered in ms, p50 | p99 | memory, MB | files, MB | bytes an event |");
console.log("|---|---|---|---|---|---|---|---|");
const startedAt = performance.now();
let sent = 0;
let toldAt = startedAt;
const under = new Set<Promise<void>>();
while (performance.now() - startedAt < minutes * 60_000) {
  const now = performance.now();
  for (const due = ((now - startedAt) * rate) / 1_000; sent < due; sent++) {
    const location = `soak${sent % locations}`;
    const sending = world.send(`e${sent}`, location, `${location}-c${luck.below(CONTACTS)}`);
    under.add(sending);
    void sending.then(() => under.delete(sending));
  }
  if (now - toldAt >= TELL_EVERY_MS) {
    toldAt = now;
    tell((now - startedAt) / 60_000);
  }
  await pause(5);
}
await Promise.all(under);
const seconds = (performance.now() - startedAt) / 1_000;

function tell(minute: number): void {
  const latencies = world.latencies.splice(0);
  const [median, late] = [quantile(latencies, 0.5), quantile(latencies, 0.99)].map((ms) => ms.toFixed(1));
  const files = filesMb(state);
  const each = Math.round((files * 1_048_576) / world.acknowledged.length);
  console.log(
    `| ${minute.toFixed(1)} | ${world.acknowledged.length} | ${world.calls.length} | ${median} | ${late} | ${memoryMb(worker.process.pid).toFixed(0)} | ${files.toFixed(0)} | ${each} |`,
  );
}

const counts = (): { events: number; open: number; sent: number } => {
  const all = readLedgers(state, (ask) => ({
    events: Number(ask("SELECT COUNT(*) AS n FROM events")[0]?.["n"]),
    open: Number(ask("SELECT COUNT(*) AS n FROM deliveries WHERE state IN ('scheduled', 'sending')")[0]?.["n"]),
    sent: Number(ask("SELECT COUNT(*) AS n FROM deliveries WHERE state = 'sent'")[0]?.["n"]),
  }));
  const sum = (name: "events" | "open" | "sent"): number => all.reduce((total, one) => total + one[name], 0);
  return { events: sum("events"), open: sum("open"), sent: sum("sent") };
};
for (const until = performance.now() + DRAIN_MS; performance.now() < until && counts().open > 0;) await pause(1_000);
await worker.stop();
const { events, open, sent: deliveries } = counts();
world.stop();
discard(built);
const acknowledged = new Set(world.acknowledged.map(({ key }) => key)).size;
const twice = world.calls.length - new Set(world.calls.map(({ id }) => id)).size;
const left = new Set(world.calls.map(({ id }) => id)).size;
const lost = Math.max(0, acknowledged - events) + open + Math.abs(deliveries - left);
console.log(
  `${sent} events in ${seconds.toFixed(0)} s (${(sent / seconds).toFixed(0)}/s): ${acknowledged} acknowledged, ${events} in the log, ${deliveries} deliveries sent, ${open} open, ${twice} calls twice; senders were told ${JSON.stringify(world.statuses)}`,
);
console.log(`${lost} lost`);
process.exit(
  lost === 0 && Object.keys(world.statuses).every((status) => ["202", "429", NO_ANSWER].includes(status)) ? 0 : 1,
);
