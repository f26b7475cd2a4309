// The location of a simulation: its destinations, its two versions of rules, and its events.
import { readEvent } from "../../src/events/event.ts";
import type { Event } from "../../src/model/event.ts";
import type { JsonObject } from "../../src/kit/json.ts";
import { ruleSets, withFollowUps, withLoops, withRetries } from "../rules.ts";

export const LOCATION = "simulated";
export const HOSTS = ["a.example.com", "b.example.com", "c.example.com", "d.example.com"] as const;
export const RULE_SETS = ruleSets(
  HOSTS.map((host) => `https://${host}`),
  ["5m", "10m", "2h"],
  { from: "09:00", to: "17:00" },
);

/** The rule sets of a location that follows up inside HighLevel. */
export const FOLLOW_UP_RULE_SETS = RULE_SETS.map((ruleSet) => withFollowUps(ruleSet, "5m", "https://own.example.com"));

/** The rule sets of a location with retries of messages, and with rules that feed each other. */
export const RETRY_RULE_SETS = RULE_SETS.map((ruleSet) => withRetries(ruleSet, `https://${HOSTS[1]}`));
export const LOOP_RULE_SETS = FOLLOW_UP_RULE_SETS.map((ruleSet) =>
  withLoops(withRetries(ruleSet, `https://${HOSTS[1]}`)),
);

/** Any event, from its payload, as a Worker whose clock stands at `atMs` makes it. */
export function read(key: string, payload: JsonObject, atMs: number): Event {
  const read = readEvent(payload, { key, route: "events", receivedAt: new Date(atMs).toISOString() });
  if (read.status !== "event") throw new Error("The simulated event is not one");
  return read.event;
}
