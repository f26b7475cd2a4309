// `npm run bench:ingest`: what receiving costs, in raw workerd, compared with a Worker that only answers and one that
// only stores. One interleaved run: in each round every Worker is started afresh with empty state.
import { agencyRules } from "../test/generated/agency.ts";
import { load, type Load } from "./parts/load.ts";
import { figure, median, publish, quantile, setting } from "./parts/report.ts";
import { builtFrom, buildWith, discard, serve, type BuiltWorker } from "./parts/serve.ts";

const ROUNDS = setting("ROUNDS", 5);
const REQUESTS = setting("REQUESTS", 6_000);
const WARM_UP = 4_000;
const CONNECTIONS = 64;
const LOCATIONS = [1, 8, 64];

const ANSWERS = `export default { async fetch(request) { await request.text(); return new Response("{}", { status: 202 }); } };`;
const STORES = `
import { DurableObject } from "cloudflare:workers";
export class Ledger extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS bodies (id INTEGER PRIMARY KEY, body TEXT NOT NULL)");
  }
  record(body) { this.ctx.storage.sql.exec("INSERT INTO bodies (body) VALUES (?)", body); }
}
export default {
  async fetch(request, env) {
    const body = await request.text();
    const [, location] = /"locationId":"([^"]*)"/.exec(body);
    await env.LEDGER.getByName(location).record(body);
    return new Response("{}", { status: 202 });
  },
};`;

interface Contender {
  readonly name: string;
  readonly locations: number;
  readonly built: BuiltWorker;
  readonly rates: number[];
  readonly p50: number[];
  readonly p99: number[];
}

// The actions are delayed, so that receiving is measured and not delivering; they are planned and stored all the same.
const waiting = (count: number) =>
  agencyRules(count).map((rule) => ({ ...rule, actions: rule.actions.map((action) => ({ ...action, after: "1d" })) }));

console.log("Building the Workers …");
const answers = builtFrom(ANSWERS);
const stores = builtFrom(STORES, ["Ledger"]);
const few = await buildWith(waiting(20));
const many = await buildWith(waiting(10_000));
const contender = (name: string, locations: number, built: BuiltWorker): Contender => ({
  name, locations, built, rates: [], p50: [], p99: [],
}); // prettier-ignore
const contenders = LOCATIONS.flatMap((locations) => [
  contender("a answers", locations, answers),
  contender("b stores", locations, stores),
  contender("c Afterbeep, 20 rules", locations, few),
  contender("c Afterbeep, 10,000 rules", locations, many),
]);

for (let round = 1; round <= ROUNDS; round++) {
  for (const { name, locations, built, rates, p50, p99 } of contenders) {
    const state = `${built.folder}/state-${round}-${locations}`;
    const worker = await serve(built, { state });
    const job = { port: worker.port, connections: CONNECTIONS, locations };
    await load({ ...job, requests: WARM_UP, run: "warm" });
    const result: Load = await load({ ...job, requests: REQUESTS, run: "run" });
    await worker.stop("SIGKILL");
    if (result.statuses["202"] !== REQUESTS) throw new Error(`${name}: ${JSON.stringify(result.statuses)}`);
    rates.push(REQUESTS / result.seconds);
    p50.push(quantile(result.latencies, 0.5));
    p99.push(quantile(result.latencies, 0.99));
    console.log(
      `round ${round}  ${String(locations).padStart(2)} locations  ${name.padEnd(26)} ${figure(rates.at(-1) ?? 0)}/s`,
    );
  }
}

const rateOf = (name: string, locations: number): number =>
  median(contenders.find((one) => one.name === name && one.locations === locations)?.rates ?? []);
publish("ingest", "npm run bench:ingest", [
  {
    title: `Requests answered, ${CONNECTIONS} connections, median of ${ROUNDS} rounds of ${figure(REQUESTS)}`,
    columns: ["Worker", "locations", "requests/s", "p50 ms", "p99 ms", "of b", "of a"],
    rows: contenders.map(({ name, locations, rates, p50, p99 }) => [
      name,
      String(locations),
      figure(median(rates)),
      figure(median(p50)),
      figure(median(p99)),
      (median(rates) / rateOf("b stores", locations)).toFixed(2),
      (median(rates) / rateOf("a answers", locations)).toFixed(2),
    ]),
  },
]);
for (const built of [answers, stores, few, many]) discard(built);
