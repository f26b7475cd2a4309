import { describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";

const ALL = "SELECT * FROM things ORDER BY id";

describe("SQLite as a ledger's storage", () => {
  it("reads anew with a statement whose table has changed since", () => {
    const { sql } = sqliteStorage();
    sql.exec("CREATE TABLE things (id INTEGER)");
    sql.exec("INSERT INTO things VALUES (?)", 1);
    expect(sql.exec(ALL).toArray()).toEqual([{ id: 1 }]);
    sql.exec("ALTER TABLE things ADD COLUMN name TEXT NOT NULL DEFAULT 'none'; CREATE INDEX named ON things (name)");
    expect(sql.exec(ALL).toArray()).toEqual([{ id: 1, name: "none" }]);
  });

  it("takes a statement again while its rows are gone through", () => {
    const { sql } = sqliteStorage();
    sql.exec("CREATE TABLE things (id INTEGER)");
    for (const id of [1, 2, 3]) sql.exec("INSERT INTO things VALUES (?)", id);
    const pairs: unknown[] = [];
    for (const outer of sql.exec(ALL)) for (const inner of sql.exec(ALL)) pairs.push([outer["id"], inner["id"]]);
    expect(pairs).toEqual([1, 2, 3].flatMap((outer) => [1, 2, 3].map((inner) => [outer, inner])));
  });

  it("takes a statement again that failed, with none of the values that it had", () => {
    const { sql } = sqliteStorage();
    sql.exec("CREATE TABLE things (id INTEGER UNIQUE, name TEXT)");
    const insert = "INSERT INTO things VALUES (?, ?) RETURNING name";
    expect(sql.exec(insert, 1, "one").toArray()).toEqual([{ name: "one" }]);
    expect(() => sql.exec(insert, 1, "again")).toThrow(/UNIQUE/);
    expect(sql.exec(insert, 2, null).toArray()).toEqual([{ name: null }]);
  });
});
