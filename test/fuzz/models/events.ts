// Events: any payload, its facts, what the shipped rules decide on it, and what their actions would send.
import { isDeepStrictEqual } from "node:util";
import { ACTION_KINDS } from "../../../src/act/kinds.ts";
import { renderText, renderUrl, renderValue, type TemplateRoots } from "../../../src/act/template/template.ts";
import { factsOf, readEvent } from "../../../src/events/event.ts";
import { parseJson } from "../../../src/events/parse-json.ts";
import { decide, everyVerdict } from "../../../src/match/decide.ts";
import { plainFacts } from "../../../src/match/facts.ts";
import { conditionInWords, verdictInWords } from "../../../src/language/in-words.ts";
import type { PlannedAction } from "../../../src/model/decision.ts";
import type { Event } from "../../../src/model/event.ts";
import { projectConfiguration, ROOT, RULES_FOLDER } from "../../../src/local/project.ts";
import { readRules } from "../../../src/cli/rule-files.ts";
import { byPriority, type RuleSet } from "../../../src/model/rule.ts";
import { MOMENT } from "../../builders.ts";
import { SHIPPED_RULES } from "../../shipped.ts";
import { sent, type Sent } from "../inputs.ts";
import { claim, model } from "../model.ts";

const RECEIVED_AT = "2026-03-04T15:30:00.000Z";
const CLOCKS_APART_MS = 300_000;
let shipped: RuleSet | null = null;

function shippedRuleSet(): RuleSet {
  const { admitted } = readRules(RULES_FOLDER, ROOT, projectConfiguration(false));
  const rules = admitted.map(({ rule }) => rule).filter(({ name }) => SHIPPED_RULES.includes(name));
  return { hash: "shipped", rules: rules.toSorted(byPriority), findings: [] };
}

async function holds({ route, payload }: Sent): Promise<void> {
  // As it comes in: through bytes, so without a number that JSON does not have.
  const parsed = parseJson(new TextEncoder().encode(JSON.stringify(payload)));
  claim(parsed !== null, "JSON that was written cannot be read");
  if (parsed.issues.length > 0) return;
  const received = { key: "k", route, receivedAt: RECEIVED_AT };
  const read = readEvent(parsed.value, received);
  if (read.status !== "event") return;
  const { event } = read;
  claim(Date.parse(event.occurredAt) <= Date.parse(RECEIVED_AT) + CLOCKS_APART_MS, "It happened after it was received");
  const stored = JSON.parse(JSON.stringify(event)) as Event;
  claim(isDeepStrictEqual(stored, event), "What is decided is not what is stored");
  claim(isDeepStrictEqual(readEvent(stored.payload, received), read), "A payload read again is another event");
  const facts = factsOf(event);
  claim(Object.getPrototypeOf(facts) === null, "Facts have a prototype");
  claim(isDeepStrictEqual(factsOf(stored), facts), "The facts of what is stored differ");
  await checkDecision(event, (shipped ??= shippedRuleSet()));
}

async function checkDecision(event: Event, ruleSet: RuleSet): Promise<void> {
  const { decision, actions } = await decide(event, ruleSet, MOMENT);
  for (const verdict of everyVerdict(event, decision, ruleSet).verdicts) {
    claim(verdict.reason !== "error", `Rule "${verdict.rule}" fails: ${verdict.detail}`);
    claim(verdictInWords(verdict) !== "", "A verdict has no words");
    for (const condition of verdict.conditions) claim(conditionInWords(condition) !== "", "A condition has no words");
  }
  for (const planned of actions) checkAction(event, planned);
}

/** Every template of an action renders or fails with a reason; the shipped ones have what they ask for. */
function checkAction(event: Event, { rule, action }: PlannedAction): void {
  const roots: TemplateRoots = {
    event: event.payload,
    facts: plainFacts(event, MOMENT),
    rule: { name: rule.name },
    decision: { eventKey: event.key },
    contact: {},
    location: {},
  };
  const kind = ACTION_KINDS[action.type] as (typeof ACTION_KINDS)["task"];
  for (const { text } of kind.templates(action as never)) {
    for (const render of [renderValue, renderText, renderUrl]) {
      const result = render(text, roots);
      claim(result.ok || result.failure !== "", "A failure has no reason");
    }
  }
}

export const eventsModel = model({
  name: "events",
  about:
    "Any payload is an event, ignored or unusable; its facts are those of what is stored; no shipped rule fails on it",
  share: 20,
  inputs: sent,
  holds,
});
