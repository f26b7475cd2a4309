// A rule in words, its marks, and what a check of its file found.
import type { JSX } from "preact";
import { ruleInWords } from "../../language/in-words.ts";
import type { CheckedRule, Rule } from "../../model/rule.ts";
import type { RuleUse } from "./rule-use.ts";

/** When it fires, what it then does, and what holds it back. */
export function RuleWords({ rule }: { readonly rule: Rule }): JSX.Element {
  const { when, then, besides } = ruleInWords(rule);
  return (
    <dl class="rule-words">
      <dt>When</dt>
      <dd>{when}</dd>
      <dt>Then</dt>
      {then.map((sentence, index) => (
        <dd key={index}>{sentence}</dd>
      ))}
      {besides.length === 0 ? null : <dt>Besides</dt>}
      {besides.map((sentence) => (
        <dd key={sentence}>{sentence}</dd>
      ))}
    </dl>
  );
}

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

/** What a check found in a rule's file: where, and what to do. */
export function RuleFindings({ checked }: { readonly checked: CheckedRule }): JSX.Element {
  return (
    <ul class="findings">
      {checked.findings.map(({ pointer, code, message }, index) => (
        <li key={index}>
          <code>{pointer === "" ? "the file" : pointer}</code> {message} <small class="quiet-note">{code}</small>
        </li>
      ))}
    </ul>
  );
}

function examplesInWords({ examples, failing }: CheckedRule): string {
  if (examples === 0) return "no examples";
  if (failing > 0) return `${failing} of ${examples} ${examples === 1 ? "example fails" : "examples fail"}`;
  return examples === 1 ? "1 example holds" : `${examples} examples hold`;
}
