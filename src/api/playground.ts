// The playground: what a draft of a rule would do. A draft is admitted by the same checks as a file, so whatever holds
// for one holds for the other. Nothing is recorded.
import { plainFacts } from "../match/facts.ts";
import { explainedRequest, type ExplainedRequest } from "../events/explained-event.ts";
import { checkExamples } from "../match/example-findings.ts";
import { workOf } from "../match/rule-cost.ts";
import type { Failure } from "../model/failure.ts";
import { isJsonObject, type Json, type JsonObject } from "../kit/json.ts";
import type { CheckedDraft, TriedDraft } from "../model/playground.ts";
import { succeed, type Result } from "../kit/result.ts";
import type { Finding, RuleFinding } from "../model/rule.ts";
import { admitRule, type AdmittedRule } from "../rules/admission.ts";
import { finding } from "../rules/report.ts";
import { decidedWith, explained } from "./explained.ts";
import type { ReadPorts } from "./ports.ts";
import { refused } from "./query.ts";

const CODE = "API_DRAFT";
const MAX_NAME_CHARACTERS = 128;
/** The longest rule that ships has three thousand characters. */
const MAX_TEXT_CHARACTERS = 100_000;
const MAX_TRIED = 1_000;
/** The estimated work that the examples of a draft may take, in tenths of a microsecond: about two seconds. */
const MAX_EXAMPLE_WORK = 20_000_000;

/** A draft as sent. */
interface Draft {
  readonly name: string;
  readonly text: string;
}

/** Checks a draft as `rules check` does a file and, if an event is given, says what would be decided on it. */
export async function checkDraft(request: Json, ports: ReadPorts): Promise<Result<CheckedDraft, Failure>> {
  const draft = readDraft(request);
  if (!draft.ok) return draft;
  const { admitted, findings } = admitDraft(draft.value, ports);
  const examples = admitted ? await checkedExamples(admitted, ports.configuration.timeZone) : NO_EXAMPLES;
  const asked = isJsonObject(request) && request["event"] != null ? explainedRequest(request, ports.clock()) : null;
  const isAsked = asked?.ok === true && admitted !== null;
  const decided = isAsked ? await explainedWith(admitted, asked.value, ports) : null;
  const unexplained = isAsked && decided === null ? [tooLong(admitted, "decide on this event")] : [];
  return succeed({
    name: draft.value.name,
    admitted: admitted !== null,
    rule: admitted?.rule ?? null,
    findings: [...findings, ...examples.findings, ...unexplained].map(withoutFile),
    examples: { passed: examples.passed, failed: examples.failed },
    explained: decided,
    issues: asked && !asked.ok && "issues" in asked.failure ? asked.failure.issues : [],
  });
}

/** Decides the location's latest events again with the draft alone. */
export async function tryDraft(
  request: Json,
  ledger: ReturnType<ReadPorts["ledger"]>,
  ports: ReadPorts,
): Promise<Result<TriedDraft, Failure>> {
  const draft = readDraft(request);
  if (!draft.ok) return draft;
  const { limit = MAX_TRIED } = isJsonObject(request) ? request : {};
  if (typeof limit !== "number" || !Number.isInteger(limit) || limit < 1 || limit > MAX_TRIED)
    return refused("/limit", CODE, `Expected a whole number from 1 to ${MAX_TRIED}`);
  const { admitted, findings } = admitDraft(draft.value, ports);
  const tried = admitted ? await ledger.tryRule(admitted.rule, limit) : NOTHING_TRIED;
  const untried =
    admitted && tried.tried === 0 && tried.to !== null ? [tooLong(admitted, "try on the last event")] : [];
  return succeed({ findings: [...findings, ...untried].map(withoutFile), ...tried });
}

const NO_EXAMPLES = { passed: 0, failed: 0, findings: [], texts: [] };
const NOTHING_TRIED = {
  tried: 0,
  from: null,
  to: null,
  fires: 0,
  firedBefore: 0,
  both: 0,
  onlyNow: [],
  onlyBefore: [],
};

function readDraft(request: Json): Result<Draft, Failure> {
  const { name, text }: JsonObject = isJsonObject(request) ? request : {};
  if (typeof name !== "string" || name.length > MAX_NAME_CHARACTERS)
    return refused("/name", CODE, `Expected the name of a rule, at most ${MAX_NAME_CHARACTERS} characters`);
  if (typeof text !== "string" || text.length > MAX_TEXT_CHARACTERS)
    return refused("/text", CODE, `Expected the text of a rule file, at most ${MAX_TEXT_CHARACTERS} characters`);
  return succeed({ name, text });
}

/** Admits a draft as this deployment would admit the file. */
function admitDraft(
  { name, text }: Draft,
  { configuration, ruleSet }: ReadPorts,
): { admitted: AdmittedRule | null; findings: readonly Finding[] } {
  const conditions = new Map(Object.entries(ruleSet.conditions ?? {}));
  // What precedes a slash would be taken for a folder.
  const file = `${name.replaceAll("/", " ")}.json`;
  const result = admitRule({ file, text }, { ...configuration, conditions });
  return result.ok
    ? { admitted: result.value, findings: result.value.warnings }
    : { admitted: null, findings: result.failure };
}

async function checkedExamples(admitted: AdmittedRule, timeZone: string): ReturnType<typeof checkExamples> {
  const workOn = workOf(admitted.rule);
  let work = 0;
  for (const { event, history = [] } of admitted.examples)
    for (const [past, decided] of [...history.map((earlier) => earlier.event), event].entries())
      work += workOn({ characters: JSON.stringify(decided).length, past });
  if (work <= MAX_EXAMPLE_WORK) return checkExamples(admitted, timeZone);
  const message = "The examples would take too long here, run `npm run rules check`";
  return { ...NO_EXAMPLES, findings: [finding(admitted.file, ["examples"], "RULE_EXAMPLE", message)] };
}

async function explainedWith(
  { rule }: AdmittedRule,
  asked: ExplainedRequest,
  ports: ReadPorts,
): Promise<CheckedDraft["explained"]> {
  const { event } = asked;
  const decided = await decidedWith(rule, asked, ports);
  if (!decided) return null;
  const { decidedAt, timeZone } = decided.decision;
  return { ...(await explained(event, decided)), facts: plainFacts(event, { nowMs: Date.parse(decidedAt), timeZone }) };
}

/** Why nothing is said about an event. */
function tooLong({ file }: AdmittedRule, what: string): Finding {
  const message = `The rule would take too long to ${what} here, ask less of patterns and of the past`;
  return finding(file, ["conditions"], "RULE_EXAMPLE", message);
}

function withoutFile({ pointer, code, message, severity }: Finding): RuleFinding {
  return { pointer, code, message, severity };
}
