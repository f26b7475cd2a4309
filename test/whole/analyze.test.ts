// `rules analyze` from a clone: what it exits with, prints and writes, and what it puts today's rules beside.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { runWorker, type RunningWorker } from "../../src/local/workerd.ts";
import type { Json } from "../../src/kit/json.ts";
import type { Analysis } from "../../src/analysis/analyze.ts";
import type { Difference } from "../../src/analysis/against.ts";
import type { RuleFile } from "../../src/model/rule.ts";
import { TEST_ADMIN_TOKEN, TEST_VARIABLES } from "../keys.ts";
import { shippedBundle } from "./bundles.ts";
import { aCheckout } from "./checkout.ts";
import { inProcess } from "./in-process.ts";

const checkout = aCheckout("analyze");
const { runCli } = (await import(join(checkout, "src/cli/run.ts"))) as typeof import("../../src/cli/run.ts");
const run = (...args: string[]) => inProcess(runCli, ["analyze", ...args]);
const json = async <Printed>(...args: string[]): Promise<Printed> =>
  JSON.parse((await run("--json", ...args)).stdout) as Printed;
const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: checkout });

type Folder = { readonly [name: string]: RuleFile };
const TASK = { type: "task", title: "Call" } as const;
const TEXT = { type: "highlevel", call: "send-message", messageType: "SMS", message: "Hello" } as const;

function rule(conditions: RuleFile["conditions"], fields: Partial<RuleFile> = {}): RuleFile {
  return { on: ["OutboundMessage"], conditions, actions: [TASK], ...fields };
}

const is = (fact: string, value: Json) => ({ fact, operator: "equal", value });
const SMS = is("channel", "sms");
const failed = rule({ all: [SMS, is("status", "failed")] });
const call = rule({ all: [is("channel", "call"), is("callStatus", "voicemail")] });
/** Lint does not see that the two exclude each other. */
const never = rule({ all: [SMS, is("messageType", "Email")] });
const refused = rule({ all: [is("status", "failed"), is("status", "read")] });
/** Nothing is to be mended in these. */
const QUIET: Folder = { failed, call };
const IN_FORCE = join(checkout, "rules");

function write(folder: string, rules: Folder): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, file] of Object.entries(rules))
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(file, null, 2)}\n`);
}

/** A rule file as it stands. */
const read = (name: string): RuleFile => JSON.parse(readFileSync(join(IN_FORCE, `${name}.json`), "utf8")) as RuleFile;

afterAll(() => rmSync(checkout, { recursive: true, force: true }));

describe("npm run rules analyze", () => {
  it.each<[string, Folder, number, string]>([
    ["nothing is to be mended, notes among it", QUIET, 0, "2 rules, 1 pair, "],
    ["there is one rule", { failed }, 0, "1 rule, 0 pairs, "],
    ["a rule can never fire", { ...QUIET, never }, 1, "(NEVER_FIRES)"],
    ["two write to the contact", { a: { ...failed, actions: [TEXT] }, b: { ...rule({ all: [SMS] }), actions: [TEXT] } }, 1, "(BOTH_MESSAGE)"],
  ])("exits as it should where %s", async (_, rules, exit, says) => {
    write(IN_FORCE, rules);
    const { status, stdout, stderr } = await run();
    expect([status, stdout, stderr]).toEqual([exit, expect.stringContaining(says), ""]);
  }); // prettier-ignore

  it("exits with 1 where a file is refused: the others are a part of the rules", async () => {
    write(IN_FORCE, { ...QUIET, refused });
    const { status, stdout, stderr } = await run();
    expect([status, stdout]).toEqual([1, expect.stringContaining("2 rules, 1 pair")]);
    expect(stderr).toMatch(/^rules\/refused\.json:\d+:\d+ {2}error {2}/);
    expect((await run("--rule", "failed")).status).toBe(1);
  });

  it("prints all of it as JSON", async () => {
    write(IN_FORCE, { ...QUIET, never });
    const found = await json<Analysis>();
    expect(Object.keys(found).toSorted()).toEqual(["findings", "fires", "open", "pairs", "rules"]);
    expect(found).toMatchObject({ rules: 3, pairs: 3, open: [] });
    expect(found.findings.filter(({ weight }) => weight === "fault")).toEqual([
      expect.objectContaining({ code: "NEVER_FIRES", rules: ["never"], message: expect.any(String) as string }),
    ]);
    expect(found.fires.map((one) => one.rule)).toEqual(["call", "failed"]);
    expect(found.fires[1]?.witness.event).toMatchObject({ messageType: "SMS", status: "failed" });
  });

  it("says what is about one rule, with an event on which it fires, and exits by that", async () => {
    write(IN_FORCE, { ...QUIET, never });
    const one = await run("--rule", "failed");
    expect([one.status, one.stderr]).toEqual([0, ""]);
    expect(one.stdout).toMatch(/^"failed" fires on\n {4}\{"event":\{.*"status":"failed"/m);
    expect(one.stdout).not.toContain("never");
    expect((await run("--rule", "never")).status).toBe(1);
  });

  it("takes another folder or one file", async () => {
    write(IN_FORCE, { ...QUIET, never });
    const folder = join(checkout, "others");
    write(folder, QUIET);
    expect((await run(folder)).status).toBe(0);
    expect((await run(join(IN_FORCE, "never.json"))).status).toBe(1);
  });

  it.each<[string, readonly string[], string]>([
    ["a rule that there is not", ["--rule", "faild"], 'There is no rule "faild", did you mean "failed"'],
    ["a folder that there is not", ["nowhere"], "There is no folder or file nowhere"],
    ["a revision that there is not", ["--against", "nowhere"], "no revision of that name"],
    ["a Worker without --against", ["--worker", "http://127.0.0.1:9"], "--against"],
    ["a version that is no number", ["--against", "main", "--worker", "http://127.0.0.1:9"], "the number of a version"],
    ["a Worker that does not answer", ["--against", "1", "--worker", "http://127.0.0.1:9"], "No Worker answers"],
    ["examples of a comparison", ["--against", "nowhere", "--write"], "--write"],
  ])("exits with 2 for %s", async (_, args, says) => {
    write(IN_FORCE, QUIET);
    const { status, stdout, stderr } = await run(...args);
    expect([status, stdout, stderr]).toEqual([2, "", expect.stringContaining(says)]);
  });
});

describe("npm run rules analyze -- --write", () => {
  const check = () => inProcess(runCli, ["check"]);

  it("writes the events as examples into the files, which hold, once", async () => {
    const other = { ...failed, examples: [{ event: { status: "read" }, fires: false }] };
    write(IN_FORCE, { call, failed: other });
    const { status, stderr } = await run("--write");
    expect(status).toBe(0);
    expect(stderr.trimEnd().split("\n").toSorted()).toEqual([
      "written to rules/call.json: an event on which it fires",
      "written to rules/failed.json: an event on which it fires",
    ]);
    expect(read("call").examples).toMatchObject([{ event: { callStatus: "voicemail" }, fires: true }]);
    expect(read("failed").examples).toMatchObject([{ fires: false }, { event: { status: "failed" }, fires: true }]);
    const { examples: _, ...same } = read("call");
    expect(same).toEqual(call);
    expect(await check()).toMatchObject({ status: 0 });
    expect((await run("--write")).stderr).toBe("");
  });

  it("writes what shows a finding, with what it shows, and of one rule alone where one is named", async () => {
    const text = {
      ...failed,
      actions: [TEXT],
      examples: [{ event: { messageType: "SMS", status: "failed" }, fires: true }],
    };
    const any = { ...rule({ all: [SMS] }), actions: [TEXT] };
    write(IN_FORCE, { any, text });
    const { status, stderr } = await run("--write", "--rule", "any");
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^(?:written to rules\/any\.json: .*\n)+$/)]);
    expect(read("text").examples).toEqual(text.examples);
    expect(read("any").examples?.map(({ fires }) => fires)).toContain(true);
    expect(read("any").examples?.some(({ description }) => description?.includes('"text"') === true)).toBe(true);
    expect(await check()).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("3 examples, 1 finding") as string,
    });
    // Once it is said that both are meant, nothing is left: the examples hold.
    writeFileSync(join(IN_FORCE, "any.json"), JSON.stringify({ ...read("any"), with: ["text"] }));
    expect(await check()).toMatchObject({ status: 0, stdout: expect.stringContaining("3 examples") as string });
    expect(await run()).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^note .*\(BOTH_MESSAGE\)$/m) as string,
    });
  });
});

describe("npm run rules analyze -- --against", () => {
  const undelivered = rule({ all: [SMS, { fact: "status", operator: "in", value: ["failed", "undelivered"] }] });
  const titled = { ...call, actions: [{ ...TASK, title: "Call again" }] } satisfies RuleFile;
  /** One rule fires more often, one has another action, one is gone, one is new, one has another name. */
  const BEFORE: Folder = {
    failed,
    call,
    gone: rule({ all: [is("channel", "email")] }),
    old: rule({ all: [is("channel", "whatsapp")] }),
  };
  const AFTER: Folder = {
    failed: undelivered,
    call: titled,
    new: rule({ all: [is("channel", "instagram")] }),
    renamed: BEFORE["old"] ?? call,
  };
  const other = join(checkout, "before");
  let worker: RunningWorker;

  beforeAll(async () => {
    write(IN_FORCE, BEFORE);
    write(other, BEFORE);
    git("init", "--quiet");
    git("add", "rules");
    git("commit", "--quiet", "-m", "The rules before");
    git("tag", "before");
    process.env["ADMIN_TOKEN"] = TEST_ADMIN_TOKEN;
    worker = await runWorker({ bundle: shippedBundle(), variables: TEST_VARIABLES });
    const published = await inProcess(runCli, ["publish", "--worker", worker.url, "--note", "before"]);
    expect(published).toMatchObject({ status: 0 });
  }, 90_000);
  afterAll(async () => {
    delete process.env["ADMIN_TOKEN"];
    await worker.miniflare.dispose();
  });
  afterEach(() => write(IN_FORCE, AFTER));

  const places = (): readonly (readonly string[])[] => [
    ["--against", other],
    ["--against", "before"],
    ["--against", "1", "--worker", worker.url],
  ];

  it("says the same of a folder, a revision and a published version: what fires now and did not, and what else is another", async () => {
    write(IN_FORCE, AFTER);
    for (const place of places()) {
      const { status, stdout, stderr } = await run(...place);
      expect([status, stderr], place.join(" ")).toEqual([1, ""]);
      expect(stdout).toMatch(/^changed +failed\n {4}fires now, and did not, on \{.*"status":"undelivered".*\}$/m);
      expect(stdout).toMatch(/^changed +call: other actions$/m);
      expect(stdout).toMatch(/^added +new$/m);
      expect(stdout).toMatch(/^removed +gone$/m);
      expect(stdout).toMatch(/^changed +renamed \(was old\)$/m);
      expect(stdout).toContain("4 rules before, 4 now, 5 differ");
      const difference = await json<Difference>(...place);
      expect(Object.keys(difference).toSorted()).toEqual(["after", "before", "open", "rules"]);
      expect(difference.rules.map((one) => one.rule).toSorted()).toEqual(["call", "failed", "gone", "new", "renamed"]);
    }
  });

  it("exits with 0 where no event can tell them apart", async () => {
    write(IN_FORCE, BEFORE);
    for (const place of places()) {
      const { status, stdout } = await run(...place);
      expect([status, stdout]).toEqual([0, "No event can tell the 4 rules and the 4 apart\n"]);
    }
  });

  it("says what differs of one rule, also of one that is gone, or has another name now", async () => {
    write(IN_FORCE, AFTER);
    const of = async (name: string) => (await json<Difference>("--against", "before", "--rule", name)).rules;
    expect(await of("failed")).toMatchObject([{ rule: "failed", change: "changed", gains: {} }]);
    expect(await of("gone")).toMatchObject([{ rule: "gone", change: "removed" }]);
    expect(await of("new")).toMatchObject([{ rule: "new", change: "added" }]);
    expect(await of("renamed")).toMatchObject([{ rule: "renamed", was: "old", change: "changed" }]);
    expect(await of("old")).toMatchObject([{ rule: "renamed", was: "old" }]);
    const { status, stderr } = await run("--against", "before", "--rule", "gnoe");
    expect([status, stderr]).toEqual([2, expect.stringContaining('There is no rule "gnoe"')]);
  });

  it("exits with 2 for a version that there is not", async () => {
    const { status, stderr } = await run("--against", "99", "--worker", worker.url);
    expect([status, stderr]).toEqual([2, expect.stringContaining("There is no version 99")]);
  });
});
