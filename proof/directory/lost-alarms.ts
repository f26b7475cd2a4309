// The built Worker in raw workerd, with many locations in each of which something waits. It is killed, and every alarm of
// its ledgers and of its directory is lost: the watchdog has to find them all again.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gzipSync } from "node:zlib";
import { median } from "../../bench/parts/report.ts";
import { buildWith, discard, serve, type ServedWorker } from "../../bench/parts/serve.ts";
import type { Home } from "../../src/model/home.ts";
import { aRule, aWebhook } from "../../test/builders.ts";
import { chance } from "../../test/generated/chance.ts";
import { TEST_ADMIN_TOKEN } from "../../test/keys.ts";
import { pause, World } from "../chaos/world.ts";

const TURN_MS = 300_000;
const AT_ONCE = 32;
/** The alarms are lost so long before a turn begins. */
const BEFORE_TURN_MS = 20_000;
const ASKED_EVERY_MS = 2_000;
const TOLD_WITHIN_MS = 180_000;
const HOME_TIMES = 11;
const AGAIN_MS = 500;
const MAX_TRIES = 60;

/** What was seen. */
export interface LostAlarms {
  readonly locations: number;
  /** Alarms of ledgers that were lost, and that were there again after one look at each. */
  readonly lost: number;
  readonly again: number;
  /** From the first turn of the watchdog after it until the last location was looked at, seconds. */
  readonly allLookedAtS: number;
  /** The longest between two looks at the same location, seconds. */
  readonly longestBetweenLooksS: number;
  /** How often a location was looked at twice: all of them, if the second pass has ended. */
  readonly twice: number;
  /** Of one pass over all locations, all parts together. */
  readonly pass: Counts;
  /** The most that one alarm of a part took, milliseconds. */
  readonly mostMsOfAlarm: number;
  /** `GET /api/overview` of a page of 100: milliseconds, and bytes as they are and gzipped. */
  readonly home: {
    readonly medianMs: number;
    readonly mostMs: number;
    readonly bytes: number;
    readonly gzipped: number;
  };
  /** Of the process, MiB: after all locations have come, and at the end; its most. */
  readonly memory: { readonly full: number; readonly end: number; readonly most: number };
}

interface Counts {
  readonly pokes: number;
  readonly rowsWritten: number;
  readonly rowsRead: number;
  readonly alarms: number;
  readonly alarmMs: number;
}

interface Looks extends Counts {
  readonly mostMsOfAlarm: number;
  readonly looked: number;
  readonly twice: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly longestMs: number;
}

/**
 * Runs it once; it takes eight minutes and more, of which most is waiting for turns of five. `kept` is a folder with the
 * state of a run before, whose locations need not begin anew; empty: there is none.
 */
export async function loseAlarms(locations: number, kept: string, say: (text: string) => void): Promise<LostAlarms> {
  const world = new World(chance(1));
  const waits = aRule({
    name: "waits",
    on: ["OutboundMessage", "InboundMessage"],
    conditions: { all: [{ fact: "contactId", operator: "exists", value: true }] },
    actions: [aWebhook({ after: "12h" })],
  });
  say("Building the Worker …");
  const built = await buildWith([waits], { main: "bench/workerd/directory-worker.ts" });
  const state = kept === "" ? join(built.folder, "state") : kept;
  let worker = await served();
  async function served(): Promise<ServedWorker> {
    const started = await serve(built, { state });
    world.port = started.port;
    return started;
  }
  try {
    const waiting = async (): Promise<number> => (await homeOf(worker)).home.totals.waiting;
    if ((await waiting()) < locations) {
      say(`${locations} locations begin …`);
      const left = Array.from({ length: locations }, (_, index) => `l${index}`).values();
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (const id of left) await world.send(`${id}-first`, id, "ada");
        }),
      );
      const begunAt = Date.now();
      await until(async () => (await waiting()) >= locations, TOLD_WITHIN_MS);
      say(`All have told the directory ${Math.round((Date.now() - begunAt) / 1_000)} s after the last had begun`);
    }
    const home = await measured(worker);
    const full = memoryOf(worker).now;
    await pause((2 * TURN_MS - BEFORE_TURN_MS - (Date.now() % TURN_MS)) % TURN_MS);
    say("It is killed, and loses its alarms …");
    await worker.stop("SIGKILL");
    const lost = forgetAlarms(state, "Ledger");
    forgetOwnAlarms(state, "Ledger");
    // The parts go on saying that theirs are set.
    forgetAlarms(state, "Directory");
    worker = await served();
    const beganAt = (Math.floor(Date.now() / TURN_MS) + 1) * TURN_MS;
    let turns = 0;
    const looks = async (): Promise<Looks> => {
      // As the cron trigger would.
      if (Date.now() >= beganAt + turns * TURN_MS) await ask(worker, `/turn?${(turns += 1)}`);
      return ask<Looks>(worker, "/looks");
    };
    let once = await looks();
    await until(async () => (once = await looks()).looked >= locations, 2 * TURN_MS);
    const again = alarmsIn(state, "Ledger");
    say(`All were looked at ${Math.round((once.lastAt - beganAt) / 1_000)} s after the first turn`);
    let twice = once;
    await until(async () => (twice = await looks()).twice >= locations, 2 * TURN_MS).catch(() => undefined);
    const { pokes, rowsWritten, rowsRead, alarms, alarmMs } = once;
    const { now: end, most } = memoryOf(worker);
    return {
      locations,
      lost,
      again,
      allLookedAtS: seconds(once.lastAt - beganAt),
      longestBetweenLooksS: seconds(twice.longestMs),
      twice: twice.twice,
      pass: { pokes, rowsWritten, rowsRead, alarms, alarmMs },
      mostMsOfAlarm: twice.mostMsOfAlarm,
      home,
      memory: { full, end, most },
    };
  } finally {
    await worker.stop("SIGKILL");
    world.stop();
    discard(built);
  }
}

async function measured(worker: ServedWorker): Promise<LostAlarms["home"]> {
  const times: number[] = [];
  let text = "";
  for (let turn = 0; turn < HOME_TIMES; turn += 1) {
    const found = await homeOf(worker);
    times.push(found.ms);
    text = found.text;
  }
  return {
    medianMs: Math.round(median(times)),
    mostMs: Math.round(Math.max(...times)),
    bytes: Buffer.byteLength(text),
    gzipped: gzipSync(text).byteLength,
  };
}

async function homeOf(worker: ServedWorker): Promise<{ home: Home; ms: number; text: string }> {
  const startedAt = performance.now();
  const text = await answerOf(worker, "/api/overview?limit=100");
  return { home: JSON.parse(text) as Home, ms: performance.now() - startedAt, text };
}

async function ask<Answer>(worker: ServedWorker, path: string): Promise<Answer> {
  return JSON.parse(await answerOf(worker, path)) as Answer;
}

/** Asked again where workerd closed the connection, which `fetch` calls a `TypeError`; not where workerd has ended. */
async function answerOf({ port, process: workerd }: ServedWorker, path: string): Promise<string> {
  const headers = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };
  for (let tries = 1; ; tries += 1) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
      const text = await response.text();
      if (!response.ok) throw new Error(`${path} was answered ${response.status}`);
      return text;
    } catch (error) {
      const ended = workerd.exitCode ?? workerd.signalCode;
      if (ended !== null) throw new Error(`workerd ended with ${ended}`, { cause: error });
      if (tries === MAX_TRIES || !(error instanceof TypeError)) throw error;
      await pause(AGAIN_MS);
    }
  }
}

async function until(isSo: () => Promise<boolean>, withinMs: number): Promise<void> {
  for (const end = Date.now() + withinMs; !(await isSo()); await pause(ASKED_EVERY_MS))
    if (Date.now() > end) throw new Error(`It was not so within ${withinMs / 1_000} s`);
}

/** workerd keeps the alarms of a class beside its objects. */
function alarmsIn(state: string, objects: string): number {
  return withDatabase(join(state, objects, "metadata.sqlite"), (database) => Number(database.prepare("SELECT COUNT(*) AS n FROM _cf_ALARM").get()?.["n"])); // prettier-ignore
}

/** As if none had been set; how many were. */
function forgetAlarms(state: string, objects: string): number {
  const lost = alarmsIn(state, objects);
  withDatabase(join(state, objects, "metadata.sqlite"), (database) => database.exec("DELETE FROM _cf_ALARM"));
  return lost;
}

/** What each object knows of its own alarm, by which it says that it is set. */
function forgetOwnAlarms(state: string, objects: string): void {
  for (const file of readdirSync(join(state, objects)))
    if (/^[0-9a-f]{64}\.sqlite$/.test(file))
      withDatabase(join(state, objects, file), (database) => database.exec("DELETE FROM _cf_METADATA"));
}

function withDatabase<Found>(path: string, work: (database: DatabaseSync) => Found): Found {
  const database = new DatabaseSync(path);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** Resident memory of the process, MiB. */
function memoryOf({ process: { pid } }: ServedWorker): { now: number; most: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const of = (name: string): number => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1_024);
  return { now: of("VmRSS"), most: of("VmHWM") };
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
