// SQL stands in several lines, for people; SQLite reads a line break and an indentation as one space.
import { RolldownMagicString, type Plugin } from "rolldown";
import { parseSync, Visitor } from "rolldown/utils";

/** What only statements, and parts of them, have in capitals. */
const SQL = /\b(?:SELECT|FROM|WHERE|CREATE TABLE|CREATE INDEX|ALTER TABLE|INSERT INTO|DELETE|EXISTS|UPDATE|CASE)\b/;
/** A quotation mark; or a line break with an indentation, and a parenthesis or semicolon beside it. */
const BREAKS = /'|(?:\(|;)?\n {2,}\)?/g;

/** Writes the SQL of a source in fewer characters: but for such line breaks it stays, and so does what stands in quotation marks. */
export const sqlLines: Plugin = {
  name: "sql-lines",
  transform: {
    filter: { id: /\.ts$/, code: SQL },
    handler(code, id) {
      const text = new RolldownMagicString(code);
      const visitor = new Visitor({
        TemplateLiteral({ quasis }) {
          if (!quasis.some(({ value }) => SQL.test(value.raw))) return;
          let isQuoted = false;
          for (const { start, end } of quasis)
            for (const { 0: found, index } of code.slice(start, end).matchAll(BREAKS))
              if (found === "'") isQuoted = !isQuoted;
              else if (!isQuoted) text.overwrite(start + index, start + index + found.length, shorter(found));
        },
      });
      visitor.visit(parseSync(id, code).program);
      return text.hasChanged()
        ? { code: text.toString(), map: text.generateMap({ hires: "boundary" }).toString() }
        : null;
    },
  },
};

/** A statement that follows another begins a line, as in tables.ts. */
function shorter(found: string): string {
  const beside = found.replace(/\n +/, found.startsWith(";") ? "\n" : "");
  return beside === "" ? " " : beside;
}
