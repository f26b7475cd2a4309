// A load generator in its own process: keeps so many connections busy, each with one request at a time, and reports how
// long each answer took. A connection that is closed without an answer is counted, and its request is sent again.
import { fork } from "node:child_process";
import { createPrivateKey, sign } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { agencyPayloads } from "../../test/generated/agency.ts";
import { TEST_PRIVATE_KEY } from "../../test/keys.ts";
import { Connection, NO_ANSWER } from "./connection.ts";
import { preciseNow } from "./receiver.ts";

const AGAIN_MS = 100;
const MAX_TRIES = 50;

/** What to send. Payloads are those of an agency, each with its own key and for one of so many locations. */
export interface Job {
  readonly port: number;
  readonly connections: number;
  readonly requests: number;
  readonly locations: number;
  /** Distinguishes the keys of one run from those of another. */
  readonly run: string;
  /** Requests per second; absent: as many as are answered. */
  readonly rate?: number;
  readonly fields?: { readonly [name: string]: string };
  /** Also report when each answer arrived. */
  readonly tellEnd?: boolean;
}

/** What came back. */
export interface Load {
  readonly seconds: number;
  /** Milliseconds from the first byte sent to the answer, however often it was sent. */
  readonly latencies: readonly number[];
  /** How often each status was answered, and how often there was none: `NO_ANSWER`. */
  readonly statuses: { readonly [status: string]: number };
  /** The key of each event and when its answer arrived, milliseconds since 1970. */
  readonly answers?: readonly (readonly [key: string, at: number])[];
  /** When the last answer arrived, milliseconds since 1970. */
  readonly endedAt: number;
}

/** Runs a job in its own process. */
export function load(job: Job): Promise<Load> {
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, [JSON.stringify(job)]);
    child.once("message", (answer) => resolve(answer as Load));
    child.once("exit", (code) => code !== 0 && reject(new Error(`The load generator ended with ${code}`)));
  });
}

function requestsOf({ requests, locations, run, port, fields = {} }: Job): Buffer[] {
  const key = createPrivateKey({ key: Buffer.from(TEST_PRIVATE_KEY, "base64"), format: "der", type: "pkcs8" });
  return agencyPayloads(requests, locations * 100, 7).map((payload, index) => {
    const body = JSON.stringify({
      ...payload,
      webhookId: `${run}-${index}`,
      messageId: `${run}-${index}`,
      locationId: `location-${String(index % locations).padStart(5, "0")}`,
      ...fields,
    });
    const signature = sign(null, Buffer.from(body), key).toString("base64");
    const head = `POST /hooks/highlevel HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nX-GHL-Signature: ${signature}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
    return Buffer.from(head + body);
  });
}

async function run(job: Job): Promise<Load> {
  const requests = requestsOf(job);
  const latencies: number[] = [];
  const answers: [key: string, at: number][] = [];
  const statuses: { [status: string]: number } = {};
  const count = (status: string): void => void (statuses[status] = (statuses[status] ?? 0) + 1);
  let next = 0;
  const startedAt = performance.now();
  /** As a sender does: what was not answered is sent again, for a while. */
  const answerTo = async (connection: Connection, request: Buffer): Promise<string> => {
    for (let tries = 1; ; tries++) {
      const answer = await connection.ask(request);
      if (answer !== null) return answer;
      count(NO_ANSWER);
      if (tries === MAX_TRIES) throw new Error(`A request was not answered ${tries} times`);
      await pause(AGAIN_MS);
    }
  };
  const keepBusy = async (): Promise<void> => {
    const connection = new Connection(job.port);
    for (let index = next++; index < requests.length; index = next++) {
      const wait = job.rate === undefined ? 0 : startedAt + (index * 1_000) / job.rate - performance.now();
      if (wait > 1) await pause(wait);
      const sentAt = performance.now();
      const answer = await answerTo(connection, requests[index] ?? Buffer.of());
      latencies.push(performance.now() - sentAt);
      answers.push([`${job.run}-${index}`, preciseNow()]);
      count(answer.slice(9, 12));
    }
    connection.end();
  };
  await Promise.all(Array.from({ length: job.connections }, keepBusy));
  const seconds = (performance.now() - startedAt) / 1_000;
  const endedAt = answers.at(-1)?.[1] ?? 0;
  return { seconds, latencies, statuses, endedAt, ...(job.tellEnd ? { answers } : {}) };
}

const given = process.argv[2];
if (process.send && given?.startsWith("{")) {
  process.once("disconnect", () => process.exit());
  process.send(await run(JSON.parse(given) as Job), () => process.exit(0));
}
