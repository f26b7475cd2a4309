// Admission: what a rule file must be to become a rule. It finds everything that is wrong with a file at once,
// never throws, and refuses what json-rules-engine would take and then misunderstand or choke on.
import type { Failure as StructFailure } from "superstruct";
import { kindOf } from "../act/perform.ts";
import { FACTS, PLANNED_FACTS } from "../events/facts.ts";
import { isJsonObject, jsonPointer, type Json } from "../model/json.ts";
import { PATH_FORM, pathKeys } from "../model/path.ts";
import { fail, succeed, type Result } from "../model/result.ts";
import {
  DECORATORS,
  OPERATORS,
  type Condition,
  type FactCondition,
  type Finding,
  type FindingCode,
  type Rule,
  type RuleExample,
  type RuleFile,
} from "../model/rule.ts";
import { PLANNED_KEY, UNKNOWN_KEY } from "../model/strict-object.ts";
import { didYouMean } from "../model/suggestion.ts";
import { ruleStruct } from "./rule-struct.ts";

/** A rule file as it was read. */
export interface RuleSource {
  /** The file's name with its folder, for messages; the rule's name is what stands before `.json`. */
  readonly file: string;
  readonly text: string;
}

/** A rule with the examples of its file, which are not bundled. */
export interface AdmittedRule {
  readonly rule: Rule;
  readonly examples: readonly RuleExample[];
  /** What is probably not meant, and not in the way. */
  readonly warnings: readonly Finding[];
}

/** Findings that do not refuse a rule: the guard of outgoing calls decides by what is configured when it is sent. */
const WARNINGS: ReadonlySet<FindingCode> = new Set(["RULE_HOST"]);

type Path = readonly (string | number)[];
type Report = (path: Path, code: FindingCode, message: string) => void;

const NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const MAX_DEPTH = 32;
const PLANNED_OPERATORS = new Set([
  "exists",
  "containsText",
  "startsWith",
  "endsWith",
  "equalsIgnoreCase",
  "matches",
  "before",
  "after",
]);
const LIST_OPERATORS = new Set(["in", "notIn"]);

/** Admits one rule file, or says all that is wrong with it. */
export function admitRule(
  { file, text }: RuleSource,
  outboundAllowedHosts: ReadonlySet<string>,
): Result<AdmittedRule, readonly Finding[]> {
  const findings: Finding[] = [];
  const report: Report = (path, code, message) =>
    findings.push({
      file,
      pointer: jsonPointer(path),
      code,
      message,
      severity: WARNINGS.has(code) ? "warning" : "error",
    });
  const name = (file.split("/").at(-1) ?? file).replace(/\.json$/, "");
  if (!NAME.test(name))
    report([], "RULE_NAME", `Rename the file to words in lower case joined by dashes, such as "missed-call.json"`);
  const value = parse(text, report);
  if (value === undefined) return fail(findings);
  const [error, ruleFile] = ruleStruct.validate(value);
  if (error) for (const failure of error.failures()) reportShape(failure, report);
  else checkMeaning(ruleFile, outboundAllowedHosts, report);
  if (findings.some(({ severity }) => severity === "error") || !ruleFile) return fail(findings);
  const { $schema: _, examples = [], ...rest } = ruleFile;
  return succeed({ rule: { name, ...rest }, examples, warnings: findings });
}

function parse(text: string, report: Report): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    if (depthOf(value) <= MAX_DEPTH) return value;
    report([], "RULE_SHAPE", `Nest at most ${MAX_DEPTH} levels`);
  } catch (error) {
    // The engine's message quotes the text: keep the place.
    const [place] = /(?:line \d+ column \d+|position \d+)/.exec(error instanceof Error ? error.message : "") ?? [];
    report([], "RULE_JSON", `The file is not JSON${place === undefined ? "" : `, look at ${place}`}`);
  }
  return undefined;
}

/** Levels of nesting, counted without recursion and no further than matters. */
function depthOf(root: Json): number {
  let level: Json[] = [root];
  let depth = 0;
  while (level.length > 0 && depth <= MAX_DEPTH) {
    level = level.flatMap((value) => (typeof value === "object" && value !== null ? Object.values(value) : []));
    depth += 1;
  }
  return depth;
}

function reportShape(failure: StructFailure, report: Report): void {
  const { path, type, refinement, message } = failure;
  const place = path as Path;
  if (type === UNKNOWN_KEY) return report(place, "RULE_UNKNOWN_KEY", message);
  if (type === PLANNED_KEY) return report(place, "RULE_NOT_YET", message);
  const group = place.at(-1);
  if (refinement === "nonempty" && (group === "all" || group === "any")) {
    return report(place, "RULE_EMPTY_GROUP", `An empty "${group}" fires for every event, write at least one condition`);
  }
  report(place, "RULE_SHAPE", readable(message));
}

/** superstruct's sentence without the value, and with plain quotes. */
function readable(message: string): string {
  return message
    .replace(/,? but received.*$/s, "")
    .replaceAll(/`([^`]*)`/g, (_, quoted: string) =>
      quoted.includes('"') ? quoted.replaceAll(",", ", ") : `"${quoted}"`,
    );
}

function checkMeaning(rule: RuleFile, allowedHosts: ReadonlySet<string>, report: Report): void {
  checkCondition(rule.conditions, rule, ["conditions"], report);
  for (const [index, action] of rule.actions.entries()) {
    for (const { path, code, message } of kindOf(action).findings(action, allowedHosts))
      report(["actions", index, ...path], code, message);
  }
}

function checkCondition(condition: Condition, rule: RuleFile, path: Path, report: Report): void {
  if ("all" in condition)
    for (const [i, part] of condition.all.entries()) checkCondition(part, rule, [...path, "all", i], report);
  else if ("any" in condition)
    for (const [i, part] of condition.any.entries()) checkCondition(part, rule, [...path, "any", i], report);
  else if ("not" in condition) checkCondition(condition.not, rule, [...path, "not"], report);
  else checkComparison(condition, rule, path, report);
}

function checkComparison(condition: FactCondition, rule: RuleFile, path: Path, report: Report): void {
  checkFact(condition.fact, rule, [...path, "fact"], report);
  checkPath(condition.path, [...path, "path"], report);
  if (condition.params !== undefined)
    report([...path, "params"], "RULE_NOT_YET", `Fact "${condition.fact}" takes no params`);
  const { value } = condition;
  const otherFact = isJsonObject(value) && typeof value["fact"] === "string" ? value["fact"] : null;
  if (otherFact !== null && isJsonObject(value)) {
    checkFact(otherFact, rule, [...path, "value", "fact"], report);
    const otherPath = value["path"];
    if (otherPath !== undefined)
      checkPath(typeof otherPath === "string" ? otherPath : "", [...path, "value", "path"], report);
    for (const key of Object.keys(value)) {
      if (key !== "fact" && key !== "path")
        report(
          [...path, "value", key],
          "RULE_UNKNOWN_KEY",
          `Key "${key}" is not known beside "fact", use "path" or nothing`,
        );
    }
  }
  checkOperator(condition, otherFact, path, report);
}

function checkFact(fact: string, rule: RuleFile, path: Path, report: Report): void {
  if (PLANNED_FACTS.has(fact)) return report(path, "RULE_NOT_YET", `Fact "${fact}" does not work yet`);
  const entry = Object.hasOwn(FACTS, fact) ? FACTS[fact] : undefined;
  if (entry === undefined) {
    const hint = didYouMean(fact, Object.keys(FACTS)) || '; reach a key of your own with fact "payload" and a path';
    return report(path, "RULE_UNKNOWN_FACT", `Fact "${fact}" is not known${hint}`);
  }
  if (!rule.on.some((kind) => entry.kinds.includes(kind))) {
    report(
      path,
      "RULE_FACT_KIND",
      `Fact "${fact}" is never there on ${rule.on.join(", ")}, only on ${entry.kinds.join(", ")}`,
    );
  }
}

function checkPath(path: string | undefined, place: Path, report: Report): void {
  if (path !== undefined && pathKeys(path) === null) report(place, "RULE_UNSAFE_PATH", `Expected ${PATH_FORM}`);
}

function checkOperator({ operator, value }: FactCondition, otherFact: string | null, path: Path, report: Report): void {
  const words = operator.split(":");
  const bare = words.pop() ?? "";
  const unknown = words.find((word) => !(DECORATORS as readonly string[]).includes(word));
  const place = [...path, "operator"];
  if (unknown !== undefined) {
    report(
      place,
      "RULE_UNKNOWN_OPERATOR",
      `Decorator "${unknown}" of operator "${operator}" is not known${didYouMean(unknown, DECORATORS)}`,
    );
  }
  if (!(OPERATORS as readonly string[]).includes(bare)) {
    if (PLANNED_OPERATORS.has(bare)) return report(place, "RULE_NOT_YET", `Operator "${bare}" does not work yet`);
    return report(
      place,
      "RULE_UNKNOWN_OPERATOR",
      `Operator "${bare}" is not known${didYouMean(bare, OPERATORS) || `, use one of ${OPERATORS.join(", ")}`}`,
    );
  }
  // A decorator changes what the operator is given, so only bare ones can be judged by their value.
  if (words.length === 0) checkValue(bare, value, otherFact, [...path, "value"], report);
}

function checkValue(operator: string, value: Json, otherFact: string | null, place: Path, report: Report): void {
  if (LIST_OPERATORS.has(operator)) {
    const listed =
      otherFact === null
        ? Array.isArray(value)
        : FACTS[otherFact]?.type === "list" || FACTS[otherFact]?.type === "object";
    if (!listed)
      return report(
        place,
        "RULE_OPERATOR_VALUE",
        `Operator "${operator}" needs a list; with text it would look for a part of it`,
      );
  }
  if (otherFact !== null) return;
  const compared = LIST_OPERATORS.has(operator) && Array.isArray(value) ? value : [value];
  if (compared.some((item) => typeof item === "object" && item !== null)) {
    report(
      place,
      "RULE_OPERATOR_VALUE",
      `Operator "${operator}" never matches a list or an object, compare with text, a number, true, false or null`,
    );
  }
}
