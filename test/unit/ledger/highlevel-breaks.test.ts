// Ways in which follow-ups inside HighLevel were broken: each was found by trying, through the real ledger.
import { describe, expect, it } from "vitest";
import { sqliteStorage, type SqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { HighLevelAccount, HighLevelAnswer, HighLevelRequest } from "../../../src/highlevel/account.ts";
import { sealKeys } from "../../../src/highlevel/seal.ts";
import { readTokenAnswer } from "../../../src/highlevel/tokens.ts";
import { sealPrivate } from "../../../src/highlevel/sealed-token.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import type { RuleSet } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, aText, CONTACT, LOCATION } from "../../builders.ts";
import { TEST_TOKEN_KEY } from "../../keys.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const answered = (status: number, body: object): HighLevelAnswer => ({
  kind: "answer",
  status,
  body: JSON.stringify(body),
});

/** A HighLevel whose parts a test replaces; `leaves` is called where the real account calls it. */
class Phones implements HighLevelAccount {
  now = NOON;
  readonly sent: string[] = [];
  contact = async (): Promise<HighLevelAnswer> => answered(200, { contact: {} });
  listed: () => Promise<HighLevelAnswer> = async () =>
    answered(200, {
      messages: this.sent.map((body, index) => ({ id: `m-${index}`, body, direction: "outbound", source: "api" })),
    });
  /** While the token is fetched: before the request leaves. */
  meanwhile: () => Promise<void> = async () => undefined;
  /** What a send answers; it was sent unless it says otherwise. */
  ends: (() => HighLevelAnswer)[] = [];

  async call({ path, method, body = {} }: HighLevelRequest, leaves?: () => boolean): Promise<HighLevelAnswer> {
    if (method === "GET" && path.startsWith("/contacts/")) return this.contact();
    if (method === "GET") return this.listed();
    await this.meanwhile();
    if (leaves && !leaves()) return { kind: "stopped" };
    const end = this.ends.shift();
    if (end) return end();
    this.sent.push((body as { message?: string }).message ?? "");
    return answered(201, { messageId: `m-${this.sent.length - 1}` });
  }
}

async function aScene(ruleSet: RuleSet = aRuleSet(aRule({ name: "text", actions: [aText()] }))) {
  const phones = new Phones();
  const storage = sqliteStorage();
  const ledger = await aLedger({ storage, ruleSet, clock: () => phones.now, account: phones });
  return { phones, storage, ledger };
}

async function ring(ledger: LocationLedger, storage: SqliteStorage, phones: Phones, untilMs: number): Promise<void> {
  for (let n = 0; n < 200 && storage.alarmAt !== null && storage.alarmAt <= untilMs; n++) {
    phones.now = Math.max(phones.now, storage.alarmAt);
    storage.alarmAt = null;
    await ledger.alarm();
  }
}
const first = (ledger: LocationLedger) => {
  const [one] = ledger.deliveries({ limit: 10 }).deliveries;
  if (!one) throw new Error("none");
  return one;
};
const unknown = (): HighLevelAnswer => ({ kind: "timeout" });

describe("what nobody can find out", () => {
  it("is sent once a person has looked and retries it", async () => {
    const { phones, storage, ledger } = await aScene();
    phones.ends = [unknown];
    phones.listed = async () => answered(401, {});
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    await ring(ledger, storage, phones, NOON + DAY_MS);
    expect(first(ledger).attempts.at(-1)?.error).toMatch(/^HIGHLEVEL_UNKNOWN/);
    phones.now += 60 * MINUTE_MS;
    ledger.retry(first(ledger).id);
    await ring(ledger, storage, phones, phones.now + DAY_MS);
    expect(first(ledger).state).toBe("sent");
    expect(phones.sent).toHaveLength(1);
  });
});

describe("between the last look and the request", () => {
  const STOP = { type: "InboundMessage", messageType: "SMS", body: "STOP", messageId: "2" };
  it("a STOP keeps the message back", async () => {
    const { phones, storage, ledger } = await aScene();
    phones.meanwhile = async () => void (await ledger.record(anEvent(STOP, "two")));
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    await ring(ledger, storage, phones, NOON + MINUTE_MS);
    expect(phones.sent).toEqual([]);
    expect(first(ledger).state).toBe("held");
  });
  it("a STOP while HighLevel is asked for an earlier one keeps it back", async () => {
    const { phones, storage, ledger } = await aScene();
    phones.ends = [unknown];
    let looks = 0;
    phones.listed = async () => {
      if ((looks += 1) === 2) await ledger.record(anEvent(STOP, "two"));
      return answered(200, { messages: [] });
    };
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    await ring(ledger, storage, phones, NOON + DAY_MS);
    expect(looks).toBe(2);
    expect(phones.sent).toEqual([]);
    expect(first(ledger).state).toBe("held");
  });
  it("an acknowledged reply ends it", async () => {
    const { phones, storage, ledger } = await aScene(
      aRuleSet(
        aRule({
          name: "text",
          actions: [aText({ cancelOn: ["reply"] })],
        }),
      ),
    );
    phones.meanwhile = async () => {
      await ledger.record(anEvent({ type: "InboundMessage", messageType: "SMS", body: "hi", messageId: "2" }, "two"));
    };
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    await ring(ledger, storage, phones, NOON + MINUTE_MS);
    expect(phones.sent).toEqual([]);
    expect(first(ledger).state).toBe("cancelled");
  });
  it("an erased contact gets nothing, and nothing names them", async () => {
    const { phones, storage, ledger } = await aScene();
    phones.meanwhile = async () => void ledger.eraseContact(LOCATION, CONTACT);
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    await ring(ledger, storage, phones, NOON + MINUTE_MS);
    expect(storage.sql.exec("SELECT * FROM sends").toArray()).toEqual([]);
    expect(phones.sent).toEqual([]);
  });
});

describe("two messages with the same words", () => {
  it("are not taken for one", async () => {
    const { phones, storage, ledger } = await aScene(
      aRuleSet(aRule({ name: "a", actions: [aText()] }), aRule({ name: "b", actions: [aText()] })),
    );
    // The first is sent, the second is not; neither is answered.
    phones.ends = [
      () => {
        phones.sent.push(String(aText()["message"]));
        return unknown();
      },
      unknown,
    ];
    phones.listed = async () => {
      const first = phones.sent.slice(0, 1).map((body) => ({ id: "m-0", body, direction: "outbound", source: "api" }));
      await new Promise((done) => setTimeout(done, 5));
      return answered(200, { messages: first });
    };
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    await ring(ledger, storage, phones, NOON + 10_000);
    // Something else arrives meanwhile, so that HighLevel is not suspected of being down.
    phones.now = NOON + MINUTE_MS;
    await ledger.record(anEvent({ messageId: "9", contactId: "other" }, "nine"));
    await ring(ledger, storage, phones, NOON + DAY_MS);
    const states = ledger.deliveries({ limit: 10 }).deliveries.map(({ state }) => state);
    expect(states).toEqual(["sent", "sent", "sent", "sent"]);
    expect(phones.sent).toHaveLength(4);
  });
});

describe("our own e-mail", () => {
  it("is recognised though its event has only emailMessageId", async () => {
    const { phones, storage, ledger } = await aScene();
    phones.ends = [() => answered(201, { messageId: "m-1", emailMessageId: "e-1", conversationId: "c" })];
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    await ring(ledger, storage, phones, NOON + MINUTE_MS);
    await ledger.record(anEvent({ messageType: "Email", messageId: undefined as never, emailMessageId: "e-1" }, "own"));
    expect((await ledger.event("own"))?.decision.sentBy).toBe(first(ledger).id);
  });
});

describe("STOP by a custom provider", () => {
  it("keeps what goes there back", async () => {
    const { phones, storage, ledger } = await aScene(
      aRuleSet(aRule({ name: "text", actions: [aText({ messageType: "Custom" })] })),
    );
    await ledger.record(
      anEvent({ type: "InboundMessage", messageType: "Custom", body: "STOP", messageId: "2" }, "two"),
    );
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    await ring(ledger, storage, phones, NOON + MINUTE_MS);
    expect(phones.sent).toEqual([]);
  });
});

describe("the account itself", () => {
  async function real(fetch: (request: Request, now: () => number) => Promise<Response>, token = "pit-1") {
    const world = { now: NOON };
    const storage = sqliteStorage();
    const highlevel = {
      api: "https://highlevel.example.com",
      apiVersion: "dated" as const,
      clientId: null,
      clientSecret: null,
      tokenKeys: [TEST_TOKEN_KEY],
    };
    const ledger = await aLedger({
      storage,
      highlevel,
      clock: () => world.now,
      ruleSet: aRuleSet(aRule({ name: "text", actions: [aText()], breaker: { perMinute: 1000, perContactDay: 1000 } })),
      fetch: (request) => fetch(request, () => world.now),
    });
    const keys = await sealKeys([TEST_TOKEN_KEY]);
    if (!keys.ok) throw new Error(keys.failure);
    ledger.storeToken(LOCATION, await sealPrivate(keys.value, token, LOCATION));
    const rings = async (untilMs: number): Promise<number> => {
      let n = 0;
      for (; n < 2000 && storage.alarmAt !== null && storage.alarmAt <= untilMs; n++) {
        world.now = Math.max(world.now, storage.alarmAt);
        storage.alarmAt = null;
        await ledger.alarm();
      }
      return n;
    };
    return { world, storage, ledger, rings };
  }
  const ok = (request: Request, headers: Record<string, string> = {}): Response =>
    request.method === "GET"
      ? new Response('{"contact":{}}', { headers })
      : new Response('{"messageId":"m-1"}', { status: 201, headers });

  it("sends on after the clock was a year ahead", async () => {
    const { world, ledger, rings } = await real(async (request) => ok(request, { "x-ratelimit-remaining": "0" }));
    world.now = NOON + 365 * DAY_MS;
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    await ledger.alarm();
    world.now = NOON;
    await ledger.record(anEvent({ messageId: "2" }, "two"));
    await rings(NOON + DAY_MS);
    expect((await ledger.event("two"))?.deliveries.map(({ state }) => state)).toEqual(["sent"]);
  });
  const LIES: [string, Record<string, string>][] = [
    ["max 1", { "x-ratelimit-max": "1", "x-ratelimit-interval-milliseconds": "10000" }],
    ["max 0", { "x-ratelimit-max": "0", "x-ratelimit-interval-milliseconds": "0" }],
    ["NaN", { "x-ratelimit-max": "NaN", "x-ratelimit-remaining": "NaN" }],
    ["negative", { "x-ratelimit-max": "-1", "x-ratelimit-remaining": "-5" }],
    ["interval 1e12", { "x-ratelimit-interval-milliseconds": "1000000000000" }],
    [
      "interval 999999999, remaining 0",
      { "x-ratelimit-interval-milliseconds": "999999999", "x-ratelimit-remaining": "0" },
    ],
    ["daily 1", { "x-ratelimit-limit-daily": "1", "x-ratelimit-daily-remaining": "1" }],
    ["remaining 1e9", { "x-ratelimit-remaining": "999999999" }],
  ];
  it.each(LIES)("sends on though headers lie: %s", async (_, headers) => {
    const { ledger, rings } = await real(async (request) => ok(request, headers));
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    await ledger.record(anEvent({ messageId: "2" }, "two"));
    await rings(NOON + 3 * DAY_MS);
    expect((await ledger.event("two"))?.deliveries.map(({ state }) => state)).toEqual(["sent"]);
  });
  it("does not read more of an answer than it can use", async () => {
    let read = 0;
    const { ledger, rings } = await real(async (request) => {
      if (request.method === "GET") return ok(request);
      const body = new ReadableStream({
        pull(controller) {
          read += 1_000_000;
          if (read > 60_000_000) controller.close();
          else controller.enqueue(new Uint8Array(1_000_000));
        },
      });
      return new Response(body, { status: 201 });
    });
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    await rings(NOON);
    expect(first(ledger).state).toBe("sent");
    expect(read).toBeLessThan(12_000_000);
  });
});

describe("a token's answer", () => {
  const answer = (fields: string): string =>
    `{"access_token":"a","refresh_token":"r","locationId":"l","userType":"Location",${fields}}`;
  const expiry = (fields: string): number | string => {
    const read = readTokenAnswer(200, answer(fields));
    return read.kind === "granted" ? read.grant.expiresInMs : read.kind;
  };
  it.each([
    ['"expires_in":86399', 86_399_000],
    ['"expires_in":"86399"', 86_399_000],
    ['"expires_in":-1', 600_000],
    ['"expires_in":1e400', 366 * DAY_MS],
    ['"expires_in":1e15', 366 * DAY_MS],
    ['"expires_in":"soon"', "unclear"],
    ['"expires_in":9,"access_token":"a\\nb"', "unclear"],
    ['"expires_in":9,"refresh_token":"\\u00e9"', "unclear"],
  ])("%s", (fields, expected) => expect(expiry(fields)).toBe(expected));
});

describe("an answer 2xx that is not listed", () => {
  it("opens one task", async () => {
    const { phones, storage, ledger } = await aScene(
      aRuleSet(
        aRule({ name: "task", actions: [{ type: "highlevel", call: "create-task", title: "Call them", due: "1h" }] }),
      ),
    );
    let posts = 0;
    const accepted = (): HighLevelAnswer => {
      posts += 1;
      return answered(202, {});
    };
    phones.ends = [accepted, accepted, accepted];
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    await ring(ledger, storage, phones, NOON + DAY_MS);
    expect([posts, first(ledger).state]).toEqual([1, "sent"]);
  });
});
