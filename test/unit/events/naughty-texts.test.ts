// Every naughty text in every field that takes text, of every kind of event: alone, and in all of them at once.
import { describe, expect, it } from "vitest";
import { payloadsWith } from "../../cases/naughty-payloads.ts";
import { NAUGHTY_TEXTS } from "../../cases/json-cases.ts";
import { eventsModel } from "../../fuzz/models/events.ts";
import { prototypesAsTheyAre } from "../../fuzz/prototypes.ts";
import { share } from "../../thorough.ts";

describe("a text that goes wrong somewhere", () => {
  it.each(share(NAUGHTY_TEXTS, 40))("does no harm in any field of any kind: $title", async ({ text }) => {
    const unchanged = prototypesAsTheyAre();
    const payloads = payloadsWith(text);
    for (const sent of payloads) await eventsModel.holds(sent as never);
    expect(payloads.length).toBeGreaterThan(80);
    expect(unchanged()).toBe(true);
  });
});
