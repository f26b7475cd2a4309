// docs/operating.md and the workflow beside it: their commands exist, and what they write into wrangler.toml is understood.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseToml } from "smol-toml";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { ROOT } from "../../../src/local/project.ts";

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
const { scripts } = JSON.parse(read("package.json")) as { scripts: { readonly [name: string]: string } };
const page = read("docs/operating.md");

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: { readonly [name: string]: string };
}
interface Job {
  readonly needs?: string;
  readonly if?: string;
  readonly environment?: string;
  readonly steps: readonly Step[];
}
const workflow = parseYaml(read("docs/deploy.yml")) as {
  readonly on: { readonly push: { readonly branches: readonly string[] } };
  readonly jobs: { readonly [name: string]: Job };
};

/** Each command of `npm run` in a text: the script, the command of `rules`, its options. */
function commandsIn(
  text: string,
): { readonly script: string; readonly command: string | undefined; readonly options: readonly string[] }[] {
  return [...text.matchAll(/npm run (?:--silent )?([a-z:]+)([^\n|>]*)/g)].map(([, script = "", rest = ""]) => ({
    script,
    command: script === "rules" ? /[a-z]+/.exec(rest.replace(/^\s*--(?=\s)/, ""))?.[0] : undefined,
    options: [...rest.matchAll(/\s(--[a-z-]+)/g)].map(([, option = ""]) => option),
  }));
}

async function expectKnown(text: string): Promise<number> {
  const found = commandsIn(text);
  for (const { script, command, options } of found) {
    expect(Object.keys(scripts)).toContain(script);
    if (command === undefined) continue;
    expect(Object.keys(COMMANDS)).toContain(command);
    const { args = {} } = (await COMMANDS[command]?.load()) ?? {};
    for (const option of options)
      expect([command, Object.keys(args as object).map((name) => `--${name}`)]).toEqual([
        command,
        expect.arrayContaining([option]),
      ]);
  }
  return found.length;
}

describe("the example workflow", () => {
  const runs = (job: string): string => (workflow.jobs[job]?.steps ?? []).map(({ run = "" }) => run).join("\n");

  it("runs commands that there are, with options that they take", async () => {
    const all = Object.keys(workflow.jobs).map(runs).join("\n");
    expect(await expectKnown(all)).toBeGreaterThanOrEqual(8);
    for (const { uses, run } of Object.values(workflow.jobs).flatMap(({ steps }) => steps))
      expect([uses, run].filter(Boolean)).toHaveLength(1);
  });

  it("checks before it deploys, staging before production, and asks the doctor after each", () => {
    expect(workflow.on.push.branches).toEqual(["main"]);
    expect(Object.entries(workflow.jobs).map(([name, { needs }]) => [name, needs])).toEqual([
      ["check", undefined],
      ["replay", "check"],
      ["staging", "check"],
      ["production", "staging"],
    ]);
    expect(runs("check")).toContain("npm run rules check");
    expect(runs("replay")).toMatch(/export [^\n]*--redact[^\n]*\n[^\n]*replay/);
    for (const [job, deploy] of [
      ["staging", "npm run deploy -- --env staging"],
      ["production", "npm run deploy\n"],
    ] as const) {
      expect(`${runs(job)}\n`.indexOf(deploy)).toBeGreaterThan(-1);
      expect(runs(job).indexOf("doctor")).toBeGreaterThan(runs(job).indexOf("npm run deploy"));
      expect(workflow.jobs[job]?.if).toContain("refs/heads/main");
    }
  });

  it("hands no secret to a command line", () => {
    for (const name of Object.keys(workflow.jobs)) expect(runs(name)).not.toContain("secrets.");
  });
});

describe("docs/operating.md", () => {
  it("names commands that there are, with options that they take", async () => {
    expect(await expectKnown(page)).toBeGreaterThanOrEqual(8);
  });

  it("shows settings as wrangler knows them", () => {
    const known = (
      JSON.parse(read("node_modules/wrangler/config-schema.json")) as {
        definitions: { Observability: { properties: { [part: string]: { properties?: object } } } };
      }
    ).definitions.Observability.properties;
    const blocks = [...page.matchAll(/```toml\n([^`]*)```/g)].map(([, toml = ""]) => parseToml(toml));
    expect(blocks).toHaveLength(2);
    const { observability } = blocks.find((one) => "observability" in one) as unknown as {
      observability: { [part: string]: object };
    };
    for (const [part, settings] of Object.entries(observability))
      for (const name of Object.keys(settings)) expect(Object.keys(known[part]?.properties ?? {})).toContain(name);
  });
});
