// A location's log, looked through for the near misses of a rule.
import type { NearRequest } from "../model/replay-thread.ts";
import { nearMisses } from "../replay/near-misses.ts";
import { reading, rulesHere, type ThreadPorts } from "./reading.ts";

/** Looks, and tells how far it has come and what it found. It never rejects for what it is answered. */
export function looking(request: NearRequest, ports: ThreadPorts): Promise<void> {
  const { locationId, headers, sinceMs, rule } = request;
  // What rules before it did matters where they stop it.
  const rules = rulesHere(request.inForce, locationId).filter(({ name, stop }) => name === rule || stop === true);
  return reading({ locationId, headers, sinceMs, rules }, ports, async (log, isWhole) => {
    const near = await nearMisses(log, { rule, sinceMs });
    return { what: "near", near, isWhole: isWhole() };
  });
}
