// A story: what happens to one contact over days or weeks, as events that run through the real ledger on a clock that
// jumps from one moment to the next. Nothing leaves the machine.
import { array, boolean, define, enums, optional, record, string, type Infer } from "superstruct";
import { callName } from "../act/about.ts";
import { kindOf } from "../act/kinds.ts";
import { readEvent } from "../events/event.ts";
import { filledIn } from "../events/filled-in.ts";
import { routeOf } from "../events/kind-of.ts";
import { doesInWords } from "../language/in-words.ts";
import { LocationLedger } from "../ledger/ledger.ts";
import { HIGHLEVEL_API } from "../model/configuration.ts";
import type { Delivery } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import type { RuleSet } from "../model/rule.ts";
import { messageTextIn, type SentRequest } from "../model/sent-request.ts";
import { jsonPointer, type Json, type JsonObject } from "../kit/json.ts";
import { isoMoment } from "../kit/moment.ts";
import { fail, succeed, type Result } from "../kit/result.ts";
import { failureInWords, strictObject } from "../kit/strict-object.ts";
import { durationMs } from "../time/duration.ts";
import { isTimeZone, TIME_ZONE_FORM } from "../kit/time-zone.ts";
import { sqliteStorage } from "./sqlite-storage.ts";
import { StoryHighLevel } from "./story-highlevel.ts";
import { stepInZone, zoneOf } from "./story-times.ts";

const json = define<Json>("JSON", () => true);
const payload = record(string(), json);

const expectedStep = strictObject({
  /** ISO 8601, or in a story also a duration after its start. */
  at: optional(string()),
  what: enums(["event", "fired", "held", "waits", "sent", "dead", "cancelled"]),
  rule: optional(string()),
  /** The type of the action. */
  action: optional(string()),
  /** The call, if the kind of action has several. */
  call: optional(string()),
  /** For `sent`: where it went. */
  host: optional(string()),
  /** For `sent`: what was done, as a part of a sentence. */
  does: optional(string()),
  /** For `sent`: the text of a message, as it was sent. */
  text: optional(string()),
  /**
   * For `event` its kind (and `rule`, `action` and `call` if it is about a message of ours, `rule` if it is about another
   * change of ours), for `held` the reason (of a rule) or the code (of an action), for `waits` until when, for `dead`
   * the error, for `cancelled` the trigger.
   */
  why: optional(string()),
});

const story = strictObject({
  description: optional(string()),
  /** ISO 8601 with an offset: the moment that durations in `at` count from. */
  start: string(),
  timeZone: optional(string()),
  /** The contact as HighLevel returns it, such as `dndSettings`, or as an example has it: `tags`, `custom`, `owner`. */
  contact: optional(payload),
  /** The location as an example has it. */
  location: optional(payload),
  events: array(strictObject({ at: string(), event: payload })),
  /** Steps that have to come, in this order; others may come between them. */
  expect: optional(array(expectedStep)),
  /** If `true`, no other step may come between them. */
  exactly: optional(boolean()),
});

/** A step that has to come. Keys that are left out match anything. */
type ExpectedStep = Infer<typeof expectedStep>;

/** What happens to one contact. */
export type Story = Infer<typeof story>;

/**
 * One thing that happened. Its times are in ISO 8601 in the zone of the story, `Z` or an offset behind them. `request`: what
 * was sent.
 */
export type Step = Readonly<ExpectedStep & { at: string; request?: SentRequest }>;

/** A step whose time is the present. */
type Untimed = Omit<Step, "at">;

/** The steps of a story that was run, and which expected ones did not come. */
export interface StoryRun {
  readonly steps: readonly Step[];
  readonly missing: readonly string[];
}

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:?\d{2})$/;
const SECRET = "whsec_c3Rvcnktc2VjcmV0LW9mLTMyLWJ5dGVzLWxvbmch";
const SUPPRESSED = new Set(["limit", "duplicate-action", "no-change", "loop", "stopped", "loop-guard"]);
const AT_THE_START = "0s";
/** How long waits are followed after the last event. */
const EPILOGUE_MS = 366 * 86_400_000;

/** Reads a story, or says what is wrong with it and where. */
export function readStory(value: Json): Result<Story, readonly string[]> {
  const [error, read] = story.validate(value);
  if (error)
    return fail(
      error.failures().map((failure) => `${jsonPointer(failure.path as string[]) || "/"}: ${failureInWords(failure)}`),
    );
  if (!ISO_TIME.test(read.start) || isoMoment(read.start) === null)
    return fail(["/start: Expected a time in ISO 8601 with an offset"]);
  if (read.timeZone !== undefined && !isTimeZone(read.timeZone)) return fail([`/timeZone: Expected ${TIME_ZONE_FORM}`]);
  const wrong = read.events.flatMap(({ at }, index) =>
    timeOf(read.start, at) === null
      ? [
          `/events/${index}/at: Expected a time in ISO 8601, or how long after the start, such as "0s", "5m", "2h" or "3d"`,
        ]
      : [],
  );
  return wrong.length > 0 ? fail(wrong) : succeed(read);
}

/** Runs a story on a rule set. */
export async function runStory(
  told: Story,
  ruleSet: RuleSet,
  defaultTimeZone: string,
): Promise<Result<StoryRun, readonly string[]>> {
  const storage = sqliteStorage();
  const steps: Step[] = [];
  let now = startOf(told.start);
  const timeZone = zoneOf(told, ruleSet, defaultTimeZone);
  const tell = (step: Untimed): void =>
    void steps.push(stepInZone({ at: new Date(now).toISOString(), ...step }, timeZone));
  const highLevel = new StoryHighLevel(told, () => now);
  const ledger = new LocationLedger(storage, {
    ruleSet,
    retentionDays: 400,
    maxBytes: Infinity,
    timeZone: told.timeZone ?? defaultTimeZone,
    eventsPerSecond: 1_000_000,
    requestsPerSecond: 1_000_000,
    reconciles: () => false,
    random: () => 0,
    timer: () => new Promise((done) => setImmediate(done)),
    announce: () => Promise.resolve(),
    highlevel: { api: HIGHLEVEL_API, apiVersion: "dated", clientId: null, clientSecret: null, tokenKeys: [] },
    account: highLevel,
    actions: {
      clock: () => now,
      fetch: () => Promise.resolve(new Response(null, { status: 204 })),
      timeLimit: () => new AbortController().signal,
      tasks: { put: () => Promise.resolve(), delete: () => Promise.resolve() },
      secrets: anySecret,
      webhookSecret: SECRET,
      // Nothing is really sent, so every host that a rule names is allowed.
      outboundAllowedHosts: new Set(
        ruleSet.rules.flatMap(({ actions }) => actions.map((action) => kindOf(action).host(action))),
      ),
      ownHosts: new Set(),
    },
  });
  await ledger.open();
  const known = new Map<string, Delivery>();
  const follow = (): void => {
    for (const delivery of ledger.deliveries({ limit: 10_000 }).deliveries.toReversed()) {
      const before = known.get(delivery.id);
      known.set(delivery.id, delivery);
      if (before?.state !== delivery.state || before.dueAt !== delivery.dueAt) tellDelivery(delivery, tell);
    }
  };
  const record = async (event: Event): Promise<void> => {
    await ledger.record(event);
    // It may have to ask HighLevel first.
    await quietly(() => ledger.decided());
    const recorded = await ledger.event(event.key);
    const sentBy = recorded?.decision.sentBy;
    const ours = sentBy === undefined ? undefined : ledger.delivery(sentBy);
    const ledTo = recorded?.decision.chain?.at(-1);
    const about = ours ? aboutOf(ours) : ledTo === undefined ? {} : { rule: ledTo };
    tell({ what: "event", ...about, why: event.kind });
    for (const { rule, fired, reason } of recorded?.decision.verdicts ?? []) {
      if (fired) tell({ what: "fired", rule });
      // That no rule looks at a message of ours unless it asks goes without saying.
      else if (SUPPRESSED.has(reason) && !(ours && reason === "loop-guard")) tell({ what: "held", rule, why: reason });
    }
    follow();
  };
  let posted = 0;
  /** Records what HighLevel posts about our own messages and changes. */
  const comeBack = async (): Promise<void> => {
    for (const payload of highLevel.posted()) {
      const read = readEvent(payload, {
        key: `event-of-ours-${(posted += 1)}`,
        route: routeOf(payload),
        receivedAt: new Date(now).toISOString(),
      });
      if (read.status === "event") await record(read.event);
    }
  };
  const ringUntil = async (end: number): Promise<void> => {
    while (storage.alarmAt !== null && storage.alarmAt <= end) {
      now = Math.max(now, storage.alarmAt);
      storage.alarmAt = null;
      await quietly(() => ledger.alarm());
      follow();
      await comeBack();
      if (![...known.values()].some(({ state }) => state === "scheduled")) break;
    }
  };
  const inOrder = told.events
    .map(({ at, event }, index) => ({ atMs: timeOf(told.start, at) ?? now, event, index }))
    .toSorted((a, b) => a.atMs - b.atMs);
  for (const { atMs, event: given, index } of inOrder) {
    await ringUntil(atMs);
    now = Math.max(now, atMs);
    const payload = withDefaults(given, index, new Date(now).toISOString());
    const read = readEvent(payload, {
      key: `event-${index}`,
      route: routeOf(payload),
      receivedAt: new Date(now).toISOString(),
    });
    if (read.status !== "event")
      return fail([
        `/events/${index}/event: ${read.status === "unusable" ? (read.issues[0]?.message ?? "") : "Expected a kind of event that Afterbeep knows"}`,
      ]);
    highLevel.locationId = read.event.locationId;
    highLevel.hear(read.event.payload);
    await record(read.event);
  }
  await ringUntil(now + EPILOGUE_MS);
  return succeed({ steps, missing: missingSteps(told, steps) });
}

/** Which action of which rule a delivery performs. */
function aboutOf({ rule, action }: Delivery): Pick<Step, "rule" | "action" | "call"> {
  const call = action && callName(action);
  return { rule, action: action?.type ?? "action", ...(call === null ? {} : { call }) };
}

function tellDelivery(delivery: Delivery, tell: (step: Untimed) => void): void {
  const { action, host, state, dueAt, cancelledBy, attempts } = delivery;
  const about = aboutOf(delivery);
  const error = attempts.at(-1)?.error ?? "";
  if (state === "held") tell({ what: state, ...about, why: error.split(":", 1)[0] ?? "" });
  else if (state === "scheduled") tell({ what: "waits", ...about, why: dueAt ?? "" });
  else if (state === "sent")
    tell({ what: state, ...about, host, ...(action ? { does: doesInWords(action) } : {}), ...sentOf(delivery) });
  else if (state === "dead") tell({ what: state, ...about, why: error });
  else if (state === "cancelled")
    tell({ what: "cancelled", ...about, why: cancelledBy?.by === "event" ? cancelledBy.trigger : "operator" });
}

/** What left, and the text of a message. */
function sentOf({ attempts }: Delivery): Pick<Step, "text" | "request"> {
  const request = attempts.at(-1)?.request;
  if (!request) return {};
  const text = messageTextIn(request);
  return { ...(text === null ? {} : { text }), request };
}

/** The expected steps that did not come, in words. */
function missingSteps({ expect = [], exactly = false, start }: Story, steps: readonly Step[]): string[] {
  let rest = steps;
  const missing: string[] = [];
  for (const [index, wanted] of expect.entries()) {
    const isWanted = (step: Step): boolean => isStep(step, wanted, start);
    if (exactly) rest = afterEchoes(rest, isWanted);
    const found = exactly ? (rest[0] && isWanted(rest[0]) ? 0 : -1) : rest.findIndex(isWanted);
    if (found === -1) {
      const instead = exactly ? rest[0] : almost(rest, wanted, start);
      missing.push(
        `/expect/${index}: ${JSON.stringify(wanted)} did not come${instead ? `, but ${JSON.stringify({ ...instead, request: undefined })}` : ""}`,
      );
    }
    rest = rest.slice(found === -1 ? (exactly ? 1 : 0) : found + 1);
  }
  const [besides] = exactly ? afterEchoes(rest, () => false) : [];
  return besides ? [...missing, `/expect: ${JSON.stringify(besides)} came besides`] : missing;
}

/** The steps from the first on that is wanted or no echo: a message of ours that comes back need not be expected. */
function afterEchoes(steps: readonly Step[], isWanted: (step: Step) => boolean): readonly Step[] {
  const from = steps.findIndex((step) => isWanted(step) || !(step.what === "event" && step.rule !== undefined));
  return from === -1 ? [] : steps.slice(from);
}

/** The first step that is what was wanted but for one key, such as its time. */
function almost(steps: readonly Step[], { what, ...wanted }: ExpectedStep, start: string): Step | undefined {
  const each = Object.entries(wanted).map(([key, value]) => ({ what, [key]: value }));
  return steps.find((step) => step.what === what && each.filter((one) => !isStep(step, one, start)).length === 1);
}

function isStep(step: Step, { at, ...wanted }: ExpectedStep, start: string): boolean {
  if (at !== undefined && timeOf(start, at) !== Date.parse(step.at)) return false;
  return Object.entries(wanted).every(
    ([key, value]) => value === undefined || isSame(step[key as keyof typeof wanted], value),
  );
}

/** Whether two texts are equal or, if they are times, the same moment. */
function isSame(seen: string | undefined, wanted: string): boolean {
  return (
    seen === wanted || (/^\d{4}-/.test(wanted) && seen !== undefined && Date.parse(seen) === isoMoment(wanted)?.atMs)
  );
}

/** Milliseconds since 1970. The first thing that happens may happen at the start itself, which no duration says. */
function timeOf(start: string, at: string): number | null {
  const after = at === AT_THE_START ? 0 : durationMs(at);
  return after === null ? (isoMoment(at)?.atMs ?? null) : startOf(start) + after;
}

function startOf(start: string): number {
  return isoMoment(start)?.atMs ?? Number.NaN;
}

function withDefaults(given: JsonObject, index: number, at: string): JsonObject {
  const story = { type: "OutboundMessage", locationId: "story-location", contactId: "story-contact" };
  return filledIn(given, { ...story, messageId: `story-message-${index}`, at });
}

const anySecret: { readonly [name: string]: string } = new Proxy(
  {},
  {
    get: () => "story",
    has: () => true,
    getOwnPropertyDescriptor: () => ({ value: "story", enumerable: true, configurable: true }),
    ownKeys: () => [],
  },
);

/** A story prints its own steps: what the ledger logs about each attempt would appear between them. */
async function quietly<Value>(work: () => Promise<Value>): Promise<Value> {
  const { log } = console;
  console.log = () => undefined;
  try {
    return await work();
  } finally {
    console.log = log;
  }
}
