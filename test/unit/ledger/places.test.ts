// Whose place a question to HighLevel takes: while a delivery asks about its contact, nothing goes to its own destination,
// so that it holds none of that destination's places, nor more of HighLevel's than HighLevel may have.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { succeed } from "../../../src/kit/result.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { anEvent, aRule, aRuleSet, aWebhook } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";
import { VirtualTime } from "./virtual-time.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const CONTACTS_HOURS = { from: "08:00", to: "20:00", timeZone: "contact" } as const;

const to = (host: string, path = "") => aWebhook({ url: `https://${host}.example.com/${path}` });
const asking = (...hosts: readonly string[]) =>
  aRule({
    name: "asking",
    priority: 1,
    window: CONTACTS_HOURS,
    actions: hosts.map((host, n) => to(host, `asks-${n}`)),
  });

/** What one event makes of some rules, up to a time: when each host was called first, and how often. */
async function aRun(
  rules: readonly ReturnType<typeof aRule>[],
  lasts: { readonly [host: string]: number },
  { tokenMs = 0, untilMs = 10_000, contacts = 1 } = {},
) {
  const time = new VirtualTime(NOON);
  const storage = sqliteStorage();
  const calls: { host: string; path: string; atMs: number }[] = [];
  const open = new Map<string, number>();
  let most = 0;
  const ledger = await aLedger({
    storage,
    clock: time.now,
    timer: time.sleep,
    ruleSet: aRuleSet(...rules),
    tokens: {
      current: () => time.sleep(tokenMs).then(() => succeed("token")),
      insteadOf: () => Promise.resolve(null),
    },
    fetch: async (request) => {
      const { hostname, pathname } = new URL(request.url);
      const host = hostname.split(".")[0] ?? "";
      calls.push({ host, path: pathname, atMs: time.now() - NOON });
      open.set(host, (open.get(host) ?? 0) + 1);
      most = Math.max(
        most,
        [...open.values()].reduce((sum, n) => sum + n, 0),
      );
      await time.sleep(lasts[host] ?? 20);
      open.set(host, (open.get(host) ?? 0) - 1);
      return host === "highlevel" ? Response.json({ contact: { timezone: "UTC" }, tags: [] }) : new Response();
    },
  });
  const events = Array.from({ length: contacts }, (_, n) =>
    anEvent({ contactId: `contact-${n}`, messageId: `m${n}` }, `k-${n}`),
  );
  await time.pass(Promise.all(events.map((event) => ledger.record(event))));
  while ((storage.alarmAt ?? Infinity) <= NOON + untilMs) {
    time.jumpTo(storage.alarmAt ?? 0);
    storage.alarmAt = null;
    await time.pass(ledger.alarm(), NOON + untilMs);
  }
  const first = (host: string): number => calls.find((call) => call.host === host)?.atMs ?? Infinity;
  const of = (host: string): number => calls.filter((call) => call.host === host).length;
  return { calls, first, of, most };
}

// Signatures come from other threads, in real time: here each is there at once.
beforeEach(() => {
  vi.spyOn(crypto.subtle, "importKey").mockResolvedValue({} as CryptoKey);
  vi.spyOn(crypto.subtle, "sign").mockResolvedValue(new ArrayBuffer(32));
});

describe("the place of a question to HighLevel", { timeout: 30_000 }, () => {
  it("is one of HighLevel's: beside a slow destination and a text that waits for its token, others go at once", async () => {
    const tags = { type: "highlevel", call: "add-tags", tags: ["missed call"] } as const;
    const rules = [
      aRule({
        name: "plain",
        actions: [
          ...Array.from({ length: 6 }, () => to("slow")),
          { ...tags, after: "1s" },
          { ...to("prompt"), after: "2s" },
        ],
      }),
      aRule({ name: "asking", window: CONTACTS_HOURS, actions: [{ ...to("own"), after: "1s" }] }),
    ];
    const { first, of } = await aRun(rules, { slow: MINUTE }, { tokenMs: MINUTE, untilMs: 50 * SECOND });
    expect(of("slow")).toBe(4);
    expect(first("prompt")).toBeLessThan(30 * SECOND);
  });

  it("holds up nothing else that goes to the same destination", async () => {
    const plain = aRule({ name: "plain", actions: [to("own", "plain")] });
    const run = await aRun([asking(...Array.from({ length: 8 }, () => "own")), plain], { highlevel: MINUTE });
    expect(run.calls.map(({ path }) => path)).toContain("/plain");
  });

  it("is given back with its answer, and the answer is not asked for again while the destination has no place", async () => {
    const hosts = Array.from({ length: 10 }, () => "own");
    const run = await aRun([asking(...hosts)], { own: 9 * SECOND }, { untilMs: 60 * SECOND });
    expect(run.of("own")).toBe(10);
    expect(run.of("highlevel")).toBeLessThan(5);
    expect(run.most).toBeLessThanOrEqual(6);
  });

  it("is never one more than there are, whoever asks", async () => {
    const hosts = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const plain = aRule({ name: "plain", actions: hosts.map((host) => to(host)) });
    const lasts = Object.fromEntries(["highlevel", ...hosts].map((host) => [host, 2 * SECOND]));
    const run = await aRun([asking(...hosts), plain], lasts, { untilMs: 120 * SECOND, contacts: 5 });
    expect(run.most).toBe(6);
    expect(hosts.map((host) => run.of(host))).toEqual(hosts.map(() => 10));
    expect(run.of("highlevel")).toBeLessThan(20);
  });
});
