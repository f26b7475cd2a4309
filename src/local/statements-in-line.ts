// SQL stands in many lines to be read, and in one in the bundle: what statements have in common is then the same text, which
// gzip finds again.
import type { Plugin } from "rolldown";
import { parseAst } from "rolldown/parseAst";
import { Visitor } from "rolldown/utils";

const STATEMENT = /\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|WHERE|FROM|AND)\b/;
const BREAK = /(?<open>\()?\s*\n\s*(?<close>\))?/g;

/** Puts the SQL of the project's own sources into one line each. */
export function statementsInLine(): Plugin {
  return {
    name: "statements-in-line",
    transform: {
      filter: { id: /\.ts$/, code: STATEMENT },
      handler: (code) => ({ code: inLine(code), map: null }),
    },
  };
}

/** Source with each statement in one line. All else stays in the line where it was: the source map goes by lines. */
export function inLine(code: string): string {
  const parts: { readonly start: number; readonly end: number }[] = [];
  new Visitor({
    TemplateLiteral({ quasis }) {
      if (quasis.some(({ value }) => STATEMENT.test(value.raw))) parts.push(...quasis);
    },
  }).visit(parseAst(code, { lang: "ts" }));
  let [text, from] = ["", 0];
  for (const { start, end } of parts.toSorted((a, b) => a.start - b.start)) {
    const part = code.slice(start, end);
    const lines = part.split("\n").length - 1;
    // A part ends where code begins: the lines that it had may stand there.
    text += code.slice(from, start) + part.replace(BREAK, spaceFor) + "\n".repeat(lines);
    from = end;
  }
  return text + code.slice(from);
}

/** Within parentheses none is needed. */
function spaceFor(_: string, open = "", close = ""): string {
  return open + (open + close === "" ? " " : "") + close;
}
