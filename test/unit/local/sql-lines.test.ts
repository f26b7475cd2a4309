import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { afterAll, expect, it } from "vitest";
import { DIRECTORY_MIGRATIONS, LEDGER_MIGRATIONS } from "../../../src/ledger/store/schema.ts";
import { bundleSource } from "../../../src/local/bundle.ts";

const project = mkdtempSync(join(tmpdir(), "afterbeep-sql-"));
afterAll(() => rmSync(project, { recursive: true }));

async function bundled(code: string): Promise<string> {
  mkdirSync(join(project, "src"), { recursive: true });
  writeFileSync(join(project, "src/worker.ts"), code);
  await bundleSource(join(project, "out"), { project });
  return readFileSync(join(project, "out/worker.js"), "utf8");
}

function madeBy(statements: readonly string[]): unknown {
  const database = new DatabaseSync(":memory:");
  for (const statement of statements) database.exec(statement);
  const tables = database.prepare("SELECT name, sql FROM sqlite_schema ORDER BY rowid").all();
  return tables.map(({ name, sql }) => [
    name,
    typeof sql === "string" ? withoutSpaces(sql) : null,
    database.prepare(`PRAGMA table_xinfo(${String(name)})`).all(),
  ]);
}

function withoutSpaces(text: string): string {
  return text.replaceAll(/\s+/g, "");
}

it("migrations of a bundle make the tables that they make, in fewer characters", async () => {
  const folder = join(project, "schema");
  await bundleSource(folder, { entry: "src/ledger/store/schema.ts" });
  const made = (await import(pathToFileURL(join(folder, "worker.js")).href)) as {
    readonly LEDGER_MIGRATIONS: readonly string[];
    readonly DIRECTORY_MIGRATIONS: readonly string[];
  };
  for (const [given, expected] of [
    [made.LEDGER_MIGRATIONS, LEDGER_MIGRATIONS],
    [made.DIRECTORY_MIGRATIONS, DIRECTORY_MIGRATIONS],
  ] as const) {
    expect(given.map(withoutSpaces)).toEqual(expected.map(withoutSpaces));
    expect(madeBy(given)).toEqual(madeBy(expected));
    expect(given.join("").length).toBeLessThan(expected.join("").length);
  }
});

it("SQL is written in one line, with what stands in it from elsewhere", async () => {
  const code = await bundled(
    "export const of = (a) => `SELECT a FROM (\n    SELECT ${a} AS a\n  )\n  WHERE a = 1;\n  DELETE FROM b`;",
  );
  expect(code).toMatch(/`SELECT a FROM \(SELECT \$\{\w+\} AS a\) WHERE a = 1;\nDELETE FROM b`/);
});

it.each([
  ["a value in quotation marks", "`SELECT 'a\n  b' FROM c`"],
  ["a value in two parts", "`SELECT 'a\n  ${globalThis.name}\n  b' FROM c`"],
  ["what people read", "`From a:\n  - b`"],
  ["a line that is not indented", "`SELECT a\nFROM b`"],
])("%s stays as it is", async (_, text) => {
  expect(await bundled(`export const text = ${text};`)).toContain(text);
});

it("a stack leads to the line of the source", async () => {
  const code = await bundled(
    "export const sql = `SELECT a\n  FROM b\n  WHERE c`;\nexport const other = () => {\n  throw new Error('found');\n};",
  );
  const map = new SourceMap(JSON.parse(readFileSync(join(project, "out/worker.js.map"), "utf8")) as SourceMapPayload);
  expect(map.findEntry(0, code.indexOf("throw"))).toMatchObject({ originalLine: 4 });
});
