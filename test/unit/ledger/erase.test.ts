import { describe, expect, it } from "vitest";
import { anEvent, aRule, aRuleSet, aTask, CONTACT, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const START = Date.parse("2026-03-04T12:00:00Z");

describe("erasing a contact while KV is taking its task", () => {
  it.each(["answers", "fails all the same"])("removes the task when KV has taken it and %s", async (how) => {
    let now = START;
    const kept = new Set<string>();
    const { promise: taken, resolve: take } = Promise.withResolvers<void>();
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const ledger = await aLedger({
      ruleSet: aRuleSet(aRule({ actions: [aTask()] })),
      clock: () => now,
      timer: () => new Promise((tick) => setImmediate(tick)),
      tasks: {
        put: async ({ id }) => {
          ask();
          await taken;
          kept.add(id);
          if (how !== "answers") throw new Error("timeout");
        },
        delete: async (_, id) => void kept.delete(id),
      },
    });
    await ledger.record(anEvent());
    const ringing = ledger.alarm();
    await asked;
    expect(ledger.eraseContact(LOCATION, CONTACT)).toMatchObject({ deliveries: 1 });
    // Long enough for the alarm to write what is due to KV.
    for (let turn = 0; turn < 20; turn++) await new Promise((tick) => setImmediate(tick));
    take();
    await ringing;
    expect(kept.size).toBe(1);
    now += 2 * 60_000;
    await ledger.alarm();
    expect([...kept]).toEqual([]);
  });
});
