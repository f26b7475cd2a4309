import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Counting, together } from "../../../src/drift/counts.ts";
import { countedPlaces, type CountedPlace } from "../../../src/drift/places.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import type { DayCounts } from "../../../src/model/drift.ts";
import { anEvent, aRule, CONTACT } from "../../builders.ts";

const PLACES = countedPlaces([
  aRule({ conditions: { all: [{ fact: "payload", path: "$.plan", operator: "equal", value: "gold" }] } }),
]).OutboundMessage;

/** What the places of events come to, one by one. */
function naive(events: readonly ReturnType<typeof anEvent>[], places: readonly CountedPlace[]) {
  return Object.fromEntries(
    places.map(({ name, read, words }) => {
      const values = events.map(read).filter((value) => value !== undefined);
      const singles = values.filter((value) => typeof value !== "object" || value === null).map(String);
      const own = singles.filter((word) => words === null || words.has(word));
      const counts = new Map([...(words ?? [])].map((word): [string, number] => [word, 0]));
      for (const word of own) counts.set(word, (counts.get(word) ?? 0) + 1);
      return [name, { present: values.length, words: Object.fromEntries(counts), others: values.length - own.length }];
    }),
  );
}

describe("counting", () => {
  it("comes to what each event says, in whatever order they come and however often it is taken", () => {
    const word = fc.constantFrom("delivered", "failed", "constructor", "__proto__", 7, true, null, ["x"], undefined);
    const payload = fc.record({ status: word, source: word, plan: fc.constantFrom("gold", "tin", undefined) });
    fc.assert(
      fc.property(fc.array(fc.tuple(payload, fc.boolean()), { maxLength: 60 }), (steps) => {
        const counting = new Counting();
        const events = [];
        let taken: DayCounts = {};
        for (const [fields, isTaken] of steps) {
          const event = anEvent(fields as JsonObject);
          events.push(event);
          counting.add(event, "sms", PLACES ?? []);
          if (isTaken) taken = together(taken, counting.take());
        }
        taken = together(taken, counting.take());
        const { events: looked, places } = taken["OutboundMessage sms"] ?? { events: 0, places: {} };
        expect(looked).toBe(events.length);
        if (events.length > 0) expect(JSON.parse(JSON.stringify(places))).toEqual(naive(events, PLACES ?? []));
      }),
    );
  });

  it("is bounded in words, kinds and places, whatever comes", () => {
    const counting = new Counting();
    for (let index = 0; index < 1_000; index += 1)
      counting.add(anEvent({ status: `word-${index}` }), `channel-${index}`, PLACES ?? []);
    expect(Object.keys(counting.take()).length).toBe(200);
    for (let index = 0; index < 1_000; index += 1)
      counting.add(anEvent({ status: `word-${index}` }), "sms", PLACES ?? []);
    const status = counting.take()["OutboundMessage sms"]?.places["status"];
    expect([Object.keys(status?.words ?? {}).length, status?.others]).toEqual([50, 950]);
  });

  it("keeps no long list of a rule, and nobody whom a rule names", () => {
    const long = Array.from({ length: 60_000 }, (_, n) => `plan-${n}`);
    const places = countedPlaces([
      aRule({
        conditions: {
          any: [
            { fact: "payload", path: "$.plan", operator: "in", value: long },
            { fact: "contactId", operator: "equal", value: CONTACT },
          ],
        },
      }),
    ]).OutboundMessage;
    const counting = new Counting();
    counting.add(anEvent({ plan: "plan-7" }), "sms", places ?? []);
    const told = counting.take()["OutboundMessage sms"]?.places;
    expect(told?.["payload $.plan"]).toEqual({ present: 1, words: {}, others: 1 });
    expect(told?.["contactId"]).toEqual({ present: 1, words: {}, others: 1 });
  });

  it("keeps no word that a contact may have written", () => {
    const places = countedPlaces([
      aRule({
        on: ["InboundMessage"],
        conditions: {
          all: [
            { fact: "body", operator: "equal", value: "yes" },
            { fact: "from", operator: "startsWith", value: "+1" },
            { fact: "payload", path: "$.contact.email", operator: "notEqual", value: "x@example.com" },
          ],
        },
      }),
    ]).InboundMessage;
    const counting = new Counting();
    const event = anEvent({
      type: "InboundMessage",
      body: "canary-1",
      from: "+1555canary2",
      contact: { email: "canary-3" },
    });
    counting.add(event, "sms", places ?? []);
    const told = JSON.stringify(counting.take());
    expect(told).toContain('"body"');
    expect(told).not.toContain("canary");
  });
});
