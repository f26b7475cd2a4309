import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { ROOT } from "../../../src/cli/project.ts";

const MAX_GZIPPED_BYTES = 120 * 1024;
const FOLDER = join(ROOT, "dist/dashboard");
const read = (address: string): string => readFileSync(join(FOLDER, address), "utf8");

/** A script with those that it loads at once; one that is loaded when it is asked for is written `import(…)`. */
function withImports(address: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(address)) return seen;
  seen.add(address);
  for (const [, name] of read(address).matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g))
    withImports(`/assets/${name ?? ""}`, seen);
  return seen;
}

it("transfers at most 120 KB for the first page, gzipped, the editor not among it", () => {
  const html = read("/index.html");
  const [, script = ""] = /src="([^"]+)"/.exec(html) ?? [];
  const [, style = ""] = /rel="stylesheet" href="([^"]+)"/.exec(html) ?? [];
  const scripts = withImports(script);
  const files = ["/index.html", "/icon.svg", style, ...scripts];
  const size = files.reduce((sum, file) => sum + gzipSync(read(file)).byteLength, 0);
  console.log(`The first page is ${(size / 1_024).toFixed(1)} KB gzipped in ${files.length} files`);
  expect(size).toBeLessThan(MAX_GZIPPED_BYTES);
  expect([...scripts].map(read).join("")).not.toContain("cm-editor");
});

it("loads nothing from elsewhere: no file names another origin but to point at it in words", () => {
  const html = read("/index.html");
  expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  expect(read("/_headers")).toContain("default-src 'none'");
});
