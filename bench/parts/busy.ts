// How many requests are answered while workerd is busy, compared with a Worker that only answers and one that only stores.
// One interleaved run: in each round every Worker is started afresh with empty state.
import { load, type Load } from "./load.ts";
import { ANSWERS, STORES, waitingRules } from "./plain-workers.ts";
import { figure, median, publish, quantile, setting } from "./report.ts";
import { builtFrom, buildWith, discard, serve, type BuiltWorker } from "./serve.ts";

const ROUNDS = setting("ROUNDS", 5);
const REQUESTS = setting("REQUESTS", 6_000);
const WARM_UP = 4_000;
const CONNECTIONS = 64;
const LOCATIONS = [1, 8, 64];

interface Contender {
  readonly name: string;
  readonly locations: number;
  readonly built: BuiltWorker;
  readonly rates: number[];
  readonly p50: number[];
  readonly p99: number[];
}

console.log("Building the Workers …");
const answers = builtFrom(ANSWERS);
const stores = builtFrom(STORES, ["Ledger"]);
const few = await buildWith(waitingRules(20));
const many = await buildWith(waitingRules(10_000));
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
