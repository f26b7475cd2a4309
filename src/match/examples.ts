// A rule's own examples: each is an event, perhaps with earlier ones, and what the rule does on it.
import { readEvent } from "../events/event.ts";
import { filledIn } from "../events/filled-in.ts";
import { routeOf, typesOf } from "../events/kind-of.ts";
import type { Decided, Decision, Verdict } from "../model/decision.ts";
import type { Event, Facts } from "../model/event.ts";
import type { Issue } from "../model/failure.ts";
import type { Known } from "../model/known.ts";
import { NO_HISTORY, type History, type RecordedEvent } from "../model/history.ts";
import { jsonPointer, type JsonObject } from "../kit/json.ts";
import { isoOf, momentMs } from "../kit/moment.ts";
import { fail, succeed, type Result } from "../kit/result.ts";
import type { Rule, RuleExample, RuleSet } from "../model/rule.ts";
import { durationMs } from "../time/duration.ts";
import { explain } from "./decide.ts";
import { plainFacts } from "./facts.ts";
import { asPast, pastIn } from "./history.ts";
import { ToldBefore } from "./told-before.ts";
import { TriedFirings } from "./tried-firings.ts";

/** A Wednesday afternoon in UTC, morning in America. */
const AT = "2026-03-04T15:30:00.000Z";

/** The result of an example: the verdict, and whether it is the expected one. */
export interface ExampleResult {
  readonly passed: boolean;
  readonly verdict: Verdict;
  /** What it was decided on, and what came of it: for trying the actions. */
  readonly event: Event;
  readonly facts: Facts;
  readonly decision: Decision;
  readonly known: Known;
}

/** Runs one example with its rule alone. If it cannot be read, the failure says where and why. */
export async function runExample(
  rule: Rule,
  example: RuleExample,
  timeZone: string,
): Promise<Result<ExampleResult, readonly Issue[]>> {
  const result = await decideExample(aloneOf(rule), defaultsOf(rule), example, timeZone);
  if (!result.ok) return result;
  const { event, decision, known, nowMs } = result.value;
  const [verdict] = decision.verdicts;
  if (!verdict)
    return fail([
      { pointer: "/event/type", code: "EVENT_TYPE", message: "Expected a kind of event that the rule looks at" },
    ]);
  const facts = plainFacts(event, { nowMs, timeZone });
  return succeed({ passed: verdict.fired === example.fires, verdict, event, facts, decision, known });
}

/** What an example's events get where they leave it out. */
export interface ExampleDefaults {
  readonly type: string;
  readonly locationId: string;
}

/** What some rules together make of an example, after its history. */
export interface DecidedExample {
  readonly event: Event;
  readonly decision: Decision;
  readonly known: Known;
  /** When it was decided, milliseconds since 1970. */
  readonly nowMs: number;
}

/** Decides an example with a set of rules: what was before it, event by event, then the event. `by` decides each. */
export async function decideExample(
  rules: RuleSet,
  defaults: ExampleDefaults,
  example: Omit<RuleExample, "fires">,
  timeZone: string,
  by = explain,
): Promise<Result<DecidedExample, readonly Issue[]>> {
  const { contact, location } = example;
  const known: Known = { contact, location };
  const nowMs = momentMs(example.at ?? AT) ?? Date.parse(AT);
  const log: RecordedEvent[] = [];
  const told = new ToldBefore();
  const firings = new TriedFirings();
  const decided = async (event: Event, atMs: number): Promise<Decided & { readonly past: RecordedEvent }> => {
    const moment = { nowMs: atMs, timeZone };
    const { chain: messageChain, repeats } = await told.next(event, log);
    const history: History = {
      ...NO_HISTORY,
      ...pastIn(() => log),
      firings: (fires, per, afterMs) => firings.countOf(fires, per, event, moment, afterMs),
    };
    await firings.next(event, moment, known);
    const decision = await by(event, rules, { ...moment, history, messageChain, repeats, known });
    const about = { chain: messageChain ?? null, isRepeat: repeats !== undefined };
    return { ...decision, past: asPast(event, decision.decision.fired, atMs, about) };
  };
  const earlier = (example.history ?? []).map((one, index) => ({ ...one, index }));
  for (const { ago, event: given, index } of earlier.toSorted(
    (a, b) => (durationMs(b.ago) ?? 0) - (durationMs(a.ago) ?? 0),
  )) {
    const at = nowMs - (durationMs(ago) ?? 0);
    const event = exampleEvent(defaults, given, `example-message-${index}`, at);
    if (!event.ok) return fail(within(["history", index, "event"], event.failure));
    const { actions, past } = await decided(event.value, at);
    firings.fired(event.value, { nowMs: at, timeZone }, actions);
    log.push(past);
  }
  const event = exampleEvent(defaults, example.event, "example-message", nowMs);
  if (!event.ok) return fail(within(["event"], event.failure));
  const { decision } = await decided(event.value, nowMs);
  return succeed({ event: event.value, decision, known, nowMs });
}

/** A set of one rule, the same for each of its examples, so that it is prepared only once. */
function aloneOf(rule: Rule): RuleSet {
  let alone = aloneSets.get(rule);
  if (!alone) aloneSets.set(rule, (alone = { hash: "example", rules: [rule], findings: [] }));
  return alone;
}
const aloneSets = new WeakMap<Rule, RuleSet>();

/** What a rule's own examples leave out: the kind is the first of the rule's kinds. */
function defaultsOf({ on, locations }: Rule): ExampleDefaults {
  const [first = "OutboundMessage"] = on;
  const [type] = typesOf(first);
  return { type, locationId: locations?.[0] ?? "example-location" };
}

/** The event of an example: what it leaves out gets plain values. */
function exampleEvent(
  defaults: ExampleDefaults,
  given: JsonObject,
  messageId: string,
  atMs: number,
): Result<Event, readonly Issue[]> {
  const payload = filledIn(given, { ...defaults, contactId: "example-contact", messageId });
  const read = readEvent(payload, {
    key: messageId,
    route: routeOf(payload),
    receivedAt: isoOf(atMs),
  });
  if (read.status === "event") return succeed(read.event);
  const message = "Expected a kind of event that Afterbeep knows";
  return fail(read.status === "unusable" ? read.issues : [{ pointer: "/type", code: "EVENT_TYPE", message }]);
}

function within(path: readonly (string | number)[], issues: readonly Issue[]): readonly Issue[] {
  return issues.map((issue) => ({ ...issue, pointer: jsonPointer(path) + issue.pointer }));
}
