import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RETRY } from "../../../src/act/outcome.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/storage.md"), "utf8");

describe("docs/storage.md", () => {
  it("lists every code of an attempt, and whether it is tried again", () => {
    const rows = [...page.matchAll(/^\| `((?:ACTION|DESTINATION)_[A-Z_]+)` \|.*\| (yes|no) +\|$/gm)];
    const listed = Object.fromEntries(rows.map(([, code = "", again]) => [code, again === "yes" ? "later" : "never"]));
    expect(listed).toEqual(RETRY);
  });
});
