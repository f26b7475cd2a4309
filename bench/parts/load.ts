// A load generator in its own process: keeps so many connections busy, each with one request at a time, and reports how
// long each answer took. It writes HTTP/1.1 to plain sockets, so that it uses less of the machine than what it tests.
import { fork } from "node:child_process";
import { createPrivateKey, sign } from "node:crypto";
import { connect, type Socket } from "node:net";
import { agencyPayloads } from "../../test/generated/agency.ts";
import { TEST_PRIVATE_KEY } from "../../test/keys.ts";
import { preciseNow } from "./receiver.ts";

const MAX_RESETS = 20;

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
  /** Milliseconds from the first byte sent to the answer. */
  readonly latencies: readonly number[];
  /** How often each status was answered. */
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

/** Whether an answer has arrived in full, body included. */
function isWhole(answer: string): boolean {
  const head = answer.indexOf("\r\n\r\n");
  if (head < 0) return false;
  const length = Number(/content-length: (\d+)/i.exec(answer.slice(0, head))?.[1] ?? 0);
  return answer.length >= head + 4 + length;
}

async function run(job: Job): Promise<Load> {
  const requests = requestsOf(job);
  const latencies: number[] = [];
  const answers: [key: string, at: number][] = [];
  const statuses: { [status: string]: number } = {};
  let next = 0;
  const startedAt = performance.now();
  const connection = (): Promise<void> =>
    new Promise((done, fail) => {
      let answer = "";
      let sentAt = 0;
      let index = 0;
      let resets = 0;
      let socket: Socket;
      /** A server may close a connection that it has starved: the request is sent again, as a real sender would. */
      const open = (): void => {
        answer = "";
        socket = connect(job.port, "127.0.0.1");
        socket.setNoDelay(true);
        socket.on("data", (chunk: Buffer) => {
          answer += chunk.toString("latin1");
          if (isWhole(answer)) take();
        });
        socket.once("connect", () => (resets === 0 ? sendNext() : send()));
        socket.once("close", (broken) => broken || done());
        socket.once("error", (error) => ((resets += 1) > MAX_RESETS ? fail(error) : open()));
      };
      const send = (): void => {
        sentAt = performance.now();
        socket.write(requests[index] ?? "");
      };
      const sendNext = (): void => {
        if (next >= requests.length) return void socket.end();
        index = next++;
        const wait = job.rate === undefined ? 0 : startedAt + (index * 1_000) / job.rate - performance.now();
        if (wait > 1) setTimeout(send, wait);
        else send();
      };
      const take = (): void => {
        latencies.push(performance.now() - sentAt);
        answers.push([`${job.run}-${index}`, preciseNow()]);
        const status = answer.slice(9, 12);
        statuses[status] = (statuses[status] ?? 0) + 1;
        answer = "";
        sendNext();
      };
      open();
    });
  await Promise.all(Array.from({ length: job.connections }, connection));
  const seconds = (performance.now() - startedAt) / 1_000;
  const endedAt = answers.at(-1)?.[1] ?? 0;
  return { seconds, latencies, statuses, endedAt, ...(job.tellEnd ? { answers } : {}) };
}

const given = process.argv[2];
if (process.send) process.once("disconnect", () => process.exit());
if (process.send && given?.startsWith("{")) process.send(await run(JSON.parse(given) as Job), () => process.exit(0));
