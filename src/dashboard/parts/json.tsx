import { amount } from "../../kit/amount.ts";
import type { JSX } from "preact";
import type { Json } from "../../kit/json.ts";

const MAX_LINES = 400;

/** JSON as indented text with its keys marked. Whatever a message contains, even HTML, is rendered as plain text. */
export function JsonText({ value, label }: { readonly value: Json; readonly label: string }): JSX.Element {
  const lines = JSON.stringify(value, null, 2).split("\n");
  return (
    <pre class="json" tabIndex={0} role="region" aria-label={label}>
      {lines.slice(0, MAX_LINES).map((line, index) => (
        <span key={index}>
          {lineOf(line)}
          {"\n"}
        </span>
      ))}
      {lines.length > MAX_LINES ? `… ${amount(lines.length - MAX_LINES, "line")} more: copy it to see them` : null}
    </pre>
  );
}

function lineOf(line: string): JSX.Element {
  const [, before = "", key = "", after = ""] = /^(\s*)("(?:[^"\\]|\\.)*")?(.*)$/s.exec(line) ?? [];
  const isKey = after.startsWith(":");
  return (
    <>
      {before}
      {key === "" ? null : <span class={isKey ? "json-key" : "json-text"}>{key}</span>}
      {isKey ? <span>{after}</span> : after}
    </>
  );
}
