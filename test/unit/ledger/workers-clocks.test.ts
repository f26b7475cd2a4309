// Workers stamp events with their own clocks: the order of what happened is the sender's.
import { describe, expect, it } from "vitest";
import { readEvent } from "../../../src/events/event.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { aRule, aRuleSet, aText, aWebhook, CONTACT, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const SECOND = 1_000;
const happened = (secondsAfterNoon: number): JsonObject => {
  const at = new Date(NOON + secondsAfterNoon * SECOND).toISOString();
  return { locationId: LOCATION, contactId: CONTACT, messageType: "SMS", dateAdded: at, timestamp: at };
};
const VOICEMAIL: JsonObject = { type: "OutboundMessage", ...happened(0), messageId: "m1", status: "delivered" };
const wrote = (body: string, seconds: number): JsonObject => ({ type: "InboundMessage", ...happened(seconds), body });

async function aScene() {
  const storage = sqliteStorage();
  const actions = [aWebhook({ after: "5m", cancelOn: ["reply"] }), aText({ after: "5m" })];
  const ledger = await aLedger({ storage, ruleSet: aRuleSet(aRule({ actions })), clock: () => NOON + 60 * SECOND });
  /** Takes an event with a Worker whose clock stands at so many seconds after noon. */
  const take = async (payload: JsonObject, clockSeconds: number): Promise<void> => {
    const receivedAt = new Date(NOON + clockSeconds * SECOND).toISOString();
    const read = readEvent(payload, { key: JSON.stringify(payload), route: "events", receivedAt });
    if (read.status !== "event") throw new Error(read.status);
    await ledger.record(read.event);
  };
  const states = (): string[] => ledger.deliveries({ limit: 10 }).deliveries.map(({ state }) => state);
  const stops = (): number => storage.sql.exec("SELECT 1 FROM opt_outs").toArray().length;
  return { take, states, stops };
}

describe("Workers whose clocks differ", () => {
  it.each([
    ["is right", 31],
    ["is two minutes behind", -89],
    ["is two minutes ahead", 151],
  ])("a reply ends the wait although the clock of the Worker that took it %s", async (_, clock) => {
    const { take, states } = await aScene();
    await take(VOICEMAIL, 1);
    await take(wrote("Call me", 30), clock);
    expect(states()).toContain("cancelled");
  });

  it("a STOP after a START stands, whichever Worker took them", async () => {
    const { take, stops } = await aScene();
    await take(wrote("START", 0), 1);
    await take(wrote("STOP", 20), -99);
    expect(stops()).toBe(1);
  });
});
