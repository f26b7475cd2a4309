// A receiver of webhooks in its own process: answers after some milliseconds and records what arrived when.
import { fork, type ChildProcess } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** One webhook: its id, its path, and when its headers arrived, milliseconds since 1970. */
export interface Arrival {
  readonly id: string;
  readonly path: string;
  readonly at: number;
}

export interface Receiver {
  readonly port: number;
  /** How many have arrived since the last `take`. */
  count(): Promise<number>;
  /** What has arrived since the last `take`. */
  take(): Promise<readonly Arrival[]>;
  stop(): void;
}

/** Milliseconds since 1970, with fractions: the same clock in every process on a machine. */
export const preciseNow = (): number => performance.timeOrigin + performance.now();

export async function receiver(answerAfterMs: number): Promise<Receiver> {
  const child = fork(import.meta.filename, [String(answerAfterMs)]);
  const port = await answerOf<number>(child, "port");
  return {
    port,
    count: () => answerOf<number>(child, "count"),
    take: () => answerOf<readonly Arrival[]>(child, "take"),
    stop: () => void child.kill(),
  };
}

function answerOf<Answer>(child: ChildProcess, question: string): Promise<Answer> {
  return new Promise((tell) => {
    child.once("message", (answer) => tell(answer as Answer));
    child.send(question);
  });
}

const delay = process.argv[2];
if (process.send && /^\d+$/.test(delay ?? "")) {
  let arrivals: Arrival[] = [];
  const server = createServer((request, response) => {
    arrivals.push({ id: String(request.headers["webhook-id"]), path: request.url ?? "", at: preciseNow() });
    request.resume();
    request.once("end", () => setTimeout(() => response.end("ok"), Number(delay)));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  process.once("disconnect", () => process.exit());
  process.on("message", (question) => {
    if (question === "port") process.send?.((server.address() as AddressInfo).port);
    if (question === "count") process.send?.(arrivals.length);
    if (question !== "take") return;
    process.send?.(arrivals);
    arrivals = [];
  });
}
