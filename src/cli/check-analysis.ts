// What `rules check` says of rules together: the part of an analysis that is worth a warning, without what a rule's `with`
// says is meant.
import { analyze } from "../analysis/analyze.ts";
import type { AnalysisCode, AnalysisFinding } from "../analysis/finding.ts";
import { didYouMean } from "../kit/suggestion.ts";
import type { Finding, WarningCode } from "../model/rule.ts";
import type { AdmittedRule } from "../rules/admission.ts";
import { finding } from "../rules/report.ts";
import { ruleSetOf } from "../rules/rule-set.ts";

/** The warning for each finding of an analysis; `null`: it is none. */
const WARNINGS: { readonly [Code in AnalysisCode]: WarningCode | null } = {
  NEVER_FIRES: "RULE_NEVER_FIRES",
  NEVER_REACHED: "RULE_NEVER_FIRES",
  SAME_EVENTS: "RULE_SAME",
  BOTH_MESSAGE: "RULE_BOTH_MESSAGE",
  UNDOES: "RULE_UNDOES",
  ONLY_WHERE: null,
  GAP: null,
};

/** Warnings about rules together, each at the file of the rule that is to be looked at first. `found` says what is known. */
export async function analysisFindings(
  admitted: readonly AdmittedRule[],
  found: readonly Finding[],
  timeZone: string,
): Promise<readonly Finding[]> {
  const of = new Map(admitted.map((one) => [one.rule.name, one]));
  const { findings } = await analyze(await ruleSetOf(admitted.map(({ rule }) => rule)), { timeZone, isQuick: true });
  const told = findings.flatMap(
    ({ code, weight, rules, message, pointers: [pointer = ""] = [] }): readonly Finding[] => {
      const [first, second] = rules.map((name) => of.get(name));
      const warning = WARNINGS[code];
      if (!first || warning === null || weight === "note") return [];
      if (second && areMeant(first, second)) return [];
      const isTold =
        warning === "RULE_SAME" &&
        found.some((one) => one.code === "RULE_SAME" && [first.file, second?.file].includes(one.file));
      if (isTold) return [];
      const unless = second && code !== "NEVER_REACHED" ? `; if both are meant, name the other one in "with"` : "";
      return [finding(first.file, pointer.split("/").slice(1), warning, message + unless)];
    },
  );
  return [...told, ...admitted.flatMap((one) => unknownIn(one, [...of.keys()]))];
}

/** Findings as an analysis tells them: of rules of which one says that the other is meant, they are notes. */
export function meantAsNotes(
  findings: readonly AnalysisFinding[],
  admitted: readonly AdmittedRule[],
): readonly AnalysisFinding[] {
  const of = new Map(admitted.map((one) => [one.rule.name, one]));
  const [notes, others] = [[] as AnalysisFinding[], [] as AnalysisFinding[]];
  for (const found of findings) {
    const [first, second] = found.rules.map((name) => of.get(name));
    if (found.weight === "note" || (first && second && areMeant(first, second)))
      notes.push({ ...found, weight: "note" });
    else others.push(found);
  }
  return [...others, ...notes];
}

function areMeant(one: AdmittedRule, other: AdmittedRule): boolean {
  return one.beside.includes(other.rule.name) || other.beside.includes(one.rule.name);
}

/** Names in `with` that no rule has. */
function unknownIn({ file, rule, beside }: AdmittedRule, names: readonly string[]): readonly Finding[] {
  return beside.flatMap((name, index) => {
    if (names.includes(name) && name !== rule.name) return [];
    const message =
      name === rule.name
        ? "The rule names itself, leave it out"
        : `There is no rule "${name}" here${didYouMean(name, names) || ", leave it out"}`;
    return [finding(file, ["with", index], "RULE_NO_EFFECT", message)];
  });
}
