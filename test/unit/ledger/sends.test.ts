// A message is sent once, whatever becomes of the attempt: through the real ledger, on a clock that jumps.
import { HIGHLEVEL } from "../../../src/model/configuration.ts";
import { outgoing } from "../../../src/highlevel/outgoing.ts";
import { describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { HighLevelAccount, HighLevelAnswer, HighLevelRequest, Leaves } from "../../../src/highlevel/account.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import type { LedgerStorage } from "../../../src/ledger/store/ports.ts";
import { anEvent, aRule, aRuleSet, aText } from "../../builders.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { succeed } from "../../../src/kit/result.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const DAY_MS = 86_400_000;
const RULES = aRuleSet(aRule({ name: "text", actions: [aText()] }), aRule({ name: "seen", includeApi: true }));

/** A HighLevel that sends, answers or not, and can be asked what it sent. */
class Phones implements HighLevelAccount {
  readonly sent: string[] = [];
  /** What becomes of each send in turn: done and answered, done without an answer, not done without an answer. */
  ends: ("answered" | "lost" | "hangs")[] = [];
  now = NOON;
  mayAsk = true;

  call(request: HighLevelRequest, leaves?: Leaves): Promise<HighLevelAnswer> {
    const { path, body = {} } = request;
    leaves?.(outgoing(HIGHLEVEL, request));
    if (path.startsWith("/contacts/")) return Promise.resolve({ kind: "answer", status: 200, body: '{"contact":{}}' });
    if (path.startsWith("/conversations/messages/export")) {
      const messages = this.sent.map((text, index) => ({
        id: `m-${index}`,
        body: text,
        direction: "outbound",
        source: "api",
      }));
      return Promise.resolve({
        kind: "answer",
        status: this.mayAsk ? 200 : 401,
        body: JSON.stringify({ messages, total: messages.length }),
      });
    }
    const end = this.ends.shift() ?? "answered";
    if (end !== "hangs") this.sent.push((body as { message: string }).message);
    if (end !== "answered") return Promise.resolve({ kind: "timeout" });
    const messageId = `m-${this.sent.length - 1}`;
    return Promise.resolve({ kind: "answer", status: 200, body: JSON.stringify({ messageId }) });
  }
}

type Storage = LedgerStorage & { alarmAt: number | null };

/** Rings until nothing waits, a week at most. */
async function settle(ledger: LocationLedger, storage: Storage, phones: Phones): Promise<void> {
  while (storage.alarmAt !== null && storage.alarmAt <= NOON + 7 * DAY_MS) {
    const open = ledger.deliveries({ limit: 10 }).deliveries.some(({ state }) => state === "scheduled");
    if (!open) return;
    phones.now = Math.max(phones.now, storage.alarmAt);
    storage.alarmAt = null;
    await ledger.alarm();
  }
}

async function open(storage: Storage, phones: Phones): Promise<LocationLedger> {
  return aLedger({ storage, ruleSet: RULES, clock: () => phones.now, account: phones });
}

async function texted(phones: Phones): Promise<{ ledger: LocationLedger; storage: Storage }> {
  const storage = sqliteStorage();
  const ledger = await open(storage, phones);
  await ledger.record(anEvent({ messageId: "1" }, "one"));
  await settle(ledger, storage, phones);
  return { ledger, storage };
}

const textOf = (ledger: LocationLedger) =>
  ledger.deliveries({ limit: 10 }).deliveries.find(({ rule }) => rule === "text");

describe("a message whose end is not known", () => {
  it.each([
    [["lost"], true, 1, "sent"],
    [["hangs"], true, 1, "sent"],
    [["lost", "lost"], true, 1, "sent"],
    [["hangs", "lost"], true, 1, "sent"],
    [["hangs", "hangs", "lost"], true, 1, "sent"],
    [["lost"], false, 1, "dead"],
    [["hangs"], false, 0, "dead"],
  ] as const)("%j, asking allowed: %s: %i texts, %s", async (ends, mayAsk, texts, state) => {
    const phones = new Phones();
    phones.ends = [...ends];
    phones.mayAsk = mayAsk;
    const { ledger } = await texted(phones);
    expect(phones.sent).toHaveLength(texts);
    expect(textOf(ledger)?.state).toBe(state);
    if (state === "dead") expect(textOf(ledger)?.attempts.at(-1)?.error).toMatch(/^HIGHLEVEL_UNKNOWN: /);
  });

  it("is sent when it is retried by hand, after somebody looked in the conversation", async () => {
    const phones = new Phones();
    phones.ends = ["hangs"];
    phones.mayAsk = false;
    const { ledger, storage } = await texted(phones);
    expect(textOf(ledger)?.attempts.at(-1)?.error).toMatch(/^HIGHLEVEL_UNKNOWN: /);
    ledger.retryDead({});
    await settle(ledger, storage, phones);
    expect([textOf(ledger)?.state, phones.sent]).toEqual(["dead", []]);
    ledger.retry(textOf(ledger)?.id ?? "");
    await settle(ledger, storage, phones);
    expect([textOf(ledger)?.state, phones.sent.length]).toEqual(["sent", 1]);
  });

  it("that its event tells of is not sent again by a retry by hand", async () => {
    const phones = new Phones();
    phones.ends = ["lost"];
    phones.mayAsk = false;
    const { ledger, storage } = await texted(phones);
    await ledger.record(anEvent({ messageId: "m-0", source: "api", body: phones.sent[0] ?? "" }, "own"));
    ledger.retry(textOf(ledger)?.id ?? "");
    await settle(ledger, storage, phones);
    expect([textOf(ledger)?.state, phones.sent.length]).toEqual(["sent", 1]);
  });

  it("is found when the event of the message has come, though HighLevel may not be asked", async () => {
    const phones = new Phones();
    phones.ends = ["lost"];
    phones.mayAsk = false;
    const storage = sqliteStorage();
    const ledger = await open(storage, phones);
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    storage.alarmAt = null;
    await ledger.alarm();
    await ledger.record(anEvent({ messageId: "m-0", source: "api", body: phones.sent[0] ?? "" }, "own"));
    await settle(ledger, storage, phones);
    expect(textOf(ledger)?.state).toBe("sent");
    expect(phones.sent).toHaveLength(1);
    expect((await ledger.event("own"))?.decision.sentBy).toBe(textOf(ledger)?.id);
  });

  it("is not asked about before two minutes are over, also after the object stopped", async () => {
    const phones = new Phones();
    const storage = sqliteStorage();
    const never: HighLevelAccount = {
      call: (request, leaves) => {
        if (request.path.startsWith("/contacts/")) return phones.call(request);
        if (request.method === "POST") void phones.call(request);
        leaves?.(outgoing(HIGHLEVEL, request));
        return new Promise(() => undefined);
      },
    };
    const stopped = await aLedger({ storage, ruleSet: RULES, clock: () => phones.now, account: never });
    await stopped.record(anEvent({ messageId: "1" }, "one"));
    void stopped.alarm();
    await expect.poll(() => phones.sent.length).toBe(1);
    const ledger = await open(storage, phones);
    storage.alarmAt = null;
    await ledger.alarm();
    expect(textOf(ledger)).toMatchObject({ state: "scheduled", dueAt: new Date(NOON + 120_000).toISOString() });
    await settle(ledger, storage, phones);
    expect(textOf(ledger)?.state).toBe("sent");
    expect(phones.sent).toHaveLength(1);
  });
});

describe("a message whose token takes a while", () => {
  const at = (type: string, fields: JsonObject) => ({ type, dateAdded: new Date(NOON).toISOString(), ...fields });
  const reply = at("InboundMessage", { messageType: "SMS", body: "I am here" });
  const MEANWHILE: [what: string, does: (ledger: LocationLedger) => unknown, state: string | undefined][] = [
    ["its contact writes STOP", (ledger) => ledger.record(anEvent({ ...reply, body: "STOP" }, "two")), "scheduled"],
    ["its contact replies", (ledger) => ledger.record(anEvent(reply, "two")), "cancelled"],
    ["it is cancelled", (ledger) => void ledger.cancel(textOf(ledger)?.id ?? ""), "cancelled"],
    ["its contact is erased", (ledger) => ledger.eraseContact("test-location", "test-contact"), undefined],
  ];

  it.each(MEANWHILE)("does not leave when %s meanwhile", async (what, does, state) => {
    let posts = 0;
    let asked = 0;
    const storage = sqliteStorage();
    const cancelOn = what.endsWith("replies") ? { cancelOn: ["reply"] as const } : {};
    const ledger: LocationLedger = await aLedger({
      storage,
      ruleSet: aRuleSet(aRule({ name: "text", on: ["OutboundMessage"], actions: [aText(cancelOn)] })),
      clock: () => NOON,
      tokens: {
        current: async () => {
          // The first is for the question about the contact.
          if ((asked += 1) === 2) await does(ledger);
          return succeed("token");
        },
        insteadOf: () => Promise.resolve(null),
      },
      fetch: ({ method }) => {
        if (method === "POST") posts += 1;
        return Promise.resolve(Response.json(method === "POST" ? { messageId: "m-0" } : { contact: {} }));
      },
    });
    await ledger.record(anEvent({ messageId: "1", dateAdded: new Date(NOON - 1_000).toISOString() }, "one"));
    await ledger.alarm();
    expect(posts).toBe(0);
    expect(storage.sql.exec("SELECT 1 FROM sends WHERE left_at IS NOT NULL").toArray()).toEqual([]);
    expect(textOf(ledger)?.state).toBe(state);
    expect(
      storage.sql.exec("SELECT 1 FROM sends WHERE delivery_id NOT IN (SELECT id FROM deliveries)").toArray(),
    ).toEqual([]);
  });
});

describe("our own message", () => {
  it("is recognised by its id whatever its source says, and only rules that ask for it see it", async () => {
    const phones = new Phones();
    const { ledger } = await texted(phones);
    const own = textOf(ledger)?.id;
    await ledger.record(anEvent({ messageId: "m-0", source: "workflow" }, "own"));
    const story = await ledger.event("own");
    expect(story?.decision.sentBy).toBe(own);
    expect(story?.decision.verdicts.map(({ rule, fired, reason }) => [rule, fired, reason])).toEqual([
      ["seen", true, "fired"],
      ["text", false, "loop-guard"],
    ]);
    expect(ledger.events({ limit: 10 }).events.map(({ eventKey, sentBy }) => [eventKey, sentBy])).toEqual([
      ["own", own],
      ["one", null],
    ]);
    expect(phones.sent).toHaveLength(1);
  });

  it("is recognised by an e-mail's other id, in the story and in the list", async () => {
    const phones = new Phones();
    const { ledger, storage } = await texted(phones);
    const own = textOf(ledger)?.id;
    storage.sql.exec("UPDATE sends SET email_message_id = 'mail-1'");
    await ledger.record(anEvent({ messageType: "Email", messageId: "", emailMessageId: "mail-1" }, "own"));
    expect((await ledger.event("own"))?.decision.sentBy).toBe(own);
    expect(ledger.events({ limit: 1 }).events.map(({ eventKey, sentBy }) => [eventKey, sentBy])).toEqual([
      ["own", own],
    ]);
  });

  it("is not anybody else's", async () => {
    const phones = new Phones();
    const { ledger } = await texted(phones);
    await ledger.record(anEvent({ messageId: "m-7" }, "other"));
    expect((await ledger.event("other"))?.decision.sentBy).toBeUndefined();
  });

  it("is forgotten with its contact", async () => {
    const phones = new Phones();
    const { ledger, storage } = await texted(phones);
    ledger.eraseContact("test-location", "test-contact");
    expect(storage.sql.exec("SELECT * FROM sends").toArray()).toEqual([]);
  });
});
