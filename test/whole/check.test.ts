import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { aCheckout } from "./checkout.ts";
import { inProcess } from "./in-process.ts";

const checkout = aCheckout("check");
const folder = join(checkout, "rules");
afterAll(() => rmSync(checkout, { recursive: true, force: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "conditions"), { recursive: true });
});

/** The command line of the checkout, which knows the checkout's rules. */
const { runCli } = (await import(join(checkout, "src/cli/run.ts"))) as typeof import("../../src/cli/run.ts");
const run = (...args: string[]) => inProcess(runCli, args);
const start = (...args: string[]) =>
  spawnSync(join(checkout, "node_modules/.bin/node"), ["src/cli/main.ts", ...args], {
    cwd: checkout,
    encoding: "utf8",
  });
const write = (name: string, text: unknown): void =>
  writeFileSync(join(folder, name), typeof text === "string" ? text : JSON.stringify(text, null, 2));
const RULE = {
  on: ["OutboundMessage"],
  conditions: { all: [{ fact: "status", operator: "equal", value: "failed" }] },
  actions: [{ type: "task", title: "Look" }],
  examples: [{ event: { status: "failed" }, fires: true }],
};

interface Checked {
  readonly rules: number;
  readonly examples: number;
  readonly findings: readonly {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly pointer: string;
    readonly code: string;
    readonly severity: string;
    readonly message: string;
  }[];
  readonly texts: readonly object[];
}
async function check(): Promise<{ status: number; report: Checked }> {
  const { status, stdout } = await run("check", "--json");
  return { status, report: JSON.parse(stdout) as Checked };
}

describe("rules check", () => {
  it("exits with 0 on a clean folder, and 2 when called wrongly", async () => {
    write("a.json", RULE);
    const { status, report } = await check();
    expect([status, report]).toMatchObject([0, { rules: 1, examples: 1, findings: [] }]);
    expect(start("check", "--json")).toMatchObject({ status: 0, stderr: "" });
    expect((await run("check", "rules/a.json")).status).toBe(2);
    expect(await run("check", "nope")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("There is no folder or file nope"),
    });
    expect(start("check", "--wach")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('did you mean "--watch"'),
    });
  });

  it("shows what the actions of each example that fires would send", async () => {
    const headers = { Authorization: "Bearer {{ secret.CRM_KEY }}" };
    const hook = { type: "webhook", url: "https://crm.example.com/{{ event.status }}", headers, body: {} };
    const text = { type: "highlevel", call: "send-message", messageType: "SMS", message: "It {{ event.status }} 👋" };
    const examples = [
      { event: { status: "failed" }, fires: true },
      { event: { status: "sent" }, fires: false },
    ];
    write("a.json", { ...RULE, actions: [hook, text], examples });
    const { report } = await check();
    expect(report.texts).toMatchObject([
      {
        rule: "a",
        example: 0,
        action: 0,
        request: { url: "https://crm.example.com/failed", headers: { authorization: "Bearer {{ secret.CRM_KEY }}" } },
      },
      { rule: "a", example: 0, action: 1, request: { message: { characters: 11, encoding: "UCS-2", segments: 1 } } },
    ]);
    const shown = (await run("check", "--show-texts")).stdout;
    expect(shown).toContain("a, example 1, action 2\n");
    expect(shown).toContain("    11 characters, UCS-2, 1 segment\n    It failed 👋\n");
    expect((await run("check")).stdout).toBe("1 rule, 2 examples, no findings\n");
  });

  it("checks another folder, whose rules may name the conditions of this one", async () => {
    write("conditions/failed.json", RULE.conditions);
    write("a.json", "no JSON");
    mkdirSync(join(checkout, "recipes"));
    writeFileSync(
      join(checkout, "recipes/b.json"),
      JSON.stringify({ ...RULE, conditions: { condition: "failed" }, actions: [{ type: "task" }] }),
    );
    const { status, stdout } = await run("check", join(checkout, "recipes"), "--json");
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ findings: [{ file: "recipes/b.json", code: "RULE_SHAPE" }] });
  });

  it("names file, line and column of each finding, and exits with 1", async () => {
    write("a.json", JSON.stringify(RULE, null, 2).replace('"status"', '"statsu"'));
    const { status, report } = await check();
    const line = readFileSync(join(folder, "a.json"), "utf8")
      .split("\n")
      .findIndex((text) => text.includes("statsu"));
    expect(status).toBe(1);
    expect(report.findings).toMatchObject([
      { file: "rules/a.json", line: line + 1, column: 9, pointer: "/conditions/all/0/fact", code: "RULE_UNKNOWN_FACT" },
    ]);
    const { status: exitCode, stdout } = start("check");
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`rules/a.json:${line + 1}:9  error  Fact "statsu" is not known, did you mean "status"`);
  });

  it("shows of an example that does not come out what each condition saw", async () => {
    const conditions = {
      all: [
        { fact: "channel", operator: "equal", value: "sms" },
        { fact: "status", operator: "equal", value: "failed" },
      ],
    };
    write("a.json", {
      ...RULE,
      conditions,
      examples: [{ event: { messageType: "SMS", status: "sent" }, fires: true }],
    });
    const { report } = await check();
    expect(report.findings).toMatchObject([{ code: "RULE_EXAMPLE", pointer: "/examples/0" }]);
    expect(report.findings[0]?.message).toContain('met: channel is "sms"');
    expect(report.findings[0]?.message).toContain('not met: status is "sent", the rule wants "failed"');
  });

  it.each<[title: string, files: { [name: string]: unknown }, codes: string[]]>([
    [
      "a rule without an example that fires",
      { "a.json": { ...RULE, examples: [{ event: { status: "sent" }, fires: false }] } },
      ["RULE_NO_EXAMPLE"],
    ],
    ["two rules that are the same", { "a.json": RULE, "b.json": { ...RULE, description: "A copy" } }, ["RULE_SAME"]],
    [
      "a key that stands twice",
      { "a.json": JSON.stringify(RULE).replace("{", '{"priority":1,"priority":2,') },
      ["RULE_DUPLICATE_KEY"],
    ],
    ["JSON that breaks off", { "a.json": '{\n  "on": [' }, ["RULE_JSON"]],
    ["20,000 brackets", { "a.json": "[".repeat(20_000) }, ["RULE_JSON"]],
    [
      "a key that stands twice in a named condition",
      { "conditions/a.json": '{"all":[{"fact":"status","operator":"equal","value":"failed","value":"sent"}]}' },
      ["RULE_DUPLICATE_KEY"],
    ],
    [
      "named conditions that multiply",
      Object.fromEntries(
        Array.from({ length: 6 }, (_, level) => [
          `conditions/c${level}.json`,
          {
            all: Array.from({ length: 10 }, () =>
              level === 0 ? { fact: "status", operator: "equal", value: "sent" } : { condition: `c${level - 1}` },
            ),
          },
        ]),
      ),
      ["RULE_SHAPE", "RULE_UNKNOWN_CONDITION"],
    ],
    [
      "rules of which a ledger cannot keep all",
      Object.fromEntries(
        Array.from({ length: 9 }, (_, index) => {
          const value = Array.from({ length: 60_000 }, (__, id) => `contact-${index}-${String(id).padStart(10, "0")}`);
          const conditions = { all: [{ fact: "contactId", operator: "in", value }] };
          const examples = [{ event: { contactId: value[0] }, fires: true }];
          return [`r${index}.json`, { ...RULE, conditions, examples }];
        }),
      ),
      ["RULE_SET_SIZE"],
    ],
    ["an empty file", { "a.json": "" }, ["RULE_JSON"]],
    [
      "conditions that refer to each other",
      { "conditions/a.json": { condition: "b" }, "conditions/b.json": { condition: "a" } },
      ["RULE_UNKNOWN_CONDITION", "RULE_UNKNOWN_CONDITION"],
    ],
    [
      "a mistake in a named condition",
      { "conditions/a.json": { all: [{ fact: "statsu", operator: "equal", value: "x" }] } },
      ["RULE_UNKNOWN_FACT"],
    ],
  ])("finds %s", async (_, files, codes) => {
    for (const [name, text] of Object.entries(files)) write(name, text);
    expect(
      [...new Set((await check()).report.findings.map(({ code }) => code))].toSorted((a, b) => a.localeCompare(b)),
    ).toEqual([...new Set(codes)]);
  });

  it("takes named conditions that build on each other", async () => {
    write("conditions/failed.json", { all: [{ fact: "outcome", operator: "equal", value: "failed" }] });
    write("conditions/failed-sms.json", {
      all: [{ condition: "failed" }, { fact: "channel", operator: "equal", value: "sms" }],
    });
    write("a.json", {
      ...RULE,
      conditions: { condition: "failed-sms" },
      examples: [{ event: { messageType: "SMS", status: "undelivered" }, fires: true }],
    });
    expect(await check()).toMatchObject({ status: 0, report: { rules: 1, findings: [] } });
  });
});

describe("rules explain and simulate", () => {
  it("explain what a file holds, rule by rule, and one rule as JSON", async () => {
    write("a.json", RULE);
    write("event.json", { type: "OutboundMessage", locationId: "l", contactId: "c", status: "sent" });
    rmSync(join(checkout, "event.json"), { force: true });
    writeFileSync(join(checkout, "event.json"), readFileSync(join(folder, "event.json")));
    rmSync(join(folder, "event.json"));
    const event = join(checkout, "event.json");
    expect(start("explain", "event.json").stdout).toBe(
      '· a: status is "sent", the rule wants "failed"\n  all of\n    ✘ status is "sent", the rule wants "failed"\n\n',
    );
    expect(JSON.parse((await run("explain", event, "--rule", "a", "--json")).stdout)).toMatchObject({
      fired: [],
      verdicts: [{ rule: "a", reason: "conditions" }],
    });
    writeFileSync(
      event,
      JSON.stringify({ type: "OutboundMessage", locationId: "l", contactId: "c", status: "failed" }),
    );
    const fires = (await run("explain", event)).stdout;
    expect(fires).toContain("→ task of a, due ");
    expect(fires).toContain('    PUT kv:task:l:rehearsal\n    {"id":"rehearsal"');
    expect(JSON.parse((await run("explain", event, "--json")).stdout)).toMatchObject({
      fired: ["a"],
      actions: [{ rule: "a", index: 0, request: { method: "PUT", cutBytes: 0 }, dead: null }],
    });
    expect((await run("explain", event, "--rule", "aa")).status).toBe(2);
    expect((await run("explain", "nothing.json")).status).toBe(2);
    expect((await run("explain")).status).toBe(2);
  });

  it("tell a story, and fail when it does not come out", async () => {
    write("a.json", { ...RULE, actions: [{ type: "task", title: "Look", after: "1h" }] });
    const story = {
      start: "2026-03-04T12:00:00Z",
      events: [{ at: "2026-03-04T12:00:00Z", event: { status: "failed" } }],
    };
    const tell = (expected: readonly unknown[]) => {
      writeFileSync(join(checkout, "story.json"), JSON.stringify({ ...story, expect: expected }));
      return start("simulate", "story.json");
    };
    expect(tell([{ at: "1h", what: "sent", rule: "a" }]).status).toBe(0);
    expect(tell([{ at: "2h", what: "sent" }])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("did not come"),
    });
    const text = { type: "highlevel", call: "send-message", messageType: "SMS", message: "It {{ event.status }}" };
    write("a.json", { ...RULE, actions: [text] });
    expect(tell([{ what: "sent", text: "It failed" }])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("\n    9 characters, GSM-7, 1 segment\n    It failed\n"),
    });
    expect(tell([{ what: "sent", text: "It {{ event.status }}" }]).status).toBe(1);
    writeFileSync(join(checkout, "story.json"), "{}");
    expect((await run("simulate", join(checkout, "story.json"))).status).toBe(2);
    for (const spoilt of [
      { timeZone: "Mars/Base" },
      { start: "+275760-09-13T00:00:00Z" },
      { expect: [{ what: "fyred" }] },
    ]) {
      writeFileSync(join(checkout, "story.json"), JSON.stringify({ ...story, ...spoilt }));
      expect(await run("simulate", join(checkout, "story.json"))).toMatchObject({
        status: 2,
        stderr: expect.not.stringContaining("    at "),
      });
    }
  });
});
