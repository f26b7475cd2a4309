// What the CLI prints: pure functions from data to lines.
import type { Decision } from "../model/decision.ts";
import type { Delivery } from "../model/delivery.ts";
import { verdictInWords } from "../match/words.ts";
import type { PlacedFinding } from "./rule-files.ts";

/** A finding as one line: `file:line:column`, pointer, what and what to do, and the code to search for. */
export function findingLine({ file, line, column, pointer, severity, code, message }: PlacedFinding): string {
  return `${file}:${line}:${column}  ${severity}  ${message}  (${code}${pointer === "" ? "" : ` at ${pointer}`})`;
}

/** Every verdict of a decision, fired ones first. */
export function verdictLines({ verdicts }: Decision): string[] {
  const width = Math.max(0, ...verdicts.map(({ rule }) => rule.length));
  const ordered = verdicts.toSorted((a, b) => Number(b.fired) - Number(a.fired));
  return ordered.map(
    (verdict) => `  ${verdict.fired ? "✔" : "·"} ${verdict.rule.padEnd(width)}  ${verdictInWords(verdict)}`,
  );
}

/** A delivery as one line: what it is, where it stands, and why its last attempt failed. */
export function deliveryLine({ rule, action, state, attempts }: Delivery): string {
  const error = attempts.at(-1)?.error;
  return `  → ${action?.type ?? "action"} of ${rule}: ${state}${error ? ` (${error})` : ""}`;
}
