import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { ensureDevVars } from "../../src/local/dev-vars.ts";
import { ROOT } from "../../src/local/project.ts";
import { readConfiguration } from "../../src/model/configuration.ts";
import { hex, sha256 } from "../../src/kit/hash.ts";
import { RECIPES, SHIPPED_RULES } from "../shipped.ts";

const rules = (...args: string[]) =>
  spawnSync("npm", ["run", "--silent", "rules", "--", ...args], { cwd: ROOT, encoding: "utf8" });

beforeAll(() => ensureDevVars());

describe("npm run rules", () => {
  it("lists the samples", () => {
    const { status, stdout } = rules("send", "--list");
    expect(status).toBe(0);
    for (const name of ["sms", "voicemail", "live-chat", "provider-email", "dnd"])
      expect(stdout).toContain(`  ${name} `);
  });

  it.each<[title: string, args: string[], says: string]>([
    ["an unknown command", ["sned"], "sned"],
    ["an unknown sample, with the one that was meant", ["send", "voicemial"], 'did you mean "voicemail"'],
    ["no sample", ["send"], "Name a sample"],
    ["an unknown option, with the one that was meant", ["send", "sms", "--sett", "a=b"], 'did you mean "--set"'],
    ["a --set without a value", ["send", "sms", "--set", "body"], "write --set key=value"],
    ["a token for a name that no list can hold", ["token", "a,b"], "Write a name"],
    ["a --to that is no URL", ["send", "sms", "--to", "nowhere"], "write a URL"],
  ])("exits with 2 for %s", (_, args, says) => {
    const { status, stderr } = rules(...args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(says)]);
  });

  it("exits with 1 and says what to do when no Worker answers", () => {
    const { status, stderr } = rules("send", "sms", "--to", "http://127.0.0.1:9");
    expect([status, stderr]).toEqual([1, expect.stringContaining("npm run dev")]);
  });

  it.each([
    ["rules", [], SHIPPED_RULES],
    ["recipes", ["recipes"], RECIPES],
  ])("checks the %s that ship", (folder, args, shipped) => {
    const { stdout } = rules("check", ...args);
    expect(stdout).toMatch(/^\d+ rules, \d+ examples, (?:no|\d+) findings?$/m);
    for (const name of shipped) expect(stdout).not.toContain(`${folder}/${name}.json`);
  });

  it("makes a token of 256 random bits, and the entry with its hash", async () => {
    const { status, stdout } = rules("token", "dashboard");
    const [, token = ""] = /^ {2}(ab_[\w-]{43})$/m.exec(stdout) ?? [];
    const [, entry = ""] = /^ {2}(dashboard:[0-9a-f]{64})$/m.exec(stdout) ?? [];
    expect(status).toBe(0);
    expect(readConfiguration({ ADMIN_TOKEN_HASHES: entry }).adminTokenHashes).toEqual([hex(await sha256(token))]);
    expect(rules("token").stdout).not.toContain(token);
  });

  it("says how it is used", () => {
    expect(rules("--help").stdout).toContain("send");
    expect(rules("send", "--help").stdout).toContain("--to");
  });
});
