import { describe, expect, it } from "vitest";
import { inLine } from "../../../src/local/statements-in-line.ts";

const lineOf = (code: string, found: string): number => code.slice(0, code.indexOf(found)).split("\n").length;

describe("inLine", () => {
  it("puts a statement into one line", () => {
    const code = "const made: string = `\n  CREATE TABLE a (\n    id TEXT,\n    at INTEGER\n  );\n`;\n";
    expect(inLine(code).trim().replaceAll("\n", "")).toBe(
      "const made: string = ` CREATE TABLE a (id TEXT, at INTEGER); `;",
    );
  });

  it("leaves all that follows in the line where it was", () => {
    const code = "const a = `SELECT ${list(`x,\n  y FROM b`)}\n  WHERE c\n  AND d`; const e = 1;\nconst f = 2;\n";
    const made = inLine(code);
    expect(made).toContain("y FROM b`");
    expect(made).toContain(" WHERE c AND d`");
    expect(lineOf(made, "const e")).toBe(lineOf(code, "const e"));
    expect(lineOf(made, "const f")).toBe(lineOf(code, "const f"));
  });

  it("leaves other texts as they are", () => {
    const code = "const text = `Dear\n  reader`; const é = 'SELECT 1'; // `FROM\n";
    expect(inLine(code)).toBe(code);
  });
});
