// The commands that take rules take them alike: those in force, another folder, or one file.
import { amount } from "../../src/kit/amount.ts";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { aCheckout } from "./checkout.ts";
import { inProcess } from "./in-process.ts";
import brokenTexts from "../cases/json-faults.json" with { type: "json" };

const checkout = aCheckout("rules-argument");
afterAll(() => rmSync(checkout, { recursive: true, force: true }));
const { runCli } = (await import(join(checkout, "src/cli/run.ts"))) as typeof import("../../src/cli/run.ts");
const run = (...args: string[]) => inProcess(runCli, args);
function write(name: string, value: unknown): string {
  const file = join(checkout, name);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value, null, 2));
  return file;
}

const rule = (
  status: string,
  conditions: object = { all: [{ fact: "status", operator: "equal", value: status }] },
) => ({
  on: ["OutboundMessage"],
  conditions,
  actions: [{ type: "task", title: "Look" }],
  examples: [{ event: { status }, fires: true }],
});
const first = write("others/first.json", rule("failed"));
write("others/second.json", { ...rule("failed", { condition: "own" }), with: ["first"] });
write("others/conditions/own.json", { all: [{ fact: "status", operator: "equal", value: "failed" }] });
const others = join(checkout, "others");
const broken = write("broken/broken.json", '{\n  "on": ["OutboundMessage"],\n}');
const event = write("event.json", {
  type: "OutboundMessage",
  messageType: "SMS",
  status: "failed",
  locationId: "l",
  contactId: "c",
});
const story = write("story.json", {
  start: "2026-03-04T09:00:00Z",
  events: [{ at: "1m", event: { messageType: "SMS", status: "failed" } }],
});

/** Each command with what it needs besides the rules, and what it then says. */
const COMMANDS: readonly (readonly [
  name: string,
  needs: readonly string[],
  told: (rules: readonly string[]) => RegExp,
])[] = [
  [
    "check",
    [],
    (rules) => new RegExp(`^${amount(rules.length, "rule")}, ${amount(rules.length, "example")}, no findings`, "m"),
  ],
  [
    "explain",
    [event],
    (rules) => new RegExp(`^(?:✔ (?:${rules.join("|")}): fired(?:\\n\\s+.*)*\\n\\n){${rules.length}}$`),
  ],
  ["simulate", [story], (rules) => new RegExp(`fired     (?:${rules.join("|")})\\n(?:.*\\n)*$`)],
];

describe.each(COMMANDS)("rules %s", (name, needs, told) => {
  it("takes a folder, with the conditions in it, and one file", async () => {
    const folder = await run(name, ...needs, others);
    expect(folder).toMatchObject({ stderr: "" });
    expect(folder.stdout).toMatch(told(["first", "second"]));
    const file = await run(name, ...needs, first);
    expect(file).toMatchObject({ stderr: "" });
    expect(file.stdout).toMatch(told(["first"]));
    expect(file.stdout).not.toContain("second");
  });

  it("takes the rules in force when none are named", async () => {
    const { stdout } = await run(name, ...needs);
    expect(stdout).toMatch(name === "check" ? /^9 rules/m : /sms-failed/);
  });

  it.each([
    ["nope", "There is no folder or file nope"],
    [join(checkout, "package-lock.txt"), "There is no folder or file"],
    [write("rules.txt", "x"), "is no rule file"],
  ])("says what is wrong with %s", async (rules, says) => {
    expect(await run(name, ...needs, rules)).toMatchObject({ status: 2, stderr: expect.stringContaining(says) });
  });

  it("says of a rule file that is not JSON where it breaks, what to do, and shows the line", async () => {
    const { status, stdout, stderr } = await run(name, ...needs, broken);
    const said = name === "check" ? stdout : stderr;
    expect(said).toContain(
      'broken/broken.json:2:28  error  The file is not JSON: the comma before "}" has nothing after it',
    );
    expect(said).toContain(`  2 |   "on": ["OutboundMessage"],\n${" ".repeat(33)}^`);
    expect(status).toBe(name === "check" ? 1 : 2);
  });
});

describe("rules simulate", () => {
  it("tells times in the zone of --time-zone, of the story, or of the project", async () => {
    const told = write("zoned.json", {
      start: "2026-03-04T09:00:00Z",
      timeZone: "Asia/Tokyo",
      events: [{ at: "1m", event: { status: "failed" } }],
    });
    expect((await run("simulate", told, first)).stdout).toMatch(/^2026-03-04T18:01:00\+09:00 {2}event/);
    const { stdout } = await run("simulate", told, first, "--time-zone", "America/New_York", "--json");
    const { steps } = JSON.parse(stdout) as { steps: unknown[] };
    expect(steps[0]).toMatchObject({ at: "2026-03-04T04:01:00-05:00", what: "event" });
    expect(await run("simulate", told, first, "--time-zone", "US/Estern")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("Cannot read --time-zone"),
    });
  });
});

describe("a JSON file that a command reads", () => {
  const given = brokenTexts.filter(({ text }) => text.trim() !== "");
  it.each([
    ["explain", "an event"],
    ["simulate", "a story"],
  ])("%s: says of %s that is not JSON where it breaks and what to do", async (name) => {
    for (const { text, at, says } of given) {
      const file = write("given.json", text);
      const { status, stderr } = await run(name, file);
      const [head = "", line = "", mark = ""] = stderr.split("\n");
      expect(status).toBe(2);
      expect(head).toContain(`given.json:${at.join(":")}  The file is not JSON: `);
      expect(head.toLowerCase()).toContain(says.toLowerCase());
      expect(line).toMatch(new RegExp(`^  ${at[0]} \\| `));
      expect(mark).toMatch(/^ +\^$/);
    }
  });

  it.each([
    ["nope.json", "There is no file nope.json"],
    [others, "is a folder, name a file in it"],
  ])("explain and simulate say what is wrong with %s", async (file, says) => {
    for (const name of ["explain", "simulate"])
      expect(await run(name, file)).toMatchObject({ status: 2, stderr: expect.stringContaining(says) });
  });

  it("is shown without secrets, also those of .dev.vars", async () => {
    write(".dev.vars", 'WEBHOOK_SECRET="swordfish-of-the-canary"\n');
    const secrets = ["swordfish-of-the-canary", "pit-11111111-canary", "whsec_canarycanary", "canary-hunter2"];
    const [own = "", pit = "", webhook = "", word = ""] = secrets;
    for (const text of [
      `{ "a": "${own}", }`,
      `{ "a": "${pit}" "b": 1 }`,
      `{ "signing": ${webhook} }`,
      `{ "headers": { "Authorization": "Bearer ${word}" } "b": 1 }`,
      `{ "password": "${word}", }`,
      `{ "password": ${word}, }`,
      `{ password: '${word}' }`,
      `{ "api_key" : "${word} }`,
    ]) {
      for (const name of ["explain", "simulate"]) {
        const { stderr } = await run(name, write("given.json", text));
        expect(stderr).toContain("The file is not JSON");
        for (const secret of secrets) expect(stderr).not.toContain(secret);
      }
      const { stdout } = await run("check", write("secret/secret.json", text));
      expect(stdout).toContain("The file is not JSON");
      for (const secret of secrets) expect(stdout).not.toContain(secret);
    }
    rmSync(join(checkout, ".dev.vars"));
  });

  it("of a wrangler.toml that is none, the place is told and nothing of what stands there", async () => {
    const { readFileSync } = await import("node:fs");
    const toml = readFileSync(join(checkout, "wrangler.toml"), "utf8");
    writeFileSync(join(checkout, "wrangler.toml"), `${toml}\n[canary-secret\n`);
    const { status, stderr } = await run("check");
    expect(status).toBe(2);
    expect(stderr).toMatch(/^wrangler\.toml:\d+:\d+ {2}The file is not TOML: /);
    expect(stderr).not.toContain("canary-secret");
    writeFileSync(join(checkout, "wrangler.toml"), toml);
  });
});
