// Real processes in tests.
import { execFileSync } from "node:child_process";

/** The processes of workerd that this one started. */
export function workerds(): number[] {
  const lines = execFileSync("ps", ["-eo", "pid=,ppid=,comm="], { encoding: "utf8" }).trim().split("\n");
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, command]) => Number(parent) === process.pid && command?.startsWith("workerd"))
    .map(([pid]) => Number(pid));
}

/** Resolves once something is so. */
export async function until(met: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await met())) await new Promise((soon) => setTimeout(soon, 10));
}
