// A rule's own examples: each is an event and what the rule does on it.
import type { Verdict } from "../model/decision.ts";
import type { Event } from "../model/event.ts";
import type { Issue } from "../model/failure.ts";
import type { JsonObject } from "../model/json.ts";
import { fail, succeed, type Result } from "../model/result.ts";
import type { Rule, RuleExample, RuleSet } from "../model/rule.ts";
import { readEvent, routeOf } from "../events/event.ts";
import { decide } from "./decide.ts";

const AT = "2026-03-04T15:30:00.000Z";

/** What came of an example: the verdict, and whether it is the one that the example says. */
export interface ExampleResult {
  readonly passed: boolean;
  readonly verdict: Verdict;
}

/** Runs one example on its rule alone. An event that cannot be read is a failure that says why. */
export async function runExample(rule: Rule, example: RuleExample): Promise<Result<ExampleResult, readonly Issue[]>> {
  const event = exampleEvent(rule, example.event);
  if (!event.ok) return event;
  const alone: RuleSet = { hash: "example", rules: [rule], findings: [] };
  const { decision } = await decide(event.value, alone, AT);
  const [verdict] = decision.verdicts;
  if (!verdict)
    return fail([{ pointer: "/type", code: "EVENT_TYPE", message: "Expected a kind of event that the rule looks at" }]);
  return succeed({ passed: verdict.fired === example.fires, verdict });
}

/** The event of an example: what it leaves out takes plain values, its kind the first of the rule's kinds. */
function exampleEvent(rule: Rule, given: JsonObject): Result<Event, readonly Issue[]> {
  const [kind = "OutboundMessage"] = rule.on;
  const isProvider = kind === "ProviderOutboundMessage";
  const contact = kind.startsWith("Contact") ? { id: "example-contact" } : { contactId: "example-contact" };
  const locationId = rule.locations?.[0] ?? "example-location";
  const payload: JsonObject = {
    type: isProvider ? "SMS" : kind,
    locationId,
    messageId: "example-message",
    ...contact,
    ...given,
  };
  const read = readEvent(payload, { key: "example", route: routeOf(payload), receivedAt: AT });
  if (read.status === "event") return succeed(read.event);
  const issues =
    read.status === "unusable"
      ? read.issues
      : [{ pointer: "/type", code: "EVENT_TYPE", message: "Expected a kind of event that Afterbeep knows" }];
  return fail(issues);
}
