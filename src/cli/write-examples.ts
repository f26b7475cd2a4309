// `rules analyze --write`: the events that an analysis shows become examples of the rules that fire on them.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { applyEdits, modify } from "jsonc-parser";
import type { Analysis } from "../analysis/analyze.ts";
import type { Witness } from "../analysis/witness.ts";
import { ROOT } from "../local/project.ts";
import { runExample } from "../match/examples.ts";
import type { RuleExample } from "../model/rule.ts";
import type { AdmittedRule } from "../rules/admission.ts";

/** An example for a rule, and what it shows. */
interface Shown {
  readonly rule: string;
  readonly example: RuleExample;
}

/** Stands for the example while its place is found: it is written on one line, as people write them. */
const PLACE = "(the example of the analysis)";

/**
 * Writes the examples into the files, each only if the rule alone comes out as it says and has none like it. Returns a line
 * for each that was written.
 */
export async function writeExamples(
  analysis: Analysis,
  admitted: readonly AdmittedRule[],
  timeZone: string,
): Promise<string[]> {
  const lines: string[] = [];
  for (const { file, rule, examples } of admitted) {
    const own = shownOf(
      analysis,
      examples.some(({ fires }) => fires),
    ).filter((one) => one.rule === rule.name);
    const known = new Set(examples.map(nameOf));
    for (const { example } of own) {
      const result = await runExample(rule, example, timeZone);
      if (known.has(nameOf(example)) || !result.ok || !result.value.passed) continue;
      known.add(nameOf(example));
      const place = join(ROOT, file);
      writeFileSync(place, withExample(readFileSync(place, "utf8"), example));
      lines.push(`${file}: ${example.description ?? "an event on which it fires"}`);
    }
  }
  return lines;
}

/** What an analysis shows of rules; an event on which a rule just fires only for one that has none. */
function shownOf({ findings, fires }: Analysis, hasFiring: boolean): readonly Shown[] {
  const ofFindings = findings.flatMap(({ rules, message, witness }) =>
    witness ? rules.map((rule) => ({ rule, example: exampleOf(witness, message) })) : [],
  );
  return [
    ...ofFindings,
    ...(hasFiring ? [] : fires.map(({ rule, witness }) => ({ rule, example: exampleOf(witness) }))),
  ];
}

function exampleOf({ event, ...rest }: Witness, description?: string): RuleExample {
  const [said] = description?.split(": ") ?? [];
  return { ...(said === undefined ? {} : { description: said }), event, ...rest, fires: true };
}

/** Two examples on the same event are one, whatever is said of them. */
function nameOf(example: RuleExample): string {
  return JSON.stringify({ ...example, description: undefined });
}

/** The text of a rule file with one example more. */
function withExample(text: string, example: RuleExample): string {
  const formattingOptions = { tabSize: 2, insertSpaces: true, eol: "\n" };
  const hasSome = Array.isArray((JSON.parse(text) as { readonly examples?: unknown }).examples);
  const edits = hasSome
    ? modify(text, ["examples", -1], PLACE, { isArrayInsertion: true, formattingOptions })
    : modify(text, ["examples"], [PLACE], { formattingOptions });
  return applyEdits(text, edits).replace(JSON.stringify(PLACE), () => onOneLine(example));
}

/** JSON on one line, with spaces as people write them. */
function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return entries.length === 0
    ? "{}"
    : `{ ${entries.map(([key, inner]) => `${JSON.stringify(key)}: ${onOneLine(inner)}`).join(", ")} }`;
}
