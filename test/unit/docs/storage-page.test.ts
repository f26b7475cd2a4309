import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RETRY } from "../../../src/act/contract/outcome.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/storage.md"), "utf8");

const WORDS: { readonly [word: string]: string } = {
  yes: "later",
  no: "never",
  "by hand": "held",
  "in turn": "in-turn",
};

describe("docs/storage.md", () => {
  it("lists every code of an attempt, and whether it is tried again", () => {
    const rows = [
      ...page.matchAll(
        /^\| `((?:ACTION|DESTINATION|HIGHLEVEL|CONTACT)_[A-Z_]+)` \|.*\| (yes|no|by hand|in turn) +\|$/gm,
      ),
    ];
    const listed = Object.fromEntries(rows.map(([, code = "", again]) => [code, WORDS[again ?? ""]]));
    expect(listed).toEqual(RETRY);
  });
});
