import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isPageOf, pageSources, stampPage } from "../../../src/cli/page-stamp.ts";

let project = "";
const page = (): string => join(project, "dist/dashboard");
const write = (name: string, text: string): void => {
  mkdirSync(dirname(join(project, name)), { recursive: true });
  writeFileSync(join(project, name), text);
};
const isBundled = (): boolean => isPageOf(pageSources(project), page());

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "page-"));
  write("package.json", "{}");
  write("src/dashboard/main.tsx", "main");
  write("src/kit/json.ts", "json");
  write("rules/a.json", "{}");
  write("dist/dashboard/index.html", "page");
  write("dist/dashboard/assets/main-1.js", "code");
});
afterEach(() => rmSync(project, { recursive: true }));

describe("the stamp of the page", () => {
  it("is that of nothing before a page was bundled", () => expect(isBundled()).toBe(false));

  it("holds while rules are edited", () => {
    stampPage(pageSources(project), page());
    write("rules/a.json", "{ }");
    write("rules/b.json", "{}");
    expect(isBundled()).toBe(true);
  });

  it.each<[title: string, change: () => void]>([
    ["its code is edited", () => write("src/dashboard/main.tsx", "Main")],
    ["code of another room is edited", () => write("src/kit/json.ts", "JSON")],
    ["a file is added, which an import may now find", () => write("src/kit/json.tsx", "")],
    ["a file is removed", () => rmSync(join(project, "src/kit/json.ts"))],
    [
      "text moves from one file to the next",
      () => (write("src/dashboard/main.tsx", "mai"), write("src/kit/json.ts", "njson")),
    ],
    ["packages are installed", () => write("node_modules/.package-lock.json", "{}")],
    ["a dependency is named", () => write("package.json", '{"dependencies":{}}')],
    ["a file of the page is edited", () => write("dist/dashboard/index.html", "stand-in")],
    ["a file of the page is removed", () => rmSync(join(project, "dist/dashboard/assets/main-1.js"))],
    ["the page is removed", () => rmSync(page(), { recursive: true })],
    ["the stamp is spoilt", () => write("dist/dashboard.json", "{")],
  ])("does not hold once %s", (_, change) => {
    stampPage(pageSources(project), page());
    expect(isBundled()).toBe(true);
    change();
    expect(isBundled()).toBe(false);
  });

  it("does not hold when a file is saved while it is bundled", () => {
    const sources = pageSources(project);
    write("src/dashboard/main.tsx", "saved meanwhile");
    stampPage(sources, page());
    expect(isBundled()).toBe(false);
  });
});
