// After an outage, and on a clock that is wrong: the breaker holds what was kept back, and nobody gets two texts.
import { HIGHLEVEL } from "../../../src/model/configuration.ts";
import { outgoing } from "../../../src/highlevel/outgoing.ts";
import { expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { HighLevelAnswer, HighLevelRequest, Leaves } from "../../../src/highlevel/account.ts";
import { anEvent, aRule, aRuleSet, aText } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";
const NOON = Date.parse("2026-03-04T12:00:00Z");
const H = 3_600_000;
const answered = (status: number, body: object): HighLevelAnswer => ({
  kind: "answer",
  status,
  body: JSON.stringify(body),
});
async function scene(action = aText()) {
  const w = {
    now: NOON,
    real: NOON,
    sent: [] as [string, number][],
    post: null as null | (() => HighLevelAnswer),
    lost: 0,
    posts: 0,
  };
  const storage = sqliteStorage();
  const ledger = await aLedger({
    storage,
    clock: () => w.now,
    ruleSet: aRuleSet(aRule({ name: "text", actions: [action] })),
    account: {
      call: async (request: HighLevelRequest, leaves?: Leaves) => {
        const { method, path, body } = request;
        if (path.startsWith("/conversations/messages/export"))
          return answered(200, {
            messages: w.sent.map(([m, at], i) => ({
              id: `m-${i}`,
              body: m,
              direction: "outbound",
              source: "api",
              dateAdded: new Date(at).toISOString(),
            })),
          });
        if (method === "GET") return answered(200, { contact: {} });
        leaves?.(outgoing(HIGHLEVEL, request));
        w.posts++;
        if (w.post) return w.post();
        w.sent.push([(body as { message: string }).message, w.real]);
        if (w.lost-- > 0) return { kind: "timeout" } as const;
        return answered(201, { messageId: `m-${w.sent.length - 1}` });
      },
    },
  });
  const ring = async (until: number) => {
    for (let n = 0; n < 3000 && storage.alarmAt !== null && storage.alarmAt <= until; n++) {
      w.now = Math.max(w.now, storage.alarmAt);
      storage.alarmAt = null;
      await ledger.alarm();
    }
  };
  return { w, storage, ledger, ring };
}
it("a backlog does not pass the breaker of 20 a minute", async () => {
  const { w, ledger, ring } = await scene();
  w.post = () => answered(429, {});
  for (let m = 0; m < 10; m++) {
    w.now = NOON + m * 61_000;
    for (let i = 0; i < 20; i++)
      await ledger.record(anEvent({ messageId: `${m}-${i}`, contactId: `c-${m}-${i}` }, `e-${m}-${i}`));
    await ring(w.now + 1000);
  }
  w.post = null;
  const at = w.now;
  await ring(at + 59_000);
  expect(w.sent.length).toBeLessThanOrEqual(20);
});
it("a clock that is a minute ahead texts once", async () => {
  const { w, ledger, ring } = await scene();
  w.lost = 1;
  w.now = NOON + 60_000;
  w.real = NOON;
  await ledger.record(anEvent({ messageId: "1" }, "one"));
  await ring(NOON + 60_000);
  await ring(NOON + H);
  expect(w.sent).toHaveLength(1);
});
