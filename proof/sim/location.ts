// The location of a simulation: its destinations, its two versions of rules, and its events.
import { readEvent } from "../../src/events/event.ts";
import type { Event } from "../../src/model/event.ts";
import type { JsonObject } from "../../src/kit/json.ts";
import type { Chance } from "../../test/generated/chance.ts";
import type { Wish } from "../history.ts";
import { aMessage, aWish, ruleSets, withFollowUps } from "../rules.ts";

export const LOCATION = "simulated";
export const HOSTS = ["a.example.com", "b.example.com", "c.example.com", "d.example.com"] as const;
export const RULE_SETS = ruleSets(
  HOSTS.map((host) => `https://${host}`),
  ["5m", "10m", "2h"],
  { from: "09:00", to: "17:00" },
);

/** The rule sets of a location that follows up inside HighLevel. */
export const FOLLOW_UP_RULE_SETS = RULE_SETS.map((ruleSet) => withFollowUps(ruleSet, "5m"));

/** An event as it comes from the hooks. */
export function anEvent(key: string, contactId: string, isReply: boolean, atMs: number, chance: Chance): Event {
  return read(key, aMessage({ key, locationId: LOCATION, contactId, isReply, atMs }, chance), atMs);
}

/** An event with a contact's wish about being written to. */
export function aWishEvent(key: string, contactId: string, says: Wish["says"], atMs: number): Event {
  return read(key, aWish({ key, locationId: LOCATION, contactId, atMs }, says), atMs);
}

/** Any event, from its payload. */
export function read(key: string, payload: JsonObject, atMs: number): Event {
  const read = readEvent(payload, { key, route: "events", receivedAt: new Date(atMs).toISOString() });
  if (read.status !== "event") throw new Error("The simulated event is not one");
  return read.event;
}
