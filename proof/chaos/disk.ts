// A full disk, and one that turns read-only: a small in-memory file system, mounted for the purpose.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NO_ANSWER } from "../../bench/parts/connection.ts";
import type { ServedWorker } from "../../bench/parts/serve.ts";
import { pause, type World } from "./world.ts";

const SIZE_MB = 24;
const EVENTS = 60;
const LOCATIONS = 3;
const DRAIN_TRIES = 600;

/** The result. */
export interface BrokenDisk {
  /** Why this could not be tried; `null` if it was. */
  readonly skipped: string | null;
  /** For each trouble with the disk, how often senders were answered with each status meanwhile. */
  readonly told: { readonly [trouble: string]: { readonly [status: string]: number } };
  readonly violations: readonly string[];
}

interface Tools {
  readonly start: (folder: string) => Promise<ServedWorker>;
  readonly world: World;
}

/** Runs the Worker on a disk that fills up, then on one that turns read-only, and repairs it each time. */
export async function brokenDisk({ start, world }: Tools): Promise<BrokenDisk> {
  const folder = mkdtempSync(join(tmpdir(), "afterbeep-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE_MB}m`, "tmpfs", folder], { stdio: "pipe" });
  } catch {
    rmSync(folder, { recursive: true });
    return { skipped: "a file system in memory cannot be mounted here, it takes root", told: {}, violations: [] };
  }
  const violations: string[] = [];
  const told: { [trouble: string]: { [status: string]: number } } = {};
  let worker = await start(folder);
  /** While a process has files open for writing they cannot be made read-only, so the Worker is started anew. */
  const remounted = async (running: ServedWorker, how: "ro" | "rw"): Promise<ServedWorker> => {
    await running.stop("SIGKILL");
    execFileSync("mount", ["-o", `remount,${how}`, folder], { stdio: "pipe" });
    return start(folder);
  };
  try {
    for (const trouble of ["full", "read-only"] as const) {
      const before = new Set(world.acknowledged.map(({ key }) => key));
      await Promise.all(sendSome(world, `${trouble}-before`));
      if (trouble === "full") fill(folder);
      else worker = await remounted(worker, "ro");
      const statuses = { ...world.statuses };
      const sending = sendSome(world, `${trouble}-during`);
      await pause(3_000);
      told[trouble] = difference(world.statuses, statuses);
      const lied = world.acknowledged.filter(({ key }) => !before.has(key)).map(({ key }) => key);
      if (trouble === "full") rmSync(join(folder, "filler"), { force: true });
      else worker = await remounted(worker, "rw");
      await Promise.all(sending);
      // What was acknowledged has to be there even after a kill.
      await worker.stop("SIGKILL");
      worker = await start(folder);
      for (const key of lied)
        if (!(await isKnown(world, key))) violations.push(`${trouble}: ${key} was acknowledged and is not there`);
      if (!(await isAtRest(world))) violations.push(`${trouble}: it did not come to rest`);
      for (const status of Object.keys(told[trouble] ?? {}))
        if (!["202", "429", NO_ANSWER].includes(status)) violations.push(`${trouble}: senders were told ${status}`);
    }
  } finally {
    await worker.stop("SIGKILL");
    execFileSync("umount", ["-l", folder], { stdio: "pipe" });
    rmSync(folder, { recursive: true, force: true });
  }
  return { skipped: null, told, violations };
}

const locationOf = (index: number): string => `disk${index % LOCATIONS}`;

function sendSome(world: World, name: string): Promise<void>[] {
  return Array.from({ length: EVENTS }, (_, index) =>
    world.send(`${name}-${index}`, locationOf(index), `${locationOf(index)}-c${index % 7}`),
  );
}

function fill(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  try {
    writeFileSync(join(folder, "filler"), Buffer.alloc(bavail * bsize));
  } catch {
    // The disk was full a little earlier.
  }
}

async function isKnown(world: World, key: string): Promise<boolean> {
  for (let location = 0; location < LOCATIONS; location++)
    if ((await world.api("GET", `/locations/${locationOf(location)}/events/${key}`)) !== null) return true;
  return false;
}

async function isAtRest(world: World): Promise<boolean> {
  for (let tries = 0; tries < DRAIN_TRIES; tries++) {
    const pages = await Promise.all(
      ["scheduled", "sending"].flatMap((state) =>
        Array.from({ length: LOCATIONS }, (_, index) =>
          world.api("GET", `/locations/${locationOf(index)}/deliveries?state=${state}&limit=1`),
        ),
      ),
    );
    if (pages.every((page) => (page as { deliveries: unknown[] } | null)?.deliveries.length === 0)) return true;
    await pause(100);
  }
  return false;
}

function difference(
  now: { [status: string]: number },
  before: { [status: string]: number },
): { [status: string]: number } {
  return Object.fromEntries(
    Object.entries(now)
      .map(([status, count]) => [status, count - (before[status] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}
