import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { ensureDevVars } from "../../src/local/dev-vars.ts";
import { runCli } from "../../src/cli/run.ts";
import { ROOT } from "../../src/local/project.ts";
import { readConfiguration } from "../../src/model/configuration.ts";
import { hex, sha256 } from "../../src/kit/hash.ts";
import { RECIPES, SHIPPED_RULES } from "../shipped.ts";
import { inProcess } from "./in-process.ts";

const npmRunRules = (...args: string[]) =>
  spawnSync("npm", ["run", "--silent", "rules", "--", ...args], { cwd: ROOT, encoding: "utf8" });
const rules = (...args: string[]) => inProcess(runCli, args);

beforeAll(() => ensureDevVars());

describe("npm run rules", () => {
  it("lists the samples", () => {
    const { status, stdout } = npmRunRules("send", "--list");
    expect(status).toBe(0);
    for (const name of ["sms", "voicemail", "live-chat", "provider-email", "dnd"])
      expect(stdout).toContain(`  ${name} `);
  });

  it.each<[title: string, args: string[], says: string]>([
    ["an unknown command, with the one that was meant", ["sned"], 'did you mean "send"'],
    ["a command that is none", ["frobnicate"], "npm run rules lists them"],
    ["no story to simulate", ["simulate"], "see npm run rules -- simulate --help"],
    ["no version to activate", ["activate"], "see npm run rules -- activate --help"],
    ["an unknown sample, with the one that was meant", ["send", "voicemial"], 'did you mean "voicemail"'],
    ["no sample", ["send"], "Name a sample"],
    ["an unknown option, with the one that was meant", ["send", "sms", "--sett", "a=b"], 'did you mean "--set"'],
    ["a --set without a value", ["send", "sms", "--set", "body"], "write --set key=value"],
    [
      "an option without its value",
      ["analyze", "--against"],
      'Option "--against" needs a value: --against REV|DIR|VERSION',
    ],
    ["an option whose value would be the next one", ["analyze", "--rule", "--json"], 'Option "--rule" needs a value'],
    [
      "a word too many",
      ["analyze", "rules", "recipes"],
      'Command "analyze" takes 1 argument: "recipes" is one too many',
    ],
    ["a word where none is taken", ["locations", "recipes"], 'Command "locations" takes no arguments'],
    ["a token for a name that no list can hold", ["token", "a,b"], "Write a name"],
    ["a --to that is no URL", ["send", "sms", "--to", "nowhere"], "write a URL"],
  ])("exits with 2 for %s", async (_, args, says) => {
    const { status, stderr } = await rules(...args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(says)]);
  });

  it("hands the exit code and the words on to whoever started it", () => {
    const { status, stdout, stderr } = npmRunRules("sned");
    expect([status, stdout, stderr]).toEqual([2, "", expect.stringContaining("sned")]);
  });

  it("exits with 1 and says what to do when no Worker answers", async () => {
    const { status, stderr } = await rules("send", "sms", "--to", "http://127.0.0.1:9");
    expect([status, stderr]).toEqual([1, expect.stringContaining("npm run dev")]);
  });

  it.each([
    ["rules", [], SHIPPED_RULES],
    ["recipes", ["recipes"], RECIPES],
  ])("checks the %s that ship", async (folder, args, shipped) => {
    const { stdout } = await rules("check", ...args);
    expect(stdout).toMatch(/^\d+ rules, \d+ examples, (?:no|\d+) findings?$/m);
    for (const name of shipped) expect(stdout).not.toContain(`${folder}/${name}.json`);
  });

  it("makes a token of 256 random bits, and the entry with its hash", async () => {
    const { status, stdout } = await rules("token", "dashboard");
    const [, token = ""] = /^ {2}(ab_[\w-]{43})$/m.exec(stdout) ?? [];
    const [, entry = ""] = /^ {2}(dashboard:[0-9a-f]{64})$/m.exec(stdout) ?? [];
    expect(status).toBe(0);
    expect(readConfiguration({ ADMIN_TOKEN_HASHES: entry }).adminTokenHashes).toEqual([
      { name: "dashboard", hash: hex(await sha256(token)) },
    ]);
    expect((await rules("token")).stdout).not.toContain(token);
  });

  it("says how it is used", async () => {
    expect((await rules("--help")).stdout).toContain("send");
    expect((await rules("send", "--help")).stdout).toContain("--to");
  });
});
