import { readFileSync } from "node:fs";

/** CPU time of a process so far in milliseconds, from the kernel's counters, which count in steps of 10 ms. */
export function cpuMs(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** The same, once nothing is under way any more: what an answer leaves to be done afterwards counts, too. */
export async function cpuAtRest(pid: number | undefined): Promise<number> {
  for (let [before, since] = [cpuMs(pid), 0]; ;) {
    await new Promise((later) => setTimeout(later, 100));
    const now = cpuMs(pid);
    since = now - before < 10 ? since + 1 : 0;
    if (since === 5) return now;
    before = now;
  }
}
