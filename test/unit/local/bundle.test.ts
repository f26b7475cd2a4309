import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bundleSource } from "../../../src/local/bundle.ts";

let project = "";
let folder = "";
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "afterbeep-bundle-"));
  folder = join(project, "out");
  mkdirSync(join(project, "src"));
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

const write = (code: string): void => writeFileSync(join(project, "src/worker.ts"), code);
const made = (): string => readFileSync(join(folder, "worker.js"), "utf8");
const HANDLER = `
  import { DurableObject } from "cloudflare:workers";
  export class Thing extends DurableObject<unknown> {}
  function aNameOfAFunction(text: string): string { return text.repeat(2); }
  export default { fetch: (): Response => new Response(aNameOfAFunction("a") + aNameOfAFunction("b")) };
`;

describe("bundleSource", () => {
  it("makes one small module of a Worker, with a map to its source", async () => {
    write(HANDLER);
    await bundleSource(folder, { project });
    expect(made()).not.toContain("aNameOfAFunction");
    expect(made()).toMatch(/from\s*[`"]cloudflare:workers[`"]/);
    expect(readdirSync(folder).toSorted()).toEqual(["worker.js", "worker.js.map"]);
    expect(JSON.parse(readFileSync(join(folder, "worker.js.map"), "utf8"))).toMatchObject({
      sources: ["../src/worker.ts"],
    });
  });

  it("keeps code as it is written while developing", async () => {
    write(HANDLER);
    await bundleSource(folder, { project, developing: true });
    expect(made()).toContain("function aNameOfAFunction(text)");
  });

  it("says what the runtime does by short names, unless something else has its name", async () => {
    write(`
      const other = (JSON: { stringify: (value: number) => string }): string => JSON.stringify(2);
      export const told = [JSON.stringify({ a: Math.max(1, 2) }), other({ stringify: (value) => "not " + value })];
    `);
    await bundleSource(folder, { project });
    expect(made()).not.toContain("JSON.stringify");
    expect(await import(pathToFileURL(join(folder, "worker.js")).href)).toMatchObject({ told: [`{"a":2}`, "not 2"] });
    await bundleSource(folder, { project, developing: true });
    expect(made()).toContain("JSON.stringify");
  });

  it("bundles another source than the Worker that is deployed", async () => {
    write(HANDLER);
    writeFileSync(join(project, "src/other.ts"), `import worker from "./worker.ts";\nexport const other = worker;\n`);
    await bundleSource(folder, { project, entry: "src/other.ts" });
    expect(made()).toMatch(/\bas other\b/);
  });

  it("refuses a package that is not there, and leaves the bundle from before", async () => {
    write(HANDLER);
    await bundleSource(folder, { project });
    const before = made();
    write(`import "no-such-package-at-all";\n${HANDLER}`);
    await expect(bundleSource(folder, { project })).rejects.toThrow("no-such-package-at-all");
    expect(made()).toBe(before);
  });

  it("refuses code that cannot be read, and writes nothing", async () => {
    write("export default {");
    await expect(bundleSource(folder, { project })).rejects.toThrow("worker.ts");
    expect(existsSync(folder)).toBe(false);
  });
});
