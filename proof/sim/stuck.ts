// Ends a process whose simulation does not come to rest. What counts is the processor's time that a seed takes: on a
// machine with much else to do, a good one may last for minutes.
import { isMainThread, Worker, workerData } from "node:worker_threads";

/** How long a seed may take, milliseconds: of the processor, and at all, for one that waits for what never comes. */
interface Bounds {
  readonly busyMs: number;
  readonly idleMs: number;
}

interface Watched {
  readonly seeds: Int32Array;
  readonly bounds: Bounds;
}

const BOUNDS: Bounds = { busyMs: 60_000, idleMs: 600_000 };
const LOOKS = 60;

/** Watches over this process from another thread, which kills it; call what it returns after each seed. */
export function endIfStuck(bounds: Bounds = BOUNDS): () => void {
  const seeds = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  new Worker(new URL(import.meta.url), { workerData: { seeds, bounds } satisfies Watched, execArgv: [] }).unref();
  return () => void Atomics.add(seeds, 0, 1);
}

function watch({ seeds, bounds }: Watched): void {
  const busyMs = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  };
  const lookMs = bounds.busyMs / LOOKS;
  let [seen, sinceMs, looks] = [0, busyMs(), 0];
  setInterval(() => {
    const done = Atomics.load(seeds, 0);
    if (done !== seen) [seen, sinceMs, looks] = [done, busyMs(), 0];
    else if (busyMs() - sinceMs > bounds.busyMs || ++looks * lookMs > bounds.idleMs)
      process.kill(process.pid, "SIGKILL");
  }, lookMs);
}

if (!isMainThread) watch(workerData as Watched);
