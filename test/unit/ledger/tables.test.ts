// A new ledger gets its tables at once, an old one by migrations: both have to end at the same.
// After a migration was added: npx vitest run --project unit test/unit/ledger/tables.test.ts -u
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { LEDGER_MIGRATIONS, migrate } from "../../../src/ledger/store/schema.ts";
import { LEDGER_TABLES } from "../../../src/ledger/store/tables.ts";

const HEADER = `// The tables of a ledger as its migrations leave them, so that a new one is made in a single step. Written by a test out of
// schema.ts: npx vitest run --project unit test/unit/ledger/tables.test.ts -u
`;

/** Everything that SQLite knows about what the statements make. */
function madeBy(...statements: readonly string[]): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  for (const statement of statements) database.exec(statement);
  return database;
}

/** The statements that are in the database, without what only SQLite adds. */
function statementsOf(database: DatabaseSync): string[] {
  const made = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, rowid";
  return database
    .prepare(made)
    .all()
    .map(({ sql }) =>
      String(sql)
        .replaceAll(/\s+/g, " ")
        .replaceAll(/\( | \)| ,/g, (text) => text.trim())
        .replace(/^CREATE TABLE "(\w+)"/, "CREATE TABLE $1"),
    );
}

/** What each table and index is to SQLite, however it was written down. */
function meaningOf(database: DatabaseSync): unknown {
  const ask = (statement: string) => database.prepare(statement).all();
  const tables = ask("SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main' ORDER BY name");
  return tables.map((table) => [
    table,
    ask(`PRAGMA table_xinfo(${String(table["name"])})`),
    ask(`SELECT name, "unique", origin, partial FROM pragma_index_list('${String(table["name"])}') ORDER BY name`).map(
      (index) => [index, ask(`PRAGMA index_xinfo(${String(index["name"])})`)],
    ),
  ]);
}

const migrated = madeBy(...LEDGER_MIGRATIONS);

it("the tables of a new ledger are written down as its migrations leave them", async () => {
  const lines = statementsOf(migrated).map((statement) => `${statement};\n`);
  const text = `${HEADER}export const LEDGER_TABLES = \`\n${lines.join("")}\`;\n`;
  await expect(text).toMatchFileSnapshot("../../../src/ledger/store/tables.ts");
});

it("a new ledger has the tables, columns and indexes of one that went through all migrations", () => {
  const anew = madeBy(LEDGER_TABLES);
  expect(statementsOf(anew)).toEqual(statementsOf(migrated));
  expect(meaningOf(anew)).toEqual(meaningOf(migrated));
});

it.each([...LEDGER_MIGRATIONS.keys(), LEDGER_MIGRATIONS.length])(
  "a ledger at migration %i ends where a new one begins",
  (reached) => {
    const storage = sqliteStorage();
    migrate(storage, LEDGER_MIGRATIONS.slice(0, reached));
    migrate(storage, LEDGER_MIGRATIONS, LEDGER_TABLES);
    const anew = sqliteStorage();
    migrate(anew, LEDGER_MIGRATIONS, LEDGER_TABLES);
    const schema = ({ sql }: typeof storage) => [
      sql.exec("SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name").toArray(),
      sql.exec("SELECT id FROM migrations ORDER BY id").toArray(),
    ];
    expect(schema(storage)).toEqual(schema(anew));
  },
);
