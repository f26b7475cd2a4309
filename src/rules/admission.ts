// Admission: what a rule file must be to become a rule. It finds everything that is wrong with a file at once, never
// throws, and refuses what json-rules-engine would accept and then misunderstand or choke on.
import type { Failure as StructFailure, StructError } from "superstruct";
import { UNKNOWN_CALL } from "../act/contract/shape.ts";
import { kindOf } from "../act/kinds.ts";
import { comparisons, searchesOf } from "../language/conditions.ts";
import { FACTS } from "../language/facts.ts";
import { searchSteps } from "../language/pattern.ts";
import type { OutboundHosts } from "../model/configuration.ts";
import { EVENT_KINDS, isMessage } from "../model/event-kinds.ts";
import type { Json, Path } from "../kit/json.ts";
import { MAX_EVENT_BYTES } from "../model/event.ts";
import { fail, succeed, type Result } from "../kit/result.ts";
import type {
  Action,
  Condition,
  ConditionGroup,
  NamedCondition,
  Finding,
  FindingCode,
  Rule,
  RuleExample,
} from "../model/rule.ts";
import { failureInWords, UNKNOWN_KEY } from "../kit/strict-object.ts";
import { didYouMean } from "../kit/suggestion.ts";
import { CONTACT_TIME_ZONE, type Window } from "../model/window.ts";
import { isTimeZone, TIME_ZONE_FORM } from "../kit/time-zone.ts";
import { nextOpening } from "../time/window.ts";
import { checkComparisons } from "./conditions.ts";
import { lintConditions, lintLate, lintRestart, lintRetention } from "./lint.ts";
import { notJson } from "#json-fault";
import { repeatedKeys } from "../kit/repeated-keys.ts";
import { finding, type Report, type Scope } from "./report.ts";
import { conditionsStruct, ruleStruct } from "./rule-struct.ts";
import { isTooLarge } from "./size.ts";
import { checkTemplates, type TemplateScope } from "./template-findings.ts";

/** A rule file as it was read. */
export interface RuleSource {
  /** The file's name with its folder, for messages; the rule's name is the file's without `.json`. */
  readonly file: string;
  readonly text: string;
}

/** What admission needs besides the file. */
export interface AdmissionContext extends OutboundHosts {
  readonly retentionDays: number;
  /** Named conditions that were admitted, those they refer to already put in place. */
  readonly conditions: ReadonlyMap<string, ConditionGroup>;
}

/** A rule with the examples of its file, which are not bundled. */
export interface AdmittedRule {
  readonly file: string;
  readonly rule: Rule;
  readonly examples: readonly RuleExample[];
  /** The rules that it is meant to act beside. */
  readonly beside: readonly string[];
  /** What is probably a mistake but does not prevent admission. */
  readonly warnings: readonly Finding[];
}

const NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const MAX_DEPTH = 32;
/** Per file; the first error is always added. Comparisons are checked in pairs, so there could be a million findings. */
const MAX_FINDINGS = 200;

/** Admits one rule file, or returns everything that is wrong with it. */
export function admitRule(source: RuleSource, context: AdmissionContext): Result<AdmittedRule, readonly Finding[]> {
  const { findings, report, name } = open(source);
  const ruleFile = readShape(source.text, ruleStruct, report);
  if (!ruleFile) return fail(findings);
  const conditions = withNamed(ruleFile.conditions, ["conditions"], context.conditions, report);
  const actions = ruleFile.actions.map((action, index) =>
    withNamedTriggers(action, ["actions", index], context.conditions, report),
  );
  const { $schema: _, examples = [], with: beside = [], ...rest } = ruleFile;
  const rule: Rule = { name, ...rest, conditions: conditions as ConditionGroup, actions };
  if (!isTooLarge(rule, ruleFile, report) && !isTooMuch(conditionsOf(rule), report)) checkRule(rule, context, report);
  if (findings.some(({ severity }) => severity === "error")) return fail(findings);
  return succeed({ file: source.file, rule, examples, beside, warnings: findings });
}

/** Admits one file of `rules/conditions/`. What is wrong with it is also reported wherever a rule uses it. */
export function admitConditions(
  source: RuleSource,
  { conditions }: Pick<AdmissionContext, "conditions">,
): Result<{ name: string; conditions: ConditionGroup; warnings: readonly Finding[] }, readonly Finding[]> {
  const { findings, report, name } = open(source);
  const read = readShape(source.text, conditionsStruct, report);
  if (!read) return fail(findings);
  const whole = withNamed(read, [], conditions, report) as ConditionGroup;
  // Which kinds of event reach it depends on the rule, so it is checked for all of them.
  if (!isTooLarge(whole, read, report) && !isTooMuch([{ conditions: whole, path: [] }], report))
    checkComparisons(whole, [], { on: EVENT_KINDS, report });
  const isRefused = findings.some(({ severity }) => severity === "error");
  return isRefused ? fail(findings) : succeed({ name, conditions: whole, warnings: findings });
}

/** The names that a file's conditions refer to. */
export function namedIn(text: string): readonly string[] {
  return [...text.matchAll(/"condition"\s*:\s*"([^"\\]*)"/g)].map(([, name]) => name ?? "");
}

function open({ file }: RuleSource): { findings: Finding[]; report: Report; name: string } {
  const findings: Finding[] = [];
  const report: Report = (path, code, message) => {
    const found = finding(file, path, code, message);
    const decides = found.severity === "error" && !findings.some(({ severity }) => severity === "error");
    if (findings.length < MAX_FINDINGS || decides) findings.push(found);
  };
  const name = (file.split("/").at(-1) ?? file).replace(/\.json$/, "");
  if (!NAME.test(name))
    report([], "RULE_NAME", 'Rename the file to words in lower case joined by dashes, such as "missed-call.json"');
  return { findings, report, name };
}

function readShape<Shape>(
  text: string,
  struct: { validate(value: unknown): [StructError | undefined, Shape | undefined] },
  report: Report,
): Shape | null {
  const value = parse(text, report);
  if (value === undefined) return null;
  try {
    const [error, read] = struct.validate(value);
    if (read !== undefined) return read;
    for (const failure of told(error?.failures() ?? [])) reportShape(failure, report);
  } catch {
    // superstruct puts what it refuses into its message, which throws for an object with a key `toString`.
    report([], "RULE_SHAPE", 'An object with the key "toString" stands where the language has none, take it out');
  }
  return null;
}

function parse(text: string, report: Report): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    const isDeep = depthOf(value) > MAX_DEPTH;
    const endless = isDeep ? null : pathOfEndless(value);
    for (const path of isDeep ? [] : repeatedKeys(text))
      report(path, "RULE_DUPLICATE_KEY", `Key "${path.at(-1)}" stands twice and the first is lost, remove one`);
    if (!isDeep && endless === null) return value;
    if (isDeep) report([], "RULE_SHAPE", `Nest at most ${MAX_DEPTH} levels`);
    else report(endless ?? [], "RULE_SHAPE", "The number is too large to be kept, write a smaller one");
  } catch {
    report([], "RULE_JSON", notJson(text));
  }
  return undefined;
}

/** Levels of nesting, counted without recursion and only until there are too many. */
function depthOf(root: Json): number {
  let level: Json[] = [root];
  let depth = 0;
  while (level.length > 0 && depth <= MAX_DEPTH) {
    level = level.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
    depth += 1;
  }
  return depth;
}

/** The path of a number that is valid JSON but too large to be parsed, such as `1e999`. */
function pathOfEndless(value: Json): Path | null {
  if (typeof value === "number") return Number.isFinite(value) ? null : [];
  if (typeof value !== "object" || value === null) return null;
  for (const [key, item] of Object.entries(value)) {
    const path = pathOfEndless(item);
    if (path) return [Array.isArray(value) ? Number(key) : key, ...path];
  }
  return null;
}

/** Where the word that says which keys an action has is not known, nothing can be said of its keys. */
function told(failures: readonly StructFailure[]): readonly StructFailure[] {
  const open = new Set(failures.filter(({ type }) => type === UNKNOWN_CALL).map(({ path }) => parentOf(path)));
  return failures.filter(({ type, path }) => type !== UNKNOWN_KEY || !open.has(parentOf(path)));
}

function parentOf(path: Path): string {
  return path.slice(0, -1).join("/");
}

function reportShape(failure: StructFailure, report: Report): void {
  const { path, type, refinement, message } = failure;
  const place = path as Path;
  if (type === UNKNOWN_KEY) return report(place, "RULE_UNKNOWN_KEY", message);
  const group = place.at(-1);
  if (refinement === "nonempty" && (group === "all" || group === "any")) {
    return report(place, "RULE_EMPTY_GROUP", `An empty "${group}" fires for every event, write at least one condition`);
  }
  report(place, "RULE_SHAPE", failureInWords(failure));
}

/** The conditions with every reference replaced by the conditions it names, which carry that name. */
function withNamed(
  condition: Condition | NamedCondition,
  path: Path,
  named: AdmissionContext["conditions"],
  report: Report,
): Condition {
  if ("condition" in condition) {
    const found = named.get(condition.condition);
    if (found)
      return {
        ...found,
        ...(condition.priority === undefined ? {} : { priority: condition.priority }),
        name: condition.name ?? condition.condition,
      };
    const hint = didYouMean(condition.condition, named.keys()) || ", write it to rules/conditions/";
    report([...path, "condition"], "RULE_UNKNOWN_CONDITION", `Condition "${condition.condition}" is not known${hint}`);
    return { all: [] };
  }
  if ("all" in condition)
    return { ...condition, all: condition.all.map((part, i) => withNamed(part, [...path, "all", i], named, report)) };
  if ("any" in condition)
    return { ...condition, any: condition.any.map((part, i) => withNamed(part, [...path, "any", i], named, report)) };
  if ("not" in condition) return { ...condition, not: withNamed(condition.not, [...path, "not"], named, report) };
  return condition;
}

function withNamedTriggers(action: Action, path: Path, named: AdmissionContext["conditions"], report: Report): Action {
  if (!action.cancelOn) return action;
  const cancelOn = action.cancelOn.map((trigger, index) => {
    if (typeof trigger === "string") return trigger;
    const place = [...path, "cancelOn", index, "conditions"];
    return { ...trigger, conditions: withNamed(trigger.conditions, place, named, report) as ConditionGroup };
  });
  return { ...action, cancelOn };
}

/** Named conditions that build on each other multiply: no person writes a rule with more than this. */
const MAX_COMPARISONS = 1_000;
/** For all patterns of a rule together: at worst, one event takes a location's ledger a second or two. */
const MAX_SEARCH_STEPS = 25_000_000;

/** Conditions and where they are in the file. */
interface Tree {
  readonly conditions: Condition;
  readonly path: Path;
}

/** All conditions of a rule: its own, and those that end its waits. */
function conditionsOf({ conditions, actions }: Rule): readonly Tree[] {
  const ofWaits = actions.flatMap(({ cancelOn = [] }, index) =>
    cancelOn.flatMap((trigger, at) =>
      typeof trigger === "string"
        ? []
        : [{ conditions: trigger.conditions, path: ["actions", index, "cancelOn", at, "conditions"] }],
    ),
  );
  return [{ conditions, path: ["conditions"] }, ...ofWaits];
}

/** Reports conditions that cost too much for one event, and stops at the first. */
function isTooMuch(trees: readonly Tree[], report: Report): boolean {
  let [count, steps] = [0, 0];
  for (const { conditions, path } of trees)
    for (const { condition, path: place } of comparisons(conditions, path)) {
      if ((count += 1) > MAX_COMPARISONS) {
        const message = `Use at most ${MAX_COMPARISONS} comparisons, those of named conditions counted where they are used`;
        report(path, "RULE_SHAPE", message);
        return true;
      }
      for (const search of searchesOf(condition))
        // A text in an event has no more characters than the event has bytes.
        if ((steps += searchSteps(search, MAX_EVENT_BYTES)) > MAX_SEARCH_STEPS) {
          const message = "All patterns of the rule together take too long up to here, shorten them or remove some";
          report([...place, "value"], "RULE_PATTERN", message);
          return true;
        }
    }
  return false;
}

/** What templates can name of a rule, and a rule may not have. */
const MAY_BE_LEFT_OUT = ["description", "priority"] as const;

function checkRule(rule: Rule, context: AdmissionContext, report: Report): void {
  const lacks = MAY_BE_LEFT_OUT.filter((name) => rule[name] === undefined);
  const scope: TemplateScope = { on: rule.on, report, lacks };
  checkTree(rule.conditions, ["conditions"], scope);
  if (rule.window) checkWindow(rule.window, report);
  lintRetention(rule, context.retentionDays, report);
  lintRestart(rule, report);
  lintLate(rule, report);
  for (const [index, action] of rule.actions.entries()) {
    const path = ["actions", index];
    checkAction(action, path, scope, context);
    for (const [at, trigger] of (action.cancelOn ?? []).entries()) {
      if (typeof trigger === "string") continue;
      for (const { condition, path: asked } of comparisons(trigger.conditions, [
        ...path,
        "cancelOn",
        at,
        "conditions",
      ])) {
        if (!FACTS[condition.fact]?.params) continue;
        report(
          [...asked, "fact"],
          "RULE_PARAMS",
          `Fact "${condition.fact}" asks the log, which cancelOn cannot, leave it out`,
        );
      }
      checkTree(trigger.conditions, [...path, "cancelOn", at, "conditions"], { on: trigger.on, report });
    }
  }
}

function checkTree(conditions: ConditionGroup, path: Path, scope: Scope): void {
  let isSound = true;
  const report = (place: Path, code: FindingCode, message: string): void => {
    isSound = false;
    scope.report(place, code, message);
  };
  checkComparisons(conditions, path, { ...scope, report });
  if (isSound) lintConditions(conditions, path, scope);
}

function checkAction(action: Action, path: Path, scope: TemplateScope, hosts: OutboundHosts): void {
  const kind = kindOf(action);
  for (const found of kind.findings(action, hosts)) scope.report([...path, ...found.path], found.code, found.message);
  const withoutMessage = scope.on.find((name) => !isMessage(name));
  if (kind.reports?.(action) && withoutMessage) {
    const message = `A report is about a message, and "on" names "${withoutMessage}": leave it out there, or "report" here`;
    scope.report([...path, "report"], "RULE_SHAPE", message);
  }
  checkTemplates(kind.templates(action), path, scope);
}

function checkWindow(window: Window, report: Report): void {
  const { timeZone = CONTACT_TIME_ZONE } = window;
  if (timeZone !== CONTACT_TIME_ZONE && !isTimeZone(timeZone)) {
    report(["window", "timeZone"], "RULE_WINDOW", `Expected ${TIME_ZONE_FORM}, or "contact"`);
  } else if (window.from !== undefined && window.from === window.to) {
    report(
      ["window", "to"],
      "RULE_WINDOW",
      'The window closes when it opens; leave "from" and "to" out for the whole day',
    );
  } else if (nextOpening({ ...window, timeZone: "UTC" }, 0, "UTC") === null) {
    report(["window"], "RULE_WINDOW", "The window never opens");
  }
}
