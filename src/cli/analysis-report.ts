// What `rules analyze` prints: pure functions from an analysis to lines.
import { amount } from "../kit/amount.ts";
import type { Analysis } from "../analysis/analyze.ts";
import type { Difference } from "../analysis/against.ts";
import type { AnalysisFinding, OpenQuestion } from "../analysis/finding.ts";
import type { Witness } from "../analysis/witness.ts";

/** An analysis: what is to be mended first, then what is to be looked at, then what is good to know. */
export function analysisLines({ rules, pairs, findings, fires, open }: Analysis): string[] {
  const [only] = fires;
  return [
    ...findings.flatMap(findingLines),
    ...openLines(open),
    ...(fires.length === 1 && only ? [`"${only.rule}" fires on`, `    ${shown(only.witness)}`, ""] : []),
    `${amount(rules, "rule")}, ${amount(pairs, "pair")}, ${findings.length === 0 ? "no findings" : amount(findings.length, "finding")}${open.length === 0 ? "" : `, ${open.length} open`}`,
  ];
}

/** What differs between two versions: what fires now and did not, what no longer does, and what else is another. */
export function differenceLines({ before, after, rules, open }: Difference): string[] {
  const told = rules.flatMap(({ rule, was, change, gains, losses, other }) => [
    `${change.padEnd(7)}  ${rule}${was === undefined ? "" : ` (was ${was})`}${other.length === 0 ? "" : `: other ${other.join(", ")}`}`,
    ...(gains ? [`    fires now, and did not, on ${shown(gains)}`] : []),
    ...(losses ? [`    no longer fires on ${shown(losses)}`] : []),
    "",
  ]);
  const isSame = rules.length === 0 && open.length === 0;
  return [
    ...told,
    ...openLines(open),
    isSame
      ? `No event can tell the ${amount(before, "rule")} and the ${after} apart`
      : `${amount(before, "rule")} before, ${after} now, ${rules.length === 1 ? "1 differs" : `${rules.length} differ`}`,
  ];
}

function findingLines({ weight, code, message, witness, apart }: AnalysisFinding): string[] {
  return [
    `${weight.padEnd(7)}  ${message}  (${code})`,
    ...(witness ? [`    ${shown(witness)}`] : []),
    ...(apart ? [`    and the other alone on ${shown(apart)}`] : []),
    "",
  ];
}

const MOST_OPEN = 10;

function openLines(open: readonly OpenQuestion[]): string[] {
  if (open.length === 0) return [];
  const lines = open
    .slice(0, MOST_OPEN)
    .map(({ rules, question, why }) => `    ${rules.map((rule) => `"${rule}"`).join(" and ")} (${question}): ${why}`);
  return [
    "Not decided",
    ...lines,
    ...(open.length > MOST_OPEN ? [`    and ${open.length - MOST_OPEN} more, see --json`] : []),
    "",
  ];
}

/** A witness in one line, as it stands in a rule's examples. */
function shown(witness: Witness): string {
  return JSON.stringify(witness);
}
