// A change of rules from a clone: the log of a running Worker is exported and replayed, and a pull request gets a comment.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Response as OutboundResponse } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LOCATION, payloadOf } from "../../src/events/samples.ts";
import { sendEvent } from "../../src/local/hook-client.ts";
import { ROOT } from "../../src/local/project.ts";
import { runWorker, type RunningWorker } from "../../src/local/workerd.ts";
import type { Comparison } from "../../src/model/comparison.ts";
import type { NearMisses } from "../../src/model/near-miss.ts";
import { sampleOf } from "../builders.ts";
import { exportedPast, rulesOfThePast } from "../generated/past.ts";
import { TEST_ADMIN_TOKEN, TEST_PRIVATE_KEY, TEST_VARIABLES } from "../keys.ts";
import { shippedBundle } from "./bundles.ts";
import { aCheckout } from "./checkout.ts";
import { inProcess } from "./in-process.ts";

const checkout = aCheckout("replay");
const log = join(checkout, "log.ndjson");
const { runCli } = (await import(join(checkout, "src/cli/run.ts"))) as typeof import("../../src/cli/run.ts");
const run = (...args: string[]) => inProcess(runCli, ["replay", ...args]);
const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: checkout });
const [, RULES] = rulesOfThePast();

/** Writes rules in the place of those in force. */
function writeRules(change: (name: string, rule: object) => object | null): void {
  rmSync(join(checkout, "rules"), { recursive: true });
  mkdirSync(join(checkout, "rules"));
  for (const { name, ...rule } of RULES.rules) {
    const changed = change(name, rule);
    if (changed) writeFileSync(join(checkout, `rules/${name}.json`), JSON.stringify(changed));
  }
}

const READ_OR_OPENED = {
  any: [
    { fact: "status", operator: "in", value: ["read", "opened"] },
    { fact: "provider", operator: "equal", value: "acme" },
  ],
};
/** One rule texts more people, and one says it otherwise. */
const changeTwo = (name: string, rule: object): object =>
  name === "burst" ? { ...rule, conditions: READ_OR_OPENED, description: "More" } : rule;

beforeAll(async () => {
  writeRules((_, rule) => rule);
  git("init", "--quiet");
  git("add", "rules");
  git("commit", "--quiet", "-m", "The rules in force");
  const { lines } = await exportedPast(3, { sets: [RULES, RULES] });
  writeFileSync(log, [...lines, { type: "end", events: 1 }].map((line) => `${JSON.stringify(line)}\n`).join(""));
}, 60_000);

afterAll(() => rmSync(checkout, { recursive: true, force: true }));

describe("npm run rules replay", () => {
  it("says that an unchanged set changes nothing, and that it can be trusted", async () => {
    writeRules((_, rule) => rule);
    const { status, stdout } = await run(log);
    const [, events = ""] = /^(\d+) events of location/.exec(stdout) ?? [];
    expect(Number(events)).toBeGreaterThan(150);
    expect(stdout).toContain(": 0 more, 0 fewer, 0 other texts");
    expect(stdout).toContain(`give what was recorded for ${events} of ${events} events`);
    expect(stdout).not.toContain("Rules\n");
    expect(status).toBe(0);
  });

  it("names who would get which text, and fails beyond a bound", async () => {
    writeRules(changeTwo);
    const { status, stdout } = await run(log, "--fail-on", "texts > +10%", "--fail-on", "lost > 1000");
    expect(stdout).toMatch(/^ {2}burst +changed +fires \d+ → \d+, texts \d+ → \d+$/m);
    expect(stdout).toMatch(/^ {2}contact-\d {2}2026-03-\d\dT\d\d:\d\dZ {2}SMS of burst: “Read it\?”$/m);
    expect(stdout).toMatch(/^ {2}burst: 0 of \d+ events had "provider"$/m);
    expect(stdout).toMatch(/^FAILED {2}texts \d+ → \d+, and the bound is texts > \+10%$/m);
    expect(stdout.match(/FAILED/g)).toHaveLength(1);
    expect(status).toBe(1);
  });

  it("puts today's folder beside a revision in git, and beside another folder", async () => {
    writeRules(changeTwo);
    const compared = async (...args: string[]): Promise<Comparison> =>
      JSON.parse((await run(log, "--json", ...args)).stdout) as Comparison;
    const [inForce, before] = [await compared(), await compared("--against", "HEAD")];
    expect(before).toEqual({ ...inForce, faithful: null });
    expect(inForce.gained.length).toBeGreaterThan(2);
    const folder = join(checkout, "rules");
    const same = await compared("--against", folder);
    expect([same.gained, same.lost, same.changed]).toEqual([[], [], []]);
  });

  it("compares from a time on, with what was before", async () => {
    writeRules(changeTwo);
    const all = JSON.parse((await run(log, "--json")).stdout) as Comparison;
    const since = JSON.parse((await run(log, "--json", "--since", "1d")).stdout) as Comparison;
    expect(since.events).toBeLessThan(all.events);
    expect(since.from?.slice(0, 10)).not.toBe(all.from?.slice(0, 10));
    expect(since.faithful?.same).toBe(all.faithful?.same);
  });

  it.each([
    ["no log", [], "Name a file"],
    ["a file that is not there", ["nowhere.ndjson"], "cannot be read"],
    ["a Worker without a location", ["--worker", "http://127.0.0.1:9"], "--location"],
    ["a Worker that does not answer", ["--worker", "http://127.0.0.1:9", "--location", "l"], "No Worker answers"],
    ["a revision that there is not", [log, "--against", "nowhere"], "no revision"],
    ["a bound that is none", [log, "--fail-on", "texts"], "Cannot read --fail-on texts"],
  ])("exits with 2 for %s", async (_, args, says) => {
    const { status, stderr } = await run(...args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(says)]);
  });
});

describe("npm run rules near", () => {
  const near = (...args: string[]) => inProcess(runCli, ["near", ...args]);

  it("names what alone kept a rule from firing, how often, and on which events", async () => {
    const { status, stdout } = await near("welcome", log, "--since", "30d");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\d+ near misses on \d+ events looked at; it fired on \d+$/m);
    expect(stdout).toMatch(/^ {2}the status is delivered: \d+ events?$/m);
    expect(stdout).toMatch(/^ {2}its limit has room: \d+ events?$/m);
    expect(stdout).toMatch(/^ {4}2026-03-\S+Z {2}contact-\d {2}\S+ {2}it was "\w+"$/m);
    const all = JSON.parse((await near("welcome", log, "--since", "30d", "--json")).stdout) as NearMisses;
    const day = JSON.parse((await near("welcome", log, "--since", "1d", "--json")).stdout) as NearMisses;
    expect([all.rule, all.unclear]).toEqual(["welcome", 0]);
    expect(all.misses.reduce((sum, { count }) => sum + count, 0)).toBe(all.near);
    expect(day.looked).toBeLessThan(all.looked);
  });

  it.each([
    ["no rule", [], "RULE"],
    ["no log", ["welcome"], "Name a file"],
    ["a rule that never decided in the log", ["welcom", log], 'did you mean "welcome"'],
    ["a time that is none", ["welcome", log, "--since", "soon"], "Cannot read --since"],
  ])("exits with 2 for %s", async (_, args, says) => {
    const { status, stderr } = await near(...args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(says)]);
  });
});

describe("the example for GitHub Actions", () => {
  const page = readFileSync(join(ROOT, "docs/replay.md"), "utf8");
  const [, workflow = ""] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  const [, step = ""] = /- name: Replay\n\s+run: (.*)\n/.exec(workflow) ?? [];

  it("writes a comment, and fails where the bound is passed", () => {
    writeRules(changeTwo);
    const env = { ...process.env, BASE: "HEAD", CI: "1" };
    const { status, stderr } = spawnSync("sh", ["-c", step], { cwd: checkout, env, encoding: "utf8" });
    expect([status, stderr]).toEqual([1, ""]);
    const comment = readFileSync(join(checkout, "comment.md"), "utf8");
    expect(comment).toMatch(/^### What this change of rules does\n/);
    expect(comment).toMatch(/^\| `burst` \| changed \| \d+ → \*\*\d+\*\* \|/m);
    expect(comment).toMatch(/^\*\*Failed\*\*: texts/m);
  });
});

describe("the log of a running Worker", () => {
  const shipped = join(ROOT, "rules");
  let worker: RunningWorker;
  const { env } = process;
  const before = env["ADMIN_TOKEN"];

  beforeAll(async () => {
    const outbound = () => Promise.resolve(new OutboundResponse(null, { status: 204 }));
    worker = await runWorker({ bundle: shippedBundle(), variables: TEST_VARIABLES, outbound });
    const target = { url: worker.url, privateKey: TEST_PRIVATE_KEY, adminToken: TEST_ADMIN_TOKEN };
    for (const name of ["sms", "call", "voicemail", "sms-failed", "missed-call", "reply", "sms-failed", "dnd"]) {
      const sample = sampleOf(name, "contact-1");
      await sendEvent(target, sample.route, payloadOf(sample, {}, new Date()));
    }
    env["ADMIN_TOKEN"] = TEST_ADMIN_TOKEN;
  }, 60_000);

  afterAll(async () => {
    if (before === undefined) delete env["ADMIN_TOKEN"];
    else env["ADMIN_TOKEN"] = before;
    await worker.miniflare.dispose();
  });

  it("is exported whole, redacted where that is wanted, and replays as it was", async () => {
    const out = join(checkout, "worker.ndjson");
    for (const more of [[], ["--redact"]]) {
      const args = ["export", "--worker", worker.url, "--location", LOCATION, "--out", out, ...more];
      expect(await inProcess(runCli, args)).toEqual({ status: 0, stdout: "", stderr: `8 events in ${out}\n` });
      const { status, stdout } = await run(out, "--rules", shipped);
      expect(stdout).toMatch(/^8 events of location /);
      expect(stdout).toContain("give what was recorded for 8 of 8 events");
      expect(status).toBe(0);
    }
    const direct = await run("--worker", worker.url, "--location", LOCATION, "--rules", shipped);
    expect(direct.stdout).toContain("give what was recorded for 8 of 8 events");
  });

  it("is refused with another token, and of another location", async () => {
    env["ADMIN_TOKEN"] = "wrong";
    const args = ["export", "--worker", worker.url, "--location", LOCATION];
    expect(await inProcess(runCli, args)).toMatchObject({ status: 2, stderr: expect.stringContaining("token") });
    env["ADMIN_TOKEN"] = TEST_ADMIN_TOKEN;
  });
});
