// A change of rules from the first look to the last, as docs/publishing.md tells it: the commands are those of the page, the
// Worker is the real one in workerd on a clock that the test moves, HighLevel is the stand-in.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Response as OutboundResponse } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/kit/json.ts";
import { sendEvent } from "../../src/local/hook-client.ts";
import { ROOT } from "../../src/local/project.ts";
import { webhookOf } from "../../src/local/stand-in/messages.ts";
import { HighLevelStandIn } from "../../src/local/stand-in/stand-in.ts";
import type { Message } from "../../src/local/stand-in/state.ts";
import { runWorker, type RunningWorker } from "../../src/local/workerd.ts";
import type { AuditEntry } from "../../src/model/audit.ts";
import type { DivergencePage } from "../../src/model/published.ts";
import type { PublishedState } from "../../src/cli/published.ts";
import { LOCATION } from "../builders.ts";
import { aWeek, people, texted, type Happening } from "../generated/week.ts";
import { TEST_ADMIN_TOKEN, TEST_PRIVATE_KEY, TEST_VARIABLES } from "../keys.ts";
import { bundleOfRules } from "./bundles.ts";
import { aCheckout } from "./checkout.ts";
import { inProcess } from "./in-process.ts";
import { until } from "./processes.ts";
import { answerOf } from "./stand-in-outbound.ts";

const DAY = 86_400_000;
const MINUTE = 60_000;
const ELSEWHERE = "other-location";
const PEOPLE = people(80);
/** A week in which nineteen people were busy when they were called, and got no text otherwise. */
const WEEK = aWeek(2, PEOPLE, 220);
const FIRST_WEEK_MS = -17 * DAY;
const SECOND_WEEK_MS = -9 * DAY;
const AFTER_MS = -1 * DAY;

const textBack = (...ends: string[]): JsonObject => ({
  description: "Nobody took the call: text back, once a day",
  on: ["OutboundMessage"],
  limit: { count: 1, within: "24h" },
  conditions: {
    all: [
      { fact: "channel", operator: "equal", value: "call" },
      { fact: "callStatus", operator: "in", value: ends },
    ],
  },
  actions: [
    { type: "highlevel", call: "send-message", messageType: "SMS", message: "Sorry we missed you, when can we talk?" },
  ],
});
const TASK: JsonObject = {
  on: ["OutboundMessage"],
  conditions: { all: [{ fact: "outcome", operator: "equal", value: "failed" }] },
  actions: [{ type: "task", title: "A text failed" }],
};

const folder = mkdtempSync(join(tmpdir(), "afterbeep-change-"));
const checkout = aCheckout("change");
const { runCli } = (await import(join(checkout, "src/cli/run.ts"))) as typeof import("../../src/cli/run.ts");
const page = readFileSync(join(ROOT, "docs/publishing.md"), "utf8");
const told = (name: string): string => new RegExp(`<!-- ${name} -->\n\`\`\`.*\n([^]*?)\`\`\``).exec(page)?.[1] ?? "";

let offsetMs = FIRST_WEEK_MS;
const now = (): number => Date.now() + offsetMs;
const sent: Message[] = [];
const standIn = new HighLevelStandIn({ clock: now, onMessage: (message) => void sent.push(message) });
let worker: RunningWorker;

/** The clock of the ledgers, at so long from the present. */
async function at(ms: number): Promise<void> {
  // Time does not go back, however long the steps take.
  offsetMs = Math.max(offsetMs, ms);
  await ask(`/demo/clock?location=${LOCATION}&offset=${offsetMs}`);
}

async function ask<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };
  return (await (await fetch(new URL(path, worker.url), { ...init, headers })).json()) as Answer;
}

/** What happens, and what HighLevel tells of it; returns the rules that fired. Our own texts are told of as well. */
async function happens(
  { contactId, type, direction, status, call }: Omit<Happening, "atMs">,
  place = "",
): Promise<readonly string[]> {
  const message = standIn.message({
    contactId: place + contactId,
    type,
    direction,
    status,
    ...(call ? { call } : {}),
  });
  const before = sent.length;
  const fired = await tell(message);
  if (fired.includes("text-back")) {
    await until(() => sent.length > before);
    for (const own of sent.slice(before)) await tell(own);
  }
  return fired;
}

async function tell(message: Message): Promise<readonly string[]> {
  const target = { url: worker.url, privateKey: TEST_PRIVATE_KEY, adminToken: TEST_ADMIN_TOKEN };
  const { answer } = await sendEvent(target, "events", webhookOf(message));
  expect(answer.status).toBe("accepted");
  return answer.fired ?? [];
}

const BUSY = {
  type: "Call",
  direction: "outbound",
  status: "completed",
  call: { status: "busy", durationS: 0 },
} as const;
const isBusy = ({ call }: Happening): boolean => call?.status === "busy";

/** The commands of the page, in their order, with what each is given; what is not ours is left to the test. */
const lines = told("story")
  .trim()
  .split("\n")
  .map((line) => line.replace(/ {2,}# .*$/, ""));
let line = 0;
async function next(command: string): ReturnType<typeof inProcess> {
  const text = lines[line++] ?? "";
  const env = { ...process.env, WORKER: worker.url, LOCATION };
  const words = text.replace(/^npm run rules/, "printf '%s\\n'");
  const { stdout } = spawnSync("sh", ["-c", words], { env, encoding: "utf8" });
  const args = stdout
    .trim()
    .split("\n")
    .filter((arg) => arg !== "--");
  expect(args[0]).toBe(command);
  return inProcess(runCli, args);
}
function nextAsked<Answer>(): Promise<Answer> {
  const [, path = ""] = /"\$WORKER(\/[^"]+)"/.exec(lines[line++] ?? "") ?? [];
  return ask<Answer>(path.replace("$LOCATION", LOCATION));
}

/** Holds an output against what the page shows of it: any moment stands for another, and "…" for any lines. */
function expectAsOnThePage(name: string, output: string): void {
  const plain = (text: string): string => text.replaceAll(/\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?/g, "<moment>");
  let rest = plain(output);
  for (const part of plain(told(name)).split(/^ *…\n/m)) {
    expect(rest).toContain(part);
    rest = rest.slice(rest.indexOf(part) + part.length);
  }
}

function writeRules(rules: { readonly [name: string]: JsonObject }): void {
  rmSync(join(checkout, "rules"), { recursive: true });
  mkdirSync(join(checkout, "rules"));
  for (const [name, rule] of Object.entries(rules))
    writeFileSync(join(checkout, `rules/${name}.json`), JSON.stringify(rule));
}

describe("a change of rules that texts nineteen people more", () => {
  const { ADMIN_TOKEN, USER } = process.env;

  beforeAll(async () => {
    const rules = { "text-back": textBack("no-answer"), failed: TASK };
    await bundleOfRules(folder, rules, "src/local/worker/demo-worker.ts");
    for (const [id, place] of [
      [LOCATION, ""],
      [ELSEWHERE, "other-"],
    ] as const) {
      standIn.addLocation({ id });
      standIn.addToken(`pit-${id}`, id);
      for (const contact of PEOPLE) standIn.addContact({ id: place + contact, locationId: id });
    }
    worker = await runWorker({
      bundle: folder,
      variables: { ...TEST_VARIABLES, RULES_FROM: "published" },
      outbound: async (request) => (await answerOf(standIn, request)) ?? new OutboundResponse(null, { status: 204 }),
    });
    Object.assign(process.env, { ADMIN_TOKEN: TEST_ADMIN_TOKEN, USER: "ana" });
    for (const id of [LOCATION, ELSEWHERE])
      await ask(`/api/locations/${id}/token`, { method: "PUT", body: JSON.stringify({ token: `pit-${id}` }) });
  }, 180_000);

  afterAll(async () => {
    await worker.miniflare.dispose();
    Object.assign(process.env, { ADMIN_TOKEN, USER });
    for (const [name, value] of Object.entries({ ADMIN_TOKEN, USER }))
      if (value === undefined) delete process.env[name];
    for (const one of [folder, checkout]) rmSync(one, { recursive: true, force: true });
  });

  it("is seen before it is done, in the shadow, as a canary that halts itself, and is taken back", async () => {
    const [before, after] = [texted(WEEK, ["no-answer"]), texted(WEEK, ["no-answer", "busy"])];
    const nineteen = PEOPLE.filter((contact) => (after.get(contact) ?? 0) > (before.get(contact) ?? 0)).toSorted();
    expect(nineteen).toHaveLength(19);

    for (const one of WEEK) {
      await at(FIRST_WEEK_MS + one.atMs);
      await happens(one);
    }
    expect(sent.map(({ contactId }) => contactId).toSorted()).toEqual(
      [...before].flatMap(([contact, count]) => Array<string>(count).fill(contact)).toSorted(),
    );

    writeRules({ "text-back": textBack("no-answer", "busy"), failed: TASK });
    const replayed = await next("replay");
    expect([replayed.status, replayed.stderr]).toEqual([1, ""]);
    expectAsOnThePage("replay", replayed.stdout);
    const names = [
      ...replayed.stdout.matchAll(/^ {2}(contact-\d+) {2}\S+ {2}SMS of text-back: “Sorry we missed you/gm),
    ];
    expect(names).toHaveLength(19);
    expect(new Set(names.map(([, contact]) => contact))).toEqual(new Set(nineteen));

    expect((await next("publish")).stdout).toContain("Version 1 is published: 2 rules");
    expect(await next("activate")).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("In the shadow: version 1"),
    });
    const divergence = () => ask<DivergencePage>(`/api/locations/${LOCATION}/divergence?limit=200`);
    const come = new Set<string>();
    let deviating: string[] = [];
    for (const one of WEEK) {
      await at(SECOND_WEEK_MS + one.atMs);
      await happens(one);
      if (!isBusy(one)) continue;
      deviating = (await divergence()).divergence.map(({ contactId }) => contactId).toSorted();
      come.add(one.contactId);
      expect(deviating).toEqual(nineteen.filter((contact) => come.has(contact)));
    }
    expect(await nextAsked<DivergencePage>()).toMatchObject({
      contacts: 19,
      rules: [{ rule: "text-back", more: 19, less: 0, other: 0 }],
    });
    expect(deviating).toEqual(nineteen);
    const beforeCanary = 2 * [...before.values()].reduce((sum, count) => sum + count, 0);
    expect(sent).toHaveLength(beforeCanary);

    expect(await next("activate")).toMatchObject({ status: 0, stdout: expect.stringContaining("Canary: version 1") });
    const fired: (readonly string[])[] = [];
    for (const [index, contactId] of nineteen.slice(0, 6).entries()) {
      await at(AFTER_MS + index * 5 * MINUTE);
      expect(await happens({ ...BUSY, contactId }, "other-")).toEqual([]);
      fired.push(await happens({ ...BUSY, contactId }));
    }
    expect(fired).toEqual([["text-back"], ["text-back"], ["text-back"], [], [], []]);
    expect(sent).toHaveLength(beforeCanary + 3);
    await until(async () => (await ask<PublishedState>("/api/rule-sets")).inForce.canary === null);
    const versions = await next("versions");
    expectAsOnThePage("versions", versions.stdout);

    // What was in force before the canary, and not the canary once more.
    const rolledBack = await next("rollback");
    expect(rolledBack).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/ana {2}Rolled back: the rules of the last deploy decide {2}too many at once/),
    });
    const { inForce, changes } = await ask<PublishedState>("/api/rule-sets");
    expect(inForce).toMatchObject({ live: null, canary: null, shadowVersion: 1 });
    expect(changes.map(({ what, by }) => [what, by])).toEqual([
      ["roll-back", "ana"],
      ["halt", null],
      ["activate", "ana"],
      ["activate", "ana"],
    ]);
    expect(await happens({ ...BUSY, contactId: nineteen[7] ?? "" })).toEqual([]);
    const { audit } = await nextAsked<{ audit: readonly AuditEntry[] }>();
    expect(
      audit.map(({ action, by, after: ended }) => [action, by.name, ended?.["change"] ?? ended?.["version"]]),
    ).toEqual([
      ["rules.roll-back", "ADMIN_TOKEN", 4],
      ["rules.activate", "ADMIN_TOKEN", 2],
      ["rules.activate", "ADMIN_TOKEN", 1],
      ["rules.publish", "ADMIN_TOKEN", 1],
    ]);
    expect(standIn.violations).toEqual([]);
    expect(line).toBe(lines.length);
  }, 400_000);
});
