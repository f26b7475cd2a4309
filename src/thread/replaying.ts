// A location's log, replayed by two sets of rules as it comes: what the thread of the page does.
import type { ReplayRequest } from "../model/replay-thread.ts";
import type { RuleSet } from "../model/rule.ts";
import { compare } from "../replay/compare.ts";
import { reading, rulesHere, type ThreadPorts } from "./reading.ts";

/** How many texts the page can list of each sort; the others are counted. */
const MOST_SHOWN = 1_000;

/** Replays, and tells how far it has come and what came of it. It never rejects for what it is answered. */
export function replaying({ sinceMs, ...request }: ReplayRequest, ports: ThreadPorts): Promise<void> {
  const { locationId, headers } = request;
  const after: RuleSet = { hash: "after", rules: rulesHere(request.after, locationId), findings: [] };
  const before = request.before && { hash: "before", rules: rulesHere(request.before, locationId), findings: [] };
  const rules = [...after.rules, ...(before?.rules ?? [])];
  return reading({ locationId, headers, sinceMs, rules }, ports, async (log, isWhole) => {
    const compared = await compare(log, { before, after, sinceMs, shown: MOST_SHOWN });
    return { what: "done", compared, isWhole: isWhole() };
  });
}
