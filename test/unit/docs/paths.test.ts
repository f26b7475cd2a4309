import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../../src/local/project.ts";

/** The pages that are kept true. The changelog tells of what was. */
const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...["docs", "docs/decisions"].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`),
  ),
];

/** What a build makes, or a developer. */
const MADE = /^(?:dist|node_modules|\.wrangler)\/|^\.dev\.vars$|^rules\/conditions\/$/;
const FILE =
  /^[\w.@-]+(?:\/[\w.@-]+)*\.(?:tsx?|md|json|toml|css|svg|png)$|^(?:src|test|proof|bench|docs|recipes|rules|schema)(?:\/[\w.@-]+)*\/$/;

/** The files and folders that a page names in backticks. */
function namedIn(page: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), "utf8").replaceAll(/^```[\s\S]*?^```/gm, "");
  const named = Array.from(text.matchAll(/`([^`\n]+)`/g), ([, name = ""]) => name);
  return [...new Set(named)].filter((name) => FILE.test(name) && !MADE.test(name));
}

/** A file may be named from the project's root, or, as CONTRIBUTING does for rooms, from `src/`. */
const isThere = (name: string): boolean => existsSync(join(ROOT, name)) || existsSync(join(ROOT, "src", name));

describe("the pages", () => {
  it.each(PAGES)("%s names only files that there are", (page) => {
    const missing = namedIn(page).filter((name) => name.includes("/") && !isThere(name));
    expect(missing).toEqual([]);
  });

  it("name files, which this sees", () => {
    expect(PAGES.flatMap(namedIn).length).toBeGreaterThan(100);
  });
});
