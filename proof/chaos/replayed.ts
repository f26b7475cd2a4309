// The logs that a run left, as the Worker exports them, decided again by the rules that were in force: nothing may differ.
import { linesFromWorker } from "../../src/cli/exported-lines.ts";
import type { ExportLine } from "../../src/model/export.ts";
import { TEST_ADMIN_TOKEN } from "../../test/keys.ts";
import { disagreements } from "../replay/agreement.ts";

/** What came of it. */
export interface LogsReplayed {
  readonly events: number;
  /** What log and replay say differently, each with its location. */
  readonly differing: readonly string[];
}

/** Exports the log of each location from a Worker on this machine, and replays it. */
export async function replayLogs(port: number, locations: readonly string[]): Promise<LogsReplayed> {
  const asked = { url: `http://127.0.0.1:${port}`, adminToken: TEST_ADMIN_TOKEN, fetch };
  let events = 0;
  const differing: string[] = [];
  for (const locationId of locations) {
    const lines: ExportLine[] = [];
    for await (const line of linesFromWorker({ ...asked, locationId })) lines.push(line);
    events += lines.filter(({ type }) => type === "event").length;
    for (const one of await disagreements(lines)) differing.push(`${locationId} ${one}`);
  }
  return { events, differing };
}
