// What a replay keeps of a long log, counted: of its events, by whether they can still be reached once memory was cleared up;
// of the past of a contact, by its length.
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { asPast } from "../../../src/match/history.ts";
import type { ExportLine } from "../../../src/model/export.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { askedBy } from "../../../src/replay/asked.ts";
import { compare } from "../../../src/replay/compare.ts";
import { append, forgetBefore, newContact } from "../../../src/replay/contact.ts";
import { readLog } from "../../../src/replay/items.ts";
import { packedTexts } from "../../../src/replay/packed-texts.ts";
import { newSeen } from "../../../src/replay/seen.ts";
import { aRule, aRuleSet, aText, anEvent } from "../../builders.ts";
import { aLog, anItem, START } from "./a-log.ts";

setFlagsFromString("--expose-gc");
const clearUp = runInNewContext("gc") as () => void;

const HOUR: Rule = aRule({
  name: "hour",
  limit: { count: 3, within: "1h" },
  conditions: { all: [{ fact: "count", params: { within: "1h" }, operator: "greaterThan", value: 1 }] },
  actions: [aText({ message: "Hello {{ event.name }}" })],
});
const WAITS: Rule = aRule({ name: "waits", actions: [aText({ message: "Hello {{ event.name }}", after: "30d" })] });

/** How many events of a log can be reached after so many of them, one a minute, of twenty contacts. */
async function reachable(rules: readonly Rule[], events: number): Promise<number> {
  const all: WeakRef<object>[] = [];
  let left = -1;
  async function* lines(): AsyncGenerator<ExportLine> {
    for await (const line of aLog(rules, [])) {
      if (line.type !== "end") {
        yield line;
        continue;
      }
      for (let n = 0; n < events; n += 1) {
        const item = anItem(n, { name: "Jo", contactId: `contact-${n % 20}` });
        all.push(new WeakRef(item.event));
        yield item;
      }
      await setImmediate();
      clearUp();
      left = all.filter((one) => one.deref() !== undefined).length;
    }
  }
  const found = await compare(await readLog(lines()), {
    before: null,
    after: aRuleSet(...rules),
    sinceMs: 0,
    shown: 10,
  });
  expect(found.rules.find(({ rule }) => rule === rules[0]?.name)?.fires[1]).toBeGreaterThan(events / 20);
  return left;
}

describe("a replay keeps", () => {
  it("of events that are done with none but the last, however many there were", async () => {
    expect(await reachable([HOUR], 500)).toBeLessThan(8);
    expect(await reachable([HOUR], 1_500)).toBeLessThan(8);
  });

  it("of events of which something waits only some whole, and says of all what they would send", async () => {
    expect(await reachable([WAITS], 1_500)).toBeLessThan(1_100);
  });

  it("of a contact's past as much as its rules look back", () => {
    const asked = askedBy([aRuleSet(HOUR)]);
    const contact = newContact(0, []);
    const seen = newSeen(packedTexts());
    for (let minute = 0; minute < 1_000; minute += 1) {
      const event = anEvent({ messageId: `message-${minute}` }, `key-${minute}`);
      const atMs = START + minute * 60_000;
      const own = { key: event.key, fired: [], isRepeat: false, past: () => asPast(event, [], atMs) };
      append(contact, own, { seen, asked, stated: null });
      forgetBefore(contact, asked, atMs);
    }
    expect(contact.past).toHaveLength(60);
  });
});
