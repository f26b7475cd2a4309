// What the page is made of: how much it is, and under which policy the Worker serves it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../../src/local/project.ts";
import { runWorker, type RunningWorker } from "../../../src/local/workerd.ts";
import { TEST_VARIABLES } from "../../keys.ts";
import { shippedBundle } from "../bundles.ts";

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

it("names no other origin", () => {
  expect(read("/index.html")).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
});

describe("the files as the Worker serves them", () => {
  let worker: RunningWorker;
  beforeAll(async () => {
    worker = await runWorker({ bundle: shippedBundle(), variables: TEST_VARIABLES });
  }, 60_000);
  afterAll(() => worker.miniflare.dispose());

  it.each(["/", "/icon.svg", "a script"])("have the policy: %s", async (name) => {
    const [, script = ""] = /src="([^"]+)"/.exec(read("/index.html")) ?? [];
    const { status, headers } = await fetch(`${worker.url}${name === "a script" ? script : name}`);
    expect(status).toBe(200);
    const policy = headers.get("content-security-policy");
    for (const part of ["default-src 'none'", "script-src 'self'", "worker-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types replay-thread"]) expect(policy).toContain(part); // prettier-ignore
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it.each([
    ["GET", "/healthz", 200],
    ["GET", "/api/locations", 401],
    ["GET", "/api/index.html", 401],
    ["POST", "/hooks/highlevel", 415],
    ["GET", "/hooks/highlevel", 405],
    ["GET", "/nowhere", 404],
  ])("do not stand in for a route: %s %s is answered %i", async (method, path, status) => {
    const response = await fetch(`${worker.url}${path}`, { method, redirect: "manual" });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toMatch(/json/);
  });
});
