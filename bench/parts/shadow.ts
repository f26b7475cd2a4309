// What a set in the shadow costs an event: in one Worker, with the set in the shadow and without, in turns. It agrees with the
// one in force, so that nothing is noted. CPU of the whole process, and rows as the storage counts them.
import { TEST_ADMIN_TOKEN } from "../../test/keys.ts";
import { aRule } from "../../test/builders.ts";
import { admitFolder } from "../../src/rules/folder.ts";
import type { Rule } from "../../src/model/rule.ts";
import type { Json } from "../../src/kit/json.ts";
import { cpuAtRest } from "./cpu.ts";
import { load } from "./load.ts";
import { waitingRules } from "./plain-workers.ts";
import { figure, median, publish, setting } from "./report.ts";
import { buildWith, discard, serve } from "./serve.ts";

const ROUNDS = setting("ROUNDS", 5);
const REQUESTS = setting("REQUESTS", 6_000);
const RULES = 100;
const LOCATIONS = 8;
const CONNECTIONS = 8;
/** How long a ledger may take to hear of a change. */
const HEARD_MS = 30_000;

const fileOf = ({ name, ...rest }: Rule) => ({ file: `${name}.json`, text: JSON.stringify(rest) });
// Of rules that chance makes, some contradict themselves, and would not be published.
const admission = { retentionDays: 30, outboundAllowedHosts: new Set<string>(), ownHosts: new Set<string>() };
const made = admitFolder({ rules: waitingRules(RULES + 20).map(fileOf), conditions: [] }, admission);
const refused = new Set(made.findings.filter(({ severity }) => severity === "error").map(({ file }) => file));
const rules = waitingRules(RULES + 20)
  .filter(({ name }) => !refused.has(`${name}.json`))
  .slice(0, RULES);
const built = await buildWith(rules, { main: "bench/workerd/counting-worker.ts" });
const worker = await serve(built);
const url = `http://127.0.0.1:${worker.port}`;

async function ask<Answer>(path: string, body?: Json): Promise<Answer> {
  const headers = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };
  const init = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  const response = await fetch(`${url}${path}`, init);
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}
async function put(version: number, forWhom: "shadow" | "nobody"): Promise<void> {
  await ask(`/api/rule-sets/${version}/activate`, { for: forWhom });
  for (const until = Date.now() + HEARD_MS; Date.now() < until; await new Promise((later) => setTimeout(later, 50))) {
    const { locations, told } = await ask<{ locations: number; told: number }>("/api/rule-sets");
    if (locations === LOCATIONS && told === locations) return;
  }
  throw new Error("Not every location heard of a change");
}

const job = { port: worker.port, connections: CONNECTIONS, locations: LOCATIONS };
await load({ ...job, requests: 4_000, run: "warm" });
// The same rules, and one that never fires: the very same set would be no other.
const never = aRule({ name: "never", conditions: { all: [{ fact: "status", operator: "equal", value: "never" }] } });
const files = [...rules, never].map(fileOf);
const { version } = await ask<{ version: { version: number } }>("/api/rule-sets", {
  files: { rules: files },
  over: 0,
});

const CASES = ["nobody", "shadow"] as const;
const seen = { nobody: { cpu: [] as number[], rows: 0 }, shadow: { cpu: [] as number[], rows: 0 } };
for (let round = 0; round <= ROUNDS; round += 1)
  for (const one of round % 2 === 0 ? CASES : CASES.toReversed()) {
    await put(version.version, one);
    const counted = async () => (await ask<{ rowsWritten: number }>("/counts")).rowsWritten;
    const [rowsBefore, cpuBefore] = [await counted(), await cpuAtRest(worker.process.pid)];
    const { statuses } = await load({ ...job, requests: REQUESTS, run: `${one}-${round}` });
    if (statuses["202"] !== REQUESTS) throw new Error(JSON.stringify(statuses));
    const cpu = ((await cpuAtRest(worker.process.pid)) - cpuBefore) / REQUESTS;
    // The first round is for the compiler.
    if (round === 0) continue;
    seen[one].cpu.push(cpu);
    seen[one].rows += (await counted()) - rowsBefore;
    console.log(`round ${round}  ${one.padEnd(6)} ${figure(cpu)} ms`);
  }
await worker.stop();
discard(built);

const of = (one: (typeof CASES)[number]): number => median(seen[one].cpu);
publish("shadow", "npm run bench:ingest -- --shadow", [
  {
    title: `A set in the shadow that agrees, ${RULES} rules each, median of ${ROUNDS} rounds of ${figure(REQUESTS)} events`,
    columns: ["in the shadow", "CPU ms an event", "of without", "rows written an event"],
    rows: CASES.map((one) => [
      one === "nobody" ? "nothing" : "as many rules",
      figure(of(one)),
      (of(one) / of("nobody")).toFixed(3),
      figure(seen[one].rows / (ROUNDS * REQUESTS)),
    ]),
  },
]);
