// What the first event of a location costs: the first ever, the first after a restart of workerd, and a warm one; beside
// an object that only stores. CPU of the whole process, since most of it is the runtime's and SQLite's.
import { cpuAtRest } from "./cpu.ts";
import { load } from "./load.ts";
import { STORES, waitingRules } from "./plain-workers.ts";
import { figure, median, publish, setting } from "./report.ts";
import { builtFrom, buildWith, discard, serve, type BuiltWorker, type ServedWorker } from "./serve.ts";

const ROUNDS = setting("ROUNDS", 5);
const LOCATIONS = setting("LOCATIONS", 400);
const CONNECTIONS = 8;
/** Events of each location while it is warm. */
const WARM_EACH = 5;
/** Before anything is measured, so that it is not the compiler. */
const WARM_UP = { requests: 2_000, fields: { locationId: "warm-up" } };

/** workerd ends an object that was not asked for ten seconds. */
const ENDS_AFTER_S = 10;
const TOO_SLOW =
  "The machine was too busy: a round through all locations took longer than workerd keeps an object, so that some of the warm ones were cold, and are not counted.";

const STATES = ["first ever", "first after a restart", "warm"] as const;
type State = (typeof STATES)[number];

interface Contender {
  readonly name: string;
  readonly built: BuiltWorker;
  readonly cpu: { readonly [S in State]: number[] };
}

function contender(name: string, built: BuiltWorker): Contender {
  const none = () => ({ "first ever": [], "first after a restart": [], warm: [] });
  return { name, built, cpu: none() };
}

const notes = new Set<string>();
console.log("Building the Workers …");
const contenders = [
  contender("a bare object", builtFrom(STORES, ["Ledger"])),
  contender("Afterbeep, 20 rules", await buildWith(waitingRules(20))),
];

for (let round = 1; round <= ROUNDS; round++)
  for (const { name, built, cpu } of contenders) {
    const state = `${built.folder}/cold-${round}`;
    let worker: ServedWorker = await serve(built, { state });
    const measure = async (what: State, each: number): Promise<void> => {
      const before = await cpuAtRest(worker.process.pid);
      const requests = LOCATIONS * each;
      const job = { port: worker.port, connections: CONNECTIONS, locations: LOCATIONS };
      const { statuses, seconds } = await load({ ...job, requests, run: what.replaceAll(" ", "-") });
      if (statuses["202"] !== requests) throw new Error(`${name}: ${JSON.stringify(statuses)}`);
      if (what === "warm" && seconds / each > ENDS_AFTER_S * 0.8) return void notes.add(TOO_SLOW);
      cpu[what].push(((await cpuAtRest(worker.process.pid)) - before) / requests);
    };
    const warmUp = () =>
      load({ ...WARM_UP, port: worker.port, connections: CONNECTIONS, locations: 1, run: `${Date.now()}` });
    await warmUp();
    await measure("first ever", 1);
    await worker.stop();
    worker = await serve(built, { state });
    await warmUp();
    await measure("first after a restart", 1);
    await measure("warm", WARM_EACH);
    await worker.stop();
    console.log(
      `round ${round}  ${name.padEnd(20)} ${STATES.map((what) => `${what} ${figure(cpu[what].at(-1) ?? 0)} ms`).join("  ")}`,
    );
  }

publish(
  "cold",
  "npm run bench:ingest -- --cold",
  [
    {
      title: `CPU of the whole process for an event of one of ${LOCATIONS} locations, ${CONNECTIONS} connections, median of ${ROUNDS} rounds`,
      columns: [
        "Worker",
        ...STATES.map((what) => `${what} ms`),
        ...STATES.slice(0, 2).map((what) => `${what}, of warm`),
      ],
      rows: contenders.map(({ name, cpu }) => [
        name,
        ...STATES.map((what) => figure(median(cpu[what]))),
        ...STATES.slice(0, 2).map((what) => figure(median(cpu[what]) / median(cpu.warm))),
      ]),
    },
  ],
  [...notes],
);
for (const { built } of contenders) discard(built);
