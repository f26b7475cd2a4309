// What the CLI prints: pure functions from data to lines.
import { actionName } from "../act/about.ts";
import type { ConditionVerdict, Decision, Verdict } from "../model/decision.ts";
import type { Delivery } from "../model/delivery.ts";
import type { ExampleText } from "../match/example-findings.ts";
import type { ExplainedAction } from "../model/playground.ts";
import { requestLines } from "../model/sent-request.ts";
import { conditionInWords, counterfactualInWords, verdictInWords } from "../language/in-words.ts";
import type { PlacedFinding } from "./rule-files.ts";
import { shownLine } from "./shown-line.ts";

/**
 * A finding as one line: `file:line:column`, severity, what is wrong and what to do, the code to search for, pointer. Where
 * a file is not JSON, the line of the file follows, without secrets.
 */
export function findingLine(
  found: PlacedFinding,
  texts: ReadonlyMap<string, string>,
  secrets: readonly string[] = [],
): string {
  const { file, line, column, pointer, severity, code, message } = found;
  const told = `${file}:${line}:${column}  ${severity}  ${message}  (${code}${pointer === "" ? "" : ` at ${pointer}`})`;
  return code === "RULE_JSON" ? `${told}\n${shownLine(texts.get(file) ?? "", found, secrets)}` : told;
}

/** Every verdict of a decision, fired ones first. */
export function verdictLines({ verdicts }: Decision): string[] {
  const width = Math.max(0, ...verdicts.map(({ rule }) => rule.length));
  const ordered = verdicts.toSorted((a, b) => Number(b.fired) - Number(a.fired));
  return ordered.map(
    (verdict) => `  ${verdict.fired ? "✔" : "·"} ${verdict.rule.padEnd(width)}  ${verdictInWords(verdict)}`,
  );
}

/** A delivery as one line: what it is, its state, and why its last attempt failed. */
export function deliveryLine({ rule, action, state, dueAt, attempts }: Delivery): string {
  const error = attempts.at(-1)?.error;
  const what = action === null ? "action" : actionName(action);
  return `  → ${what} of ${rule}: ${state}${dueAt === null ? "" : `, due ${dueAt}`}${error ? ` (${error})` : ""}`;
}

/** What a delivery sent, as it left: of the last attempt that sent something, and of one that was cut off. */
export function sentLines({ attempts, unsettled }: Delivery): string[] {
  const last = attempts.findLast(({ request }) => request !== null)?.request;
  return [...unsettled, ...(last ? [last] : [])].flatMap((request) => indented(requestLines(request), 6));
}

/** What actions would send, one after the other. */
export function plannedLines(actions: readonly ExplainedAction[]): string[] {
  return actions.flatMap(({ rule, action, dueAt, request, dead }) => [
    `→ ${actionName(action)} of ${rule}, due ${dueAt}${dead === null ? "" : `, would be dead: ${dead}`}`,
    ...(request === null ? [] : indented(requestLines(request), 4)),
    "",
  ]);
}

/** What the actions of an example would send. */
export function exampleTextLines({ rule, example, action, request }: ExampleText): string[] {
  return [`${rule}, example ${example + 1}, action ${action + 1}`, ...indented(requestLines(request), 4), ""];
}

function indented(lines: readonly string[], spaces: number): string[] {
  return lines.map((line) => " ".repeat(spaces) + line);
}

/** A decision rule by rule, each with its tree of conditions: met, not met, not reached. */
export function explanationLines({ verdicts }: Decision): string[] {
  if (verdicts.length === 0) return ["no rule looks at this kind of event"];
  return verdicts.flatMap((verdict) => [
    `${verdict.fired ? "✔" : "·"} ${verdict.rule}: ${verdictInWords(verdict)}`,
    ...conditionLines(verdict.conditions),
    ...whatIfLines(verdict),
    "",
  ]);
}

/** What would have been enough, the nearest first; none if nobody asked. */
function whatIfLines({ whatIf }: Verdict): string[] {
  if (whatIf === undefined) return [];
  if (whatIf.length === 0) return ["  no change of one thing or two that is looked at would have been enough"];
  return whatIf.map((one) => `  would have fired with ${counterfactualInWords(one)}`);
}

/** Conditions listed under their groups, which their pointers name. */
function conditionLines(conditions: readonly ConditionVerdict[]): string[] {
  const lines: string[] = [];
  let open: readonly string[] = [];
  for (const condition of conditions) {
    const groups = groupsOf(condition.pointer);
    const shared = groups.findIndex((group, depth) => group !== open[depth]);
    for (const [depth, group] of groups.entries()) {
      if (shared !== -1 && depth >= shared)
        lines.push(`${"  ".repeat(depth + 1)}${GROUP_WORDS[group.split("/").at(-1) ?? ""] ?? ""}`);
    }
    open = groups;
    const mark = condition.met === null ? "–" : condition.met ? "✔" : "✘";
    lines.push(`${"  ".repeat(groups.length + 1)}${mark} ${conditionInWords(condition)}`);
  }
  return lines;
}

const GROUP_WORDS: { readonly [group: string]: string } = { all: "all of", any: "any of", not: "not" };

/** The pointers of the groups that a condition is in, outermost first. */
function groupsOf(pointer: string): readonly string[] {
  const keys = pointer.split("/").slice(1);
  return keys.flatMap((key, index) => (key in GROUP_WORDS ? [keys.slice(0, index + 1).join("/")] : []));
}
