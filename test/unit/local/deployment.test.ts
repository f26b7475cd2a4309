import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { unstable_getMiniflareWorkerOptions as workerOptionsOf } from "wrangler";
import {
  deploymentFindings,
  environmentText,
  withEnvironment,
  workerNameIn,
  type DeploymentFinding,
} from "../../../src/local/deployment.ts";
import { ROOT } from "../../../src/local/project.ts";

const shipped = readFileSync(join(ROOT, "wrangler.toml"), "utf8");
const withStaging = `${shipped}\n${environmentText(shipped, "staging")}`;
const withBoth = `${withStaging}\n${environmentText(shipped, "production")}`;
const folder = mkdtempSync(join(tmpdir(), "afterbeep-deployment-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const told = (found: readonly DeploymentFinding[]): string[] => found.map(({ code, message }) => `${code} ${message}`);

/** What wrangler itself makes of a file: the names that are bound, with their classes, and the variables. */
function boundIn(text: string, environment?: string): object {
  const file = join(folder, "wrangler.toml");
  writeFileSync(file, text);
  const { workerOptions } = workerOptionsOf(file, environment);
  const {
    durableObjects = {},
    kvNamespaces = {},
    bindings = {},
  } = workerOptions as {
    durableObjects?: { [name: string]: { className: string; useSQLite?: boolean } };
    kvNamespaces?: object;
    bindings?: object;
  };
  const objects = Object.entries(durableObjects).map(([name, one]) => [name, one.className, one.useSQLite]);
  return { objects, namespaces: Object.keys(kvNamespaces), variables: Object.keys(bindings) };
}

describe("what wrangler.toml lacks", () => {
  it("is nothing, as it ships", () => expect(deploymentFindings(shipped)).toEqual([]));

  it("is nothing in an environment that was written by rules environment, and wrangler reads all of it there", () => {
    expect(deploymentFindings(withStaging)).toEqual([]);
    expect(boundIn(withStaging, "staging")).toEqual(boundIn(withStaging));
  });

  it("is everything in a plain environment, each by its name with what to write, at its line", () => {
    const plain = `${shipped}\n[env.staging]\nworkers_dev = true\n`;
    const found = deploymentFindings(plain);
    const all = told(found).join("\n");
    for (const name of ["LEDGER", "DIRECTORY", "AGENCY", "REGISTRY"])
      expect(all).toContain(`[[env.staging.durable_objects.bindings]] with name = "${name}"`);
    expect(all).toContain('KV namespace TASKS is not bound: add [[env.staging.kv_namespaces]] with binding = "TASKS"');
    for (const name of (boundIn(plain) as { variables: string[] }).variables)
      expect(all).toContain(`Variable ${name} is not inherited from [vars]: add ${name} under [env.staging.vars]`);
    expect(new Set(found.map(({ environment, line }) => `${environment} ${line}`))).toEqual(
      new Set([`staging ${plain.split("\n").indexOf("[env.staging]") + 1}`]),
    );
    // It is as wrangler has it: nothing is bound there.
    expect(boundIn(plain, "staging")).toEqual({ objects: [], namespaces: [], variables: [] });
  });

  it.each<[what: string, text: string, says: string[]]>([
    [
      "an object that is not bound",
      shipped.replace(/\[\[durable_objects\.bindings\]\]\nname = "AGENCY"\nclass_name = "Agency"\n/, ""),
      [
        'DEPLOYMENT_BINDING Durable Object AGENCY is not bound to the class Agency: add [[durable_objects.bindings]] with name = "AGENCY" and class_name = "Agency"',
      ],
    ],
    [
      "an object of another class",
      withStaging.replace(/(env\.staging[^]*name = "LEDGER"\nclass_name = )"Ledger"/, '$1"Directory"'),
      [
        'DEPLOYMENT_BINDING Environment "staging": Durable Object LEDGER is not bound to the class Ledger: add [[env.staging.durable_objects.bindings]] with name = "LEDGER" and class_name = "Ledger"',
      ],
    ],
    [
      "a class that no migration makes",
      `${withStaging}\n[[env.staging.migrations]]\ntag = "v1"\nnew_sqlite_classes = ["Ledger", "Directory", "Registry"]\n`,
      [
        'DEPLOYMENT_MIGRATION Environment "staging": No migration makes the class Agency: add [[env.staging.migrations]] with a tag and new_sqlite_classes = ["Agency"], after those that are there',
      ],
    ],
    [
      "a variable of the top",
      withStaging.replace(/(\[env\.staging\.vars\][^]*?)RULES_FROM = "deploy"\n/, "$1"),
      [
        'DEPLOYMENT_VARIABLE Environment "staging": Variable RULES_FROM is not inherited from [vars]: add RULES_FROM under [env.staging.vars]',
      ],
    ],
    [
      "the watchdog's trigger",
      `${withStaging}\n[env.staging.triggers]\ncrons = []\n`,
      [
        'DEPLOYMENT_TRIGGER Environment "staging": The watchdog is not started, so that a lost alarm stays lost: add "*/5 * * * *" to crons under [env.staging.triggers]',
      ],
    ],
    [
      "the Worker's own paths beside the page",
      shipped.replace(', "/oauth/*"', ""),
      ["DEPLOYMENT_ASSETS The Worker does not get /oauth/*: add it to run_worker_first under [assets]"],
    ],
    [
      "the guard of private addresses",
      `${shipped}\n${environmentText(shipped, "staging")}\n[env.staging]\ncompatibility_flags = []\n`,
      [
        'DEPLOYMENT_GUARD Environment "staging": Requests may reach private addresses: add "global_fetch_strictly_public" to env.staging.compatibility_flags',
      ],
    ],
    [
      "a name of its own",
      `${withStaging}\n[env.staging]\nname = "afterbeep"\n`,
      [
        'DEPLOYMENT_SHARED Environment "staging": It has the name of the Worker at the top, and replaces it: remove name under [env.staging]',
      ],
    ],
    [
      "addresses of its own",
      `routes = [{ pattern = "hooks.example.com", custom_domain = true }]\n${withStaging}`,
      [
        'DEPLOYMENT_SHARED Environment "staging": It takes over the addresses of the Worker at the top: write its own routes under [env.staging], or routes = []',
      ],
    ],
    [
      "tasks of its own",
      withStaging
        .replace('[[kv_namespaces]]\nbinding = "TASKS"', '[[kv_namespaces]]\nbinding = "TASKS"\nid = "0f"')
        .replace(
          '[[env.staging.kv_namespaces]]\nbinding = "TASKS"',
          '[[env.staging.kv_namespaces]]\nbinding = "TASKS"\nid = "0f"',
        ),
      [
        'DEPLOYMENT_SHARED Environment "staging": Its TASKS is the namespace of the Worker at the top: write another id, or none',
      ],
    ],
    [
      "objects of its own",
      withStaging.replace(/(env\.staging[^]*class_name = "Ledger")/, '$1\nscript_name = "afterbeep"'),
      ['DEPLOYMENT_SHARED Environment "staging": Its LEDGER is that of the Worker "afterbeep": remove script_name'],
    ],
    [
      "addresses that nobody else has",
      `routes = ["hooks.example.com/*"]\n${withStaging}\n[env.staging]\nroute = { pattern = "hooks.example.com/*", zone_name = "example.com" }\n`,
      [
        'DEPLOYMENT_SHARED Environment "staging": It takes over hooks.example.com/* of the Worker at the top: write its own routes under [env.staging], or routes = []',
      ],
    ],
    [
      "a name that no other environment has",
      `${withBoth}\n[env.production]\nname = "afterbeep-staging"\n`,
      [
        'DEPLOYMENT_SHARED Environment "production": It has the name of environment "staging", and replaces it: remove name under [env.production]',
      ],
    ],
    [
      "tasks that no other environment has",
      withBoth.replace(/(\[\[env\.\w+\.kv_namespaces\]\]\nbinding = "TASKS")/g, '$1\nid = "0f"'),
      [
        'DEPLOYMENT_SHARED Environment "production": Its TASKS is the namespace of environment "staging": write another id, or none',
      ],
    ],
    [
      "a word that is one",
      withStaging.replace(/(env\.staging\.vars[^]*RULES_FROM = )"deploy"/, '$1"publish"'),
      [
        'DEPLOYMENT_VALUE Environment "staging": [env.staging.vars] RULES_FROM is "publish": write "deploy" or "published"',
      ],
    ],
    [
      "a list where a list has to be",
      shipped.replace("[[kv_namespaces]]", "[kv_namespaces]"),
      ['DEPLOYMENT_BINDING KV namespace TASKS is not bound: add [[kv_namespaces]] with binding = "TASKS"'],
    ],
  ])("is %s", (_, text, says) => expect(told(deploymentFindings(text))).toEqual(says));

  it("leaves what names a place empty in a new environment, and its namespace to wrangler", () => {
    const text = shipped
      .replace('ALLOWED_LOCATIONS = ""', 'ALLOWED_LOCATIONS = "ve9EPM428h8vShlRW1KT"')
      .replace('TIME_ZONE = "UTC"', 'TIME_ZONE = "America/Denver"')
      .replace('binding = "TASKS"', 'binding = "TASKS"\nid = "0f"');
    const lines = environmentText(text, "staging");
    expect(lines).toContain('ALLOWED_LOCATIONS = ""');
    expect(lines).toContain('TIME_ZONE = "America/Denver"');
    expect(lines).not.toContain("0f");
  });

  it("is written behind what is there, unless that would be no TOML any more", () => {
    expect(deploymentFindings(withEnvironment(shipped, "staging") ?? "")).toEqual([]);
    expect(withEnvironment(`env = { staging = { name = "x" } }\n${shipped}`, "production")).toBeNull();
  });

  it("has the name of the Worker before its own", () => {
    expect(workerNameIn(shipped, "staging")).toBe("afterbeep-staging");
    expect(workerNameIn(shipped.replace('name = "afterbeep"', 'name = "follow-ups"'), "staging")).toBe(
      "follow-ups-staging",
    );
  });
});
