// One host that hangs, fails or asks for a pause holds up what goes there, and nothing else.
import { abortAllDurableObjects, reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aRule, aTask, aWebhook, LOCATION } from "../builders.ts";
import { upTo } from "../thorough.ts";
import { api, ledger, postEvent } from "./client.ts";
import { resetWorld, world } from "./world.ts";

beforeEach(resetWorld);
afterEach(reset);

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const alarm = (): Promise<boolean> => runDurableObjectAlarm(ledger());
const alarmAt = (): Promise<number | null> => runInDurableObject(ledger(), (_, state) => state.storage.getAlarm());
const hostsOf = (from = 0): string[] => world.requests.slice(from).map(({ url }) => new URL(url).hostname);
const toHost = (name: string) => aWebhook({ url: `https://${name}.example.com/` });
const soon = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

/** Rings the alarm at each time that it is set for, until a time, or so often. */
async function ringUntil(endMs: number, times = 200): Promise<void> {
  for (let turn = 0; turn < times; turn++) {
    const at = await alarmAt();
    if (at === null || at > endMs) return;
    world.now = Math.max(world.now, at);
    await alarm();
  }
}

async function statesOf(state: string): Promise<number> {
  return (await api(`/locations/${LOCATION}/deliveries?state=${state}&limit=200`)).body.deliveries.length;
}

describe("a host that hangs", () => {
  it("does not delay what goes to others, however much waits for it", async () => {
    let isHanging = true;
    let hanging = 0;
    world.answer = async ({ url }) => {
      if (!url.includes("hangs")) return new Response("ok");
      hanging += 1;
      while (isHanging) await soon();
      hanging -= 1;
      return new Response(null, { status: 504 });
    };
    world.rules = [
      aRule({ actions: [...Array.from({ length: 30 }, () => toHost("hangs")), toHost("works"), aTask()] }),
    ];
    await postEvent();
    const ringing = alarm();
    while ((await statesOf("sent")) < 2) await soon();
    await postEvent();
    while ((await statesOf("sent")) < 4) await soon();
    expect(hostsOf().filter((host) => host === "works.example.com")).toHaveLength(2);
    expect(hanging).toBe(4);
    isHanging = false;
    await ringing;
    // The circuit opened at the tenth failure.
    expect(hostsOf().filter((host) => host === "hangs.example.com")).toHaveLength(10);
  });
});

describe("a host that fails", () => {
  const waiting = 25;
  /** A host that is down, with more deliveries than open its circuit. */
  async function aHostThatIsDown(): Promise<void> {
    world.answer = ({ url }) => new Response(null, { status: url.includes("down") ? 500 : 200 });
    world.rules = [aRule({ actions: Array.from({ length: waiting }, () => toHost("down")) })];
    await postEvent();
    await alarm();
  }

  it("is left alone after ten failures in a row; what waits loses no try, and keeps its order", async () => {
    await aHostThatIsDown();
    // Four are under way at once before the first failure is known.
    expect(world.requests).toHaveLength(10);
    const { deliveries } = (await api(`/locations/${LOCATION}/deliveries?limit=50`)).body;
    const untouched = deliveries.filter(({ attempts }: { attempts: unknown[] }) => attempts.length === 0);
    expect(untouched).toHaveLength(waiting - 10);
    world.answer = () => new Response("ok");
    const before = world.requests.length;
    await ringUntil(world.now + MINUTE);
    const first = [...new Set(world.requests.slice(before).map(({ id }) => id))];
    expect(first).toHaveLength(waiting);
    const waited = first.filter((id) => untouched.some((delivery: { id: string }) => delivery.id === id));
    expect(waited).toEqual(waited.toSorted());
    expect(await statesOf("sent")).toBe(waiting);
  });

  it("gets one probe at a time while it is down, and does not hold up others", async () => {
    await aHostThatIsDown();
    const before = world.requests.length;
    world.rules = [aRule({ actions: [toHost("works")] })];
    await postEvent();
    await alarm();
    expect(hostsOf(before)).toEqual(["works.example.com"]);
    await ringUntil(world.now + 4 * MINUTE);
    // Probes after 30 s, 60 s more, 120 s more.
    expect(hostsOf(before).filter((host) => host === "down.example.com")).toHaveLength(3);
  });

  it("is still known to be down after the object was restarted", async () => {
    await aHostThatIsDown();
    await abortAllDurableObjects();
    const before = world.requests.length;
    world.now += 10 * SECOND;
    await alarm();
    expect(hostsOf(before)).toEqual([]);
    expect(await alarmAt()).toBe(world.now + 20 * SECOND);
  });

  it("is given up for what could not be sent for a week, each with a reason", async () => {
    const count = upTo(12, 60);
    world.answer = () => new Response(null, { status: 500 });
    world.rules = [aRule({ actions: Array.from({ length: count }, () => toHost("down")) })];
    await postEvent();
    await ringUntil(world.now + 10 * 24 * 60 * MINUTE, 3_000);
    expect([await statesOf("scheduled"), await statesOf("dead")]).toEqual([0, count]);
  }, 60_000);
});

describe("a host that asks for a pause", () => {
  it.each([
    [429, "7", 7],
    [429, null, 1],
    [503, "9", 9],
    [429, "999999", 3_600],
  ])("with %s and Retry-After %s is left alone for %s s", async (status, retryAfter, seconds) => {
    world.answer = () =>
      new Response(null, { status, headers: retryAfter === null ? {} : { "retry-after": retryAfter } });
    world.rules = [aRule({ actions: Array.from({ length: 9 }, () => toHost("busy")) })];
    await postEvent();
    await alarm();
    expect(world.requests.length).toBeLessThanOrEqual(4);
    expect(await alarmAt()).toBe(world.now + seconds * SECOND);
  });
});

describe("contacts", () => {
  it("take turns: one that floods does not hold up the next", async () => {
    world.rules = [aRule({ actions: Array.from({ length: 40 }, () => toHost("one")) })];
    await postEvent({ contactId: "floods" });
    world.rules = [aRule({ name: "other", actions: [toHost("one")] })];
    await postEvent({ contactId: "waits" });
    world.answer = () => soon().then(() => new Response("ok"));
    await alarm();
    const { deliveries } = (await api(`/locations/${LOCATION}/deliveries?limit=200`)).body;
    const { id } = deliveries.find(({ rule }: { rule: string }) => rule === "other");
    expect(world.requests.findIndex((request) => request.id === id)).toBeLessThan(2);
    expect(world.requests).toHaveLength(41);
  });
});
