import type { JSX } from "preact";
import type { CheckedRule } from "../../model/rule.ts";
import type { RuleUse } from "./rule-use.ts";

/** Whether it can fire here, whether it did, and whether its file is in order. */
export function RuleMarks({ use }: { readonly use: RuleUse }): JSX.Element {
  const { checked, off } = use;
  const count = checked?.findings.length ?? 0;
  return (
    <span class="rule-marks">
      {off === "disabled" ? <span class="badge">disabled</span> : null}
      {off === "elsewhere" ? <span class="badge">for other locations</span> : null}
      {use.isUnused ? <span class="badge mark-unused">not fired in 7 days</span> : null}
      {checked ? (
        <span class={`badge${checked.failing > 0 ? " mark-bad" : ""}`}>{examplesInWords(checked)}</span>
      ) : null}
      {count > 0 ? <span class="badge mark-bad">{count === 1 ? "1 finding" : `${count} findings`}</span> : null}
    </span>
  );
}

function examplesInWords({ examples, failing }: CheckedRule): string {
  if (examples === 0) return "no examples";
  if (failing > 0) return `${failing} of ${examples} ${examples === 1 ? "example fails" : "examples fail"}`;
  return examples === 1 ? "1 example holds" : `${examples} examples hold`;
}
