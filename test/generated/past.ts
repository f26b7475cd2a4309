// A past of a location, from a seed: rules with everything that a rule can say, weeks of events in and out of order,
// failures, people who intervene, a deploy in the middle. It runs through the real ledger, which then exports it.
import { readEvent } from "../../src/events/event.ts";
import { routeOf } from "../../src/events/kind-of.ts";
import type { HighLevelAccount, HighLevelAnswer, HighLevelRequest, Leaves } from "../../src/highlevel/account.ts";
import { outgoing } from "../../src/highlevel/outgoing.ts";
import type { JsonObject } from "../../src/kit/json.ts";
import { LocationLedger } from "../../src/ledger/ledger.ts";
import { sqliteStorage, type SqliteStorage } from "../../src/local/sqlite-storage.ts";
import { StoryHighLevel } from "../../src/local/story-highlevel.ts";
import { HIGHLEVEL } from "../../src/model/configuration.ts";
import type { Task } from "../../src/model/task.ts";
import { EXPORT_VERSION, type ExportLine } from "../../src/model/export.ts";
import type { Condition, HighLevelAction, Rule, RuleSet } from "../../src/model/rule.ts";
import { aRule, aRuleSet, aTask, aText, aWebhook, LOCATION } from "../builders.ts";
import { aLedger } from "../unit/ledger/a-ledger.ts";
import { chance, type Chance } from "./chance.ts";

const START = Date.parse("2026-03-02T06:00:00Z");
const MINUTE_MS = 60_000;
const STATUSES = ["delivered", "failed", "read", "sent", "opened"] as const;
/** One is tried again, the other is dead at once, and a person may retry it. */
const ANSWERS = [
  [204, 17],
  [500, 2],
  [410, 1],
] as const;
const TAGS = ["a", "b", "c"] as const;

const is = (fact: string, value: string): Condition => ({ fact, operator: "equal", value });
const has = (tag: string): Condition => ({ fact: "tags", operator: "contains", value: tag });
const count = (params: JsonObject, value: number): Condition => ({
  fact: "count",
  params,
  operator: "greaterThanInclusive",
  value,
});
const call = (name: HighLevelAction["call"], fields: JsonObject): HighLevelAction => ({
  type: "highlevel",
  call: name,
  ...fields,
});
const all = (...conditions: Condition[]): Rule["conditions"] => ({ all: conditions });
const replied = { on: ["OutboundMessage" as const], conditions: all(is("status", "read")) };

/** Rules that together use every key that a rule can have. */
export function rulesOfThePast(): [RuleSet, RuleSet] {
  const shared: Rule[] = [
    aRule({
      name: "welcome",
      conditions: all(is("status", "delivered")),
      limit: { count: 2, within: "6h" },
      actions: [aText({ after: "10m", cancelOn: ["reply", "dnd"], message: "Hello {{ event.contactId }}" }), aTask()],
    }),
    aRule({
      name: "stopper",
      priority: 5,
      stop: true,
      conditions: all(is("status", "failed")),
      limit: { count: 3, within: "1h", per: "location" },
      actions: [aWebhook({ after: "5m", cancelOn: ["reply"] }), aWebhook({ url: "https://other.example.com/x" })],
    }),
    aRule({ name: "after-stop", conditions: all(is("status", "failed")), actions: [aTask({ after: "2d" })] }),
    aRule({
      name: "counted",
      conditions: all(count({ kind: "OutboundMessage", within: "3h" }, 3)),
      limit: { count: 1, within: "2h" },
      actions: [call("add-tags", { tags: ["a"] })],
    }),
    aRule({
      name: "once",
      conditions: all(count({ messages: true, within: "1d" }, 3)),
      limit: { count: 1 },
      actions: [aTask({ after: "1h", cancelOn: ["reply", "delete"] })],
    }),
    aRule({
      name: "quiet",
      on: ["InboundMessage"],
      conditions: all({ fact: "contactId", operator: "exists", value: true }),
      limit: { count: 4, within: "12h" },
      actions: [aText({ after: "30m", restart: true, cancelOn: [replied] }), aTask({ after: "40m", restart: true })],
    }),
    aRule({
      name: "office",
      conditions: all(is("status", "sent")),
      window: {
        from: "09:00",
        to: "17:00",
        days: ["monday", "tuesday", "wednesday", "thursday", "friday"],
        timeZone: "America/New_York",
      },
      actions: [aWebhook({ after: "1h", url: "https://third.example.com/x", cancelOn: ["reply"] })],
    }),
    aRule({
      name: "tag-a",
      on: ["ContactTagUpdate"],
      conditions: all(has("a")),
      actions: [call("add-tags", { tags: ["b"] })],
    }),
    aRule({
      name: "tag-b",
      on: ["ContactTagUpdate"],
      conditions: all(has("b")),
      actions: [call("remove-tags", { tags: ["b"] }), aTask({ after: "3h", restart: true })],
    }),
    aRule({ name: "ours", includeApi: true, conditions: all(is("sender", "api")), actions: [aTask()] }),
    aRule({
      name: "burst",
      conditions: all(is("status", "read")),
      breaker: { perMinute: 2, perContactDay: 3 },
      actions: [aText({ message: "Read it?" })],
    }),
    aRule({
      name: "since",
      conditions: all({
        fact: "secondsSince",
        params: { kind: "InboundMessage" },
        operator: "greaterThan",
        value: 600,
      }),
      limit: { count: 2, within: "1d" },
      actions: [aTask({ after: "2h", cancelOn: ["dnd"] })],
    }),
    // What an event ends that fires it again is not counted.
    aRule({
      name: "overtaken",
      conditions: all({ fact: "status", operator: "in", value: ["sent", "opened"] }),
      limit: { count: 1, within: "1d" },
      actions: [
        aTask({ after: "6h", cancelOn: [{ on: ["OutboundMessage"], conditions: all(is("status", "opened")) }] }),
      ],
    }),
  ];
  const changed = shared.map((rule) =>
    rule.name === "welcome"
      ? { ...rule, limit: { count: 1, within: "1d" } }
      : rule.name === "quiet"
        ? { ...rule, actions: [aText({ after: "1h", restart: true })] }
        : rule,
  );
  const extra = aRule({ name: "extra", conditions: all(is("status", "opened")), actions: [aTask({ after: "4h" })] });
  return [
    { ...aRuleSet(...shared), hash: "version-1" },
    { ...aRuleSet(...changed.filter(({ name }) => name !== "since"), extra), hash: "version-2" },
  ];
}

/** HighLevel, which posts what comes of our messages and tags. */
class World implements HighLevelAccount {
  readonly posted: JsonObject[] = [];
  readonly #story: StoryHighLevel;
  readonly #tags = new Map<string, Set<string>>();

  readonly #clock: () => number;
  readonly #left: string[];

  /** `left` gets what it is asked to change. */
  constructor(clock: () => number, left: string[]) {
    this.#clock = clock;
    this.#left = left;
    this.#story = new StoryHighLevel({}, clock);
    this.#story.locationId = LOCATION;
  }

  async call(request: HighLevelRequest, leaves?: Leaves): Promise<HighLevelAnswer> {
    if (request.method !== "GET")
      this.#left.push(`${this.#clock()} ${request.path} ${JSON.stringify(request.body ?? null)}`);
    const [, contactId] = /^\/contacts\/([^/]+)\/tags$/.exec(request.path) ?? [];
    if (contactId === undefined) {
      const answer = await this.#story.call(request, leaves);
      this.posted.push(...this.#story.posted());
      return answer;
    }
    if (leaves?.(outgoing(HIGHLEVEL, request)) === false) return { kind: "stopped" };
    const { tags = [] } = request.body as { readonly tags?: readonly string[] };
    const own = this.tagsOf(contactId);
    for (const tag of tags)
      if (request.method === "POST") own.add(tag);
      else own.delete(tag);
    this.posted.push({ type: "ContactTagUpdate", id: contactId, tags: [...own] });
    return { kind: "answer", status: 200, body: "{}" };
  }

  tagsOf(contactId: string): Set<string> {
    let tags = this.#tags.get(contactId);
    if (!tags) this.#tags.set(contactId, (tags = new Set()));
    return tags;
  }
}

interface PastOptions {
  readonly events?: number;
  readonly contacts?: number;
  readonly sets?: readonly [RuleSet, RuleSet];
  /** Nothing fails and nobody intervenes. */
  readonly isCalm?: boolean;
  /** Told before each event, by its number; what it returns goes on in the place of the ledger. */
  readonly before?: (n: number, present: Present) => Promise<Pick<Present, "ledger" | "storage"> | null>;
}

/** A past so far. */
export interface Present {
  readonly ledger: LocationLedger;
  readonly storage: SqliteStorage;
  readonly nowMs: number;
  /** Another ledger in the same world. */
  readonly another: (storage: SqliteStorage) => Promise<LocationLedger>;
  /** What left so far: where to, and what. */
  readonly left: readonly string[];
  /** The tasks that KV was told of. */
  readonly kept: readonly string[];
}

/** The past that a seed makes, as the ledger exports it. */
export async function exportedPast(
  seed: number,
  { events = 150, contacts = 5, sets = rulesOfThePast(), isCalm = false, before }: PastOptions = {},
): Promise<{ readonly lines: readonly ExportLine[]; readonly left: readonly string[] }> {
  const luck = chance(seed);
  let storage = sqliteStorage();
  let now = START;
  const left: string[] = [];
  const kept: string[] = [];
  const account = new World(() => now, left);
  const ports = {
    account,
    clock: () => now,
    tasks: {
      put: ({ id }: Task) => Promise.resolve(void kept.push(id)),
      delete: (_: string, id: string) => Promise.resolve(void kept.push(id)),
    },
    fetch: async (request: Request) => {
      const own = before ? ofRequest(seed, request, left) : luck;
      left.push(`${now} ${request.url} ${request.headers.get("webhook-id")} ${await request.text()}`);
      return new Response(null, { status: isCalm ? 204 : own.weighted(ANSWERS) });
    },
  };
  let ruleSet = sets[0];
  const another = (on: SqliteStorage): Promise<LocationLedger> => aLedger({ ...ports, storage: on, ruleSet });
  let ledger = await another(storage);
  let count = 0;
  const record = async (payload: JsonObject): Promise<void> => {
    count += 1;
    const whole = { locationId: LOCATION, webhookId: `key-${count}`, ...payload };
    const receivedAt = new Date(now).toISOString();
    const read = readEvent(whole, { key: `key-${count}`, route: routeOf(whole), receivedAt });
    if (read.status === "event") await ledger.record(read.event);
  };
  const comeBack = async (): Promise<void> => {
    for (const payload of account.posted.splice(0)) {
      now += 1 + luck.below(3_000);
      if (luck.happens(0.9)) await record({ timestamp: new Date(now).toISOString(), ...payload });
    }
  };
  const ringUntil = async (endMs: number): Promise<void> => {
    for (let turn = 0; turn < 500 && storage.alarmAt !== null && storage.alarmAt <= endMs; turn += 1) {
      now = Math.max(now, storage.alarmAt);
      storage.alarmAt = null;
      await ledger.alarm();
      await comeBack();
    }
    now = Math.max(now, endMs);
  };
  const messages: JsonObject[] = [];
  for (let n = 0; n < events; n += 1) {
    await ringUntil(now + waitOf(luck));
    if (n === Math.floor(events / 2)) {
      ruleSet = sets[1];
      ledger = await another(storage);
    }
    const present = { ledger, storage, nowMs: now, another, left, kept };
    ({ ledger, storage } = (await before?.(n, present)) ?? present);
    if (!isCalm && luck.happens(0.08)) {
      // Of what happens in the same millisecond as an event, the log does not say which came first.
      now += 1;
      await intervene(ledger, luck);
      now += 1;
    }
    await record(payloadOf(luck, now, n, contacts, account, messages));
    await comeBack();
  }
  await ringUntil(now + luck.below(600) * MINUTE_MS);
  return { lines: await linesOf(ledger, now), left };
}

/** The chance of a request alone: of two at a time nobody knows which comes first. */
function ofRequest(seed: number, request: Request, left: readonly string[]): Chance {
  const id = request.headers.get("webhook-id") ?? "";
  const before = left.filter((text) => text.includes(` ${id} `)).length;
  let mixed = seed + before;
  for (const character of id) mixed = Math.imul(mixed, 31) + (character.codePointAt(0) ?? 0);
  return chance(mixed);
}

function waitOf(luck: Chance): number {
  return luck.weighted([
    [0, 2],
    [luck.below(2_000), 3],
    [luck.below(20) * MINUTE_MS, 6],
    [luck.below(400) * MINUTE_MS, 2],
  ]);
}

function payloadOf(
  luck: Chance,
  now: number,
  n: number,
  contacts: number,
  account: World,
  messages: JsonObject[],
): JsonObject {
  const contactId = `contact-${luck.below(contacts)}`;
  // HighLevel promises no order.
  const at = new Date(now - (luck.happens(0.2) ? luck.below(90) * MINUTE_MS : luck.below(2_000))).toISOString();
  const common = { contactId, timestamp: at, dateAdded: at };
  const told = luck.pick(["same", "new", "new", "new", "retry"] as const);
  const before = messages.length > 0 ? luck.pick(messages) : null;
  const outbound = (): JsonObject => {
    const fields = { type: "OutboundMessage", messageType: "SMS", status: luck.pick(STATUSES) };
    if (told === "same" && before) return { ...before, ...fields, timestamp: at };
    const retries =
      told === "retry" && before
        ? { contactId: before["contactId"] ?? "", originalMessageId: before["messageId"] ?? "" }
        : {};
    const message = { ...common, ...fields, messageId: `message-${n}`, ...retries };
    messages.push(message);
    return message;
  };
  const kinds: readonly (readonly [() => JsonObject, number])[] = [
    [outbound, 10],
    [() => ({ ...common, type: "InboundMessage", messageType: "SMS", messageId: `in-${n}`, body: "Yes please" }), 4],
    [
      () => ({
        ...common,
        type: "InboundMessage",
        messageType: "SMS",
        messageId: `in-${n}`,
        body: luck.pick(["STOP", "START"]),
      }),
      1,
    ],
    [() => ({ ...common, id: contactId, type: "ContactDndUpdate", dnd: luck.happens(0.5), dndSettings: {} }), 1],
    [
      () => {
        const tags = account.tagsOf(contactId);
        const tag = luck.pick(TAGS);
        if (luck.happens(0.6)) tags.add(tag);
        else tags.delete(tag);
        return { ...common, id: contactId, type: "ContactTagUpdate", tags: [...tags] };
      },
      2,
    ],
  ];
  return luck.weighted(kinds)();
}

/** A person looks at what waits. */
async function intervene(ledger: LocationLedger, luck: Chance): Promise<void> {
  const state = luck.pick(["scheduled", "held", "dead"] as const);
  const { deliveries } = ledger.deliveries({ state, limit: 50 });
  if (deliveries.length === 0) return;
  const { id } = luck.pick(deliveries);
  if (state === "scheduled") await ledger.cancel(id);
  else if (state === "held" && luck.happens(0.5)) ledger.releaseDelivery(id);
  else if (state === "dead") ledger.retry(id);
}

/** What a Worker would answer. */
export async function linesOf(ledger: LocationLedger, now: number, isWhole = false): Promise<readonly ExportLine[]> {
  const until = new Date(now + 1).toISOString();
  const head: ExportLine = {
    type: "export",
    v: EXPORT_VERSION,
    locationId: LOCATION,
    exportedAt: new Date(now).toISOString(),
    since: null,
    until,
    cursor: null,
    timeZone: "UTC",
    retentionDays: 30,
    ruleSet: "version-2",
  };
  const lines: ExportLine[] = [head];
  for (let cursor: string | undefined; ;) {
    const page = await ledger.export({ locationId: LOCATION, until, cursor, isWhole });
    for (const line of page.lines.split("\n")) if (line !== "") lines.push(JSON.parse(line) as ExportLine);
    if (page.cursor === null) return lines;
    cursor = page.cursor;
  }
}
