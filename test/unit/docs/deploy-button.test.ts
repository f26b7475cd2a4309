// What the Deploy to Cloudflare button makes of this project: Cloudflare's documentation, "Deploy to Cloudflare buttons".
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../../src/local/project.ts";
import { CONFIGURATION_NAMES, readConfiguration } from "../../../src/model/configuration.ts";

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
const project = JSON.parse(read("package.json")) as {
  readonly scripts: { readonly [name: string]: string };
  readonly cloudflare: { readonly bindings: { readonly [name: string]: { readonly description: string } } };
};
const wrangler = parse(read("wrangler.toml")) as unknown as {
  readonly vars: { readonly [name: string]: string };
  readonly kv_namespaces: readonly { readonly binding: string }[];
  readonly limits?: unknown;
};
const asked = parseEnv(read(".dev.vars.example")) as { readonly [name: string]: string };

describe("the Deploy to Cloudflare button", () => {
  it("makes no secret of an example: what it asks for is empty, and opens nothing", () => {
    expect(Object.keys(asked).length).toBeGreaterThan(0);
    for (const [name, value] of Object.entries(asked)) expect([name, value]).toEqual([name, ""]);
    const made = readConfiguration({ ...wrangler.vars, ...asked });
    expect(made).toMatchObject({ adminToken: null, adminTokenHashes: [], access: null, gatewaySecret: null });
    expect(made.locations).toEqual({ any: false, names: new Set() });
  });

  it("asks for secrets that the Worker knows, and for none that stands in [vars]", () => {
    for (const name of Object.keys(asked)) {
      expect(CONFIGURATION_NAMES).toContain(name);
      expect(Object.keys(wrangler.vars)).not.toContain(name);
    }
  });

  it("says what each of its fields is for, and of nothing that is no field", () => {
    const fields = [
      ...Object.keys(asked),
      ...Object.keys(wrangler.vars),
      ...wrangler.kv_namespaces.map(({ binding }) => binding),
    ];
    expect(Object.keys(project.cloudflare.bindings).toSorted()).toEqual(fields.toSorted());
    for (const { description } of Object.values(project.cloudflare.bindings))
      expect(description).toMatch(/^\S.{20,}\.$/);
  });

  it("deploys on the free plan, which refuses a limit, with the project's own Node first", () => {
    expect(wrangler.limits).toBeUndefined();
    // An npm script, so that node_modules/.bin comes before the builder's own Node.
    expect(project.scripts["deploy"]).toMatch(/^wrangler deploy\b/);
    expect(project.scripts["build"]).toBeUndefined();
  });

  it("finds the file that it asks from in the repository, and no other of that name", () => {
    const ignored = (file: string): boolean => {
      try {
        execFileSync("git", ["check-ignore", "-q", "--no-index", file], { cwd: ROOT });
        return true;
      } catch {
        return false;
      }
    };
    expect([".dev.vars.example", ".dev.vars", ".dev.vars.staging"].map(ignored)).toEqual([false, true, true]);
  });
});
