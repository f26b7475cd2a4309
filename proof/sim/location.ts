// The location of a simulation: its destinations, its two versions of rules, and its events.
import { readEvent } from "../../src/events/event.ts";
import type { Event } from "../../src/model/event.ts";
import type { Chance } from "../../test/generated/chance.ts";
import { aMessage, ruleSets } from "../rules.ts";

export const LOCATION = "simulated";
export const HOSTS = ["a.example.com", "b.example.com", "c.example.com", "d.example.com"] as const;
export const RULE_SETS = ruleSets(
  HOSTS.map((host) => `https://${host}`),
  ["5m", "10m", "2h"],
  { from: "09:00", to: "17:00" },
);

/** An event, as it comes from the hooks. */
export function anEvent(key: string, contactId: string, isReply: boolean, atMs: number, chance: Chance): Event {
  const payload = aMessage({ key, locationId: LOCATION, contactId, isReply, atMs }, chance);
  const read = readEvent(payload, { key, route: "events", receivedAt: new Date(atMs).toISOString() });
  if (read.status !== "event") throw new Error("The simulated event is not one");
  return read.event;
}
