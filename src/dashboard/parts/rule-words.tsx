// A rule in words, and what a check of its file found.
import type { JSX } from "preact";
import { ruleInWords } from "../../language/in-words.ts";
import type { CheckedRule, Rule } from "../../model/rule.ts";

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
