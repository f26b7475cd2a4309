// A command answers at once because it loads what it needs and no more: that is counted here, in packages.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ROOT } from "../../src/local/project.ts";

const folder = mkdtempSync(join(tmpdir(), "afterbeep-loads-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const written = (name: string, value: unknown): string => {
  writeFileSync(join(folder, name), JSON.stringify(value));
  return join(folder, name);
};
const event = { type: "OutboundMessage", locationId: "l", contactId: "c", messageType: "SMS", status: "failed" };
const EVENT = written("event.json", event);
const START = "2026-03-04T12:00:00Z";
const STORY = written("story.json", { start: START, events: [{ at: START, event }] });

/** The packages of the language: shapes, templates, patterns, time zones, and where a finding stands. */
const LANGUAGE = ["jsonc-parser", "liquidjs", "re2js", "superstruct"];
const ENGINE = ["clone", "eventemitter2", "json-rules-engine"];
const SETTINGS = ["citty", "smol-toml"];

const HOOK = join(import.meta.dirname, "list-packages.ts");
const run = (args: readonly string[]) =>
  spawnSync(process.execPath, ["--import", HOOK, join(ROOT, "src/cli/main.ts"), ...args], {
    cwd: ROOT,
    encoding: "utf8",
  });

describe("a command loads what it needs, and neither wrangler nor workerd nor the bundler:", () => {
  it.each<[command: string, args: readonly string[], says: string, may: readonly string[]]>([
    ["--help", ["--help"], "COMMANDS", ["citty"]],
    ["check --help", ["check", "--help"], "--watch", [...SETTINGS, ...LANGUAGE, ...ENGINE]],
    ["check", ["check"], "examples", [...SETTINGS, ...LANGUAGE, ...ENGINE]],
    ["explain", ["explain", EVENT, "--rule", "sms-failed"], "sms-failed: fired", [...SETTINGS, ...LANGUAGE, ...ENGINE]],
    ["simulate", ["simulate", STORY], "fired     sms-failed", [...SETTINGS, ...LANGUAGE, ...ENGINE, "node:sqlite"]],
    ["schema", ["schema", "--help"], "Write schema/rule.schema.json", [...SETTINGS, ...LANGUAGE]],
    ["send", ["send", "--list"], "voicemail", SETTINGS],
    ["token", ["token"], "ADMIN_TOKEN_HASHES", ["citty"]],
  ])("%s", (_, args, says, may) => {
    const { stdout, stderr } = run(args);
    expect(stdout).toContain(says);
    const loaded = JSON.parse(stderr) as string[];
    expect(loaded).toContain("citty");
    expect(loaded.filter((name) => !may.includes(name))).toEqual([]);
  });

  it("which this sees where a command needs them", () => {
    const { stderr } = run(["demo", "--help"]);
    expect(JSON.parse(stderr)).toEqual(expect.arrayContaining(["miniflare", "wrangler"]));
  });
});
