// What every kind of action promises, and every call of one that has several: tried on the samples of src/act/about.ts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { callName, KIND_PHRASES, KIND_SAMPLES, KIND_WORDS, kindWords } from "../../../src/act/about.ts";
import type { ActionContext } from "../../../src/act/contract/action-kind.ts";
import { RETRY } from "../../../src/act/contract/outcome.ts";
import { ACTION_KINDS, kindOf } from "../../../src/act/kinds.ts";
import { isJsonObject, jsonPointer, type Json, type JsonObject } from "../../../src/kit/json.ts";
import { doesInWords, hostInWords } from "../../../src/language/in-words.ts";
import { ROOT } from "../../../src/local/project.ts";
import { runStory } from "../../../src/local/story.ts";
import type { Shape } from "../../../src/model/action-shape.ts";
import type { Action, ActionType, Finding, Rule } from "../../../src/model/rule.ts";
import { admitRule } from "../../../src/rules/admission.ts";
import { ruleSetOf } from "../../../src/rules/rule-set.ts";
import { ruleSchema, UNSAID } from "../../../src/rules/schema.ts";
import { misfits, readDocument, validatorOf } from "../../api/document.ts";
import { aPayload, aRule } from "../../builders.ts";
import { context, DECIDED_AT, NOW, wordOf } from "./context.ts";
import { FAILURES, wellWorld, type Left, type World } from "./worlds.ts";

/** A kind, or one call of a kind. */
interface Variant {
  readonly title: string;
  readonly type: ActionType;
  /** The keys that say what it is. */
  readonly named: readonly string[];
  readonly shape: Shape;
  readonly samples: readonly Action[];
}

const TYPES = Object.keys(ACTION_KINDS) as ActionType[];
const VARIANTS: readonly Variant[] = TYPES.flatMap((type): Variant[] => {
  const { shape } = ACTION_KINDS[type];
  const samples: readonly Action[] = KIND_SAMPLES[type];
  if ("fields" in shape) return [{ title: type, type, named: ["type"], shape, samples }];
  return Object.entries(shape.shapes).map(([word, one]) => ({
    title: `${type} ${word}`,
    type,
    named: ["type", shape.by],
    shape: one,
    samples: samples.filter((sample) => valueAt(sample, [shape.by]) === word),
  }));
});
const SAMPLES = VARIANTS.flatMap((variant) =>
  variant.samples.map((sample, index) => ({ title: `${variant.title}, sample ${index + 1}`, sample, variant })),
);

const OUT_OF_REACH: ReadonlySet<string> = new Set(UNSAID);
const ACTION = "/actions/0";
const fitsRules = new Ajv2020({ strict: false }).compile({
  $defs: ruleSchema["$defs"],
  ...reference("#/$defs/action"),
});
const fitsOpenApi = validatorOf(readDocument())(reference("#/components/schemas/Action"));

describe.each(VARIANTS)("$title", ({ type, shape, samples }) => {
  it("has samples that together have every key", () => {
    const keys = new Set(samples.flatMap((sample) => Object.keys(sample)));
    expect(Object.keys(shape.fields).filter((name) => !keys.has(name))).toEqual([]);
    expect(samples.length).toBeGreaterThan(0);
  });

  it("has a phrase for itself and for each key", () => {
    const phrases = KIND_PHRASES[type];
    const [sample] = samples;
    const call = sample && callName(sample);
    const own = "fields" in phrases ? phrases : phrases.each[call ?? ""];
    expect(own?.about).toMatch(/^\w.*\w$/);
    expect(Object.keys(own?.fields ?? {})).toEqual(Object.keys(shape.fields));
    for (const phrase of Object.values(own?.fields ?? {})) expect(phrase).toMatch(/\w/);
  });
});

describe.each(SAMPLES)("$title", ({ sample, variant: { named, shape, type, title } }) => {
  it("is admitted without a warning", () => {
    expect(findingsOf(sample)).toEqual([]);
  });

  it.each([...named, ...Object.keys(shape.fields).filter((name) => shape.fields[name]?.required)])(
    "is refused without %s, at its place",
    (key) => {
      const found = findingsOf(without(sample, key)).filter(({ pointer }) => pointer === `${ACTION}/${key}`);
      expect(found).toMatchObject([{ severity: "error", code: "RULE_SHAPE" }]);
    },
  );

  it.each(Object.keys(shape.fields))("is refused with %s misspelt, and told how it is written", (key) => {
    const found = findingsOf({ ...plain(sample), [`${key}s`]: "x" });
    expect(found).toMatchObject([{ pointer: `${ACTION}/${key}s`, code: "RULE_UNKNOWN_KEY" }]);
    expect(found[0]?.message).toContain(`did you mean "${key}"`);
  });

  it("is what the schema of rules and the OpenAPI document say, and so is each way of breaking it", () => {
    for (const broken of [plain(sample), ...brokenWays(sample, Object.keys(shape.fields))]) {
      const isTaken = !isRefusedByShape(broken);
      const text = JSON.stringify(broken);
      expect(fitsRules(broken), `the schema of rules on ${text}`).toBe(isTaken);
      expect(misfits(fitsOpenApi, broken).length === 0, `docs/openapi.json on ${text}`).toBe(isTaken);
    }
  });

  it("reads as a part of a sentence that no other kind has", () => {
    const words = doesInWords(sample);
    expect(words).toMatch(/^\w/);
    expect(words).not.toMatch(/\{\{|\{%|undefined|\[object/);
    const others = SAMPLES.filter(({ variant }) => variant.title !== title).map((other) => doesInWords(other.sample));
    expect(others).not.toContain(words);
  });

  it("has a host, with the name that people call it by", () => {
    const host = kindOf(sample).host(sample);
    const own = KIND_WORDS[type].host;
    expect(host).toMatch(/./);
    expect(own === null || own.name === host).toBe(true);
    expect(hostInWords(host)).toBe(own === null ? host : own.inWords);
  });

  it("tells `templates` of every text that is rendered, and renders every text that is told", async () => {
    for (const path of textsIn(plain(sample))) {
      const text = `${String(valueAt(sample, path))}{{ event.noSuchField }}`;
      const spoilt = withValue(sample, path, text);
      if (isRefusedByShape(plain(spoilt))) continue;
      const outcome = await kindOf(spoilt).perform(spoilt, contextIn(wellWorld()));
      const isRendered = !outcome.done && ["ACTION_TEMPLATE", "ACTION_SECRET"].includes(outcome.error.code);
      const told = [...kindOf(spoilt).templates(spoilt)].map((one) => `${jsonPointer(one.path)} ${one.text}`);
      expect(told.includes(`${jsonPointer(path)} ${text}`), jsonPointer(path)).toBe(isRendered);
    }
  });

  it("is done where the world is well", async () => {
    const world = wellWorld();
    expect(wordOf(await kindOf(sample).perform(sample, contextIn(world)))).toBe("done");
    expect(world.left.length).toBeGreaterThan(0);
    for (const { text } of world.left) expect(text, "markup left").not.toMatch(/\{\{|\{%/);
    const host = kindOf(sample).host(sample);
    const reached = world.left.flatMap(({ host: one }) => one ?? []);
    if (KIND_WORDS[type].host === null) expect(reached).toEqual([host]);
  });

  it.each(FAILURES)("has an outcome, and throws nothing, where $kind", async (failure) => {
    const world = failure.world();
    const outcome = await kindOf(sample).perform(sample, contextIn(world));
    const isReached = world.left.some(({ by }) => by === failure.of);
    expect(outcome.done).toBe(!isReached);
    if (outcome.done) return;
    expect(RETRY[outcome.error.code]).toBe(outcome.error.retry);
    expect(outcome.error.message).toMatch(/^[A-Z].*[^.]$/);
  });

  it("names the same delivery when it is done again, later", async () => {
    const [first, again] = [wellWorld(NOW), wellWorld(NOW + 60_000)];
    await kindOf(sample).perform(sample, contextIn(first));
    await kindOf(sample).perform(sample, contextIn(again));
    expect(again.left.map(deliveryNames)).toEqual(first.left.map(deliveryNames));
    expect(again.left.map(({ what }) => what)).toEqual(first.left.map(({ what }) => what));
  });

  it("is sent in a story, which tells where it went and what was done", async () => {
    const story = { start: "2026-03-04T12:00:00Z", events: [{ at: "1m", event: { messageType: "SMS" } }] };
    const run = await runStory(story, await ruleSetOf([ruleWith(sample)]), "UTC");
    if (!run.ok) throw new Error(run.failure.join("\n"));
    const call = callName(sample);
    const about = { action: type, ...(call === null ? {} : { call }) };
    expect(run.value.steps.findLast(({ what, action }) => what !== "event" && action !== undefined)).toMatchObject({
      what: "sent",
      at: "2026-03-04T12:01:00.000Z",
      host: kindOf(sample).host(sample),
      does: doesInWords(sample),
      ...about,
    });
    expect(run.value.steps.filter(({ what }) => what === "dead" || what === "held")).toEqual([]);
  });
});

describe.each(VARIANTS)("the pages tell of $title", ({ type, shape, samples: [sample] }) => {
  const rules = readFileSync(join(ROOT, "docs/rules.md"), "utf8");
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const call = sample && callName(sample);

  it("in docs/rules.md, with every key", () => {
    const [, section = ""] = new RegExp(`^### \`${type}\`: .+\n([\\s\\S]*?)^##`, "m").exec(`${rules}\n##`) ?? [];
    const told = section.split("\n").filter((line) => call == null || line.startsWith(`| \`${call}\``));
    const missing = Object.keys(shape.fields).filter((name) => !told.some((line) => line.includes(`\`${name}\``)));
    expect({ isTold: told.length > 0, missing }).toEqual({ isTold: true, missing: [] });
  });

  it("in README.md, in the row of actions", () => {
    const row = readme.split("\n").find((line) => line.startsWith("| `actions` |")) ?? "";
    expect(row).toContain(`\`${type}\``);
    const named = call == null ? Object.keys(shape.fields) : [call];
    for (const name of named) expect(row).toContain(`\`${name}\``);
  });
});

it("no two kinds have one component of the OpenAPI document, or one host", () => {
  const components = Object.values(KIND_PHRASES).map(({ component }) => component);
  expect(new Set(components).size).toBe(components.length);
  const hosts = Object.values(KIND_SAMPLES).flatMap(([first]) =>
    first ? (kindWords<Action>(first).host?.name ?? []) : [],
  );
  expect(new Set(hosts).size).toBe(hosts.length);
});

function ruleWith(action: Action): Rule {
  return aRule({
    conditions: { all: [{ fact: "kind", operator: "equal", value: "OutboundMessage" }] },
    actions: [action],
  });
}

/** What admission finds in a rule with this action and no other. */
function findingsOf(action: unknown): readonly Finding[] {
  const { name: _, ...rule } = ruleWith({ type: "task", title: "replaced" });
  const admitted = admitRule(
    { file: "rules/a-rule.json", text: JSON.stringify({ ...rule, actions: [action] }) },
    {
      outboundAllowedHosts: new Set<string>(),
      ownHosts: new Set<string>(),
      retentionDays: 30,
      conditions: new Map(),
    },
  );
  return admitted.ok ? admitted.value.warnings : admitted.failure;
}

/** Whether admission refuses it for what a schema can say. */
function isRefusedByShape(action: unknown): boolean {
  return findingsOf(action).some(({ severity, code }) => severity === "error" && !OUT_OF_REACH.has(code));
}

/** Each key gone, and each with what is of another form; a key too many. */
function brokenWays(sample: Action, keys: readonly string[]): JsonObject[] {
  const junk: readonly Json[] = [null, 0, true, "", "junk", [], [""], ["junk"], {}, { junk: 1 }];
  const present = Object.keys(sample);
  return [
    ...present.map((key) => without(sample, key)),
    ...[...new Set([...present, ...keys, "after", "cancelOn"])].flatMap((key) =>
      junk.map((value) => ({ ...plain(sample), [key]: value })),
    ),
    { ...plain(sample), junk: 1 },
  ];
}

function without(sample: Action, key: string): JsonObject {
  return Object.fromEntries(Object.entries(plain(sample)).filter(([name]) => name !== key));
}

/** An action as JSON has it. */
function plain(action: Action): JsonObject {
  return JSON.parse(JSON.stringify(action)) as JsonObject;
}

/** The places of all texts. */
function textsIn(value: Json, path: readonly string[] = []): readonly (readonly (string | number)[])[] {
  if (typeof value === "string") return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    textsIn(item, [...path, key]).map((place) => (Array.isArray(value) ? withNumber(place, path.length) : place)),
  );
}

function withNumber(path: readonly (string | number)[], at: number): readonly (string | number)[] {
  return path.map((key, index) => (index === at ? Number(key) : key));
}

function valueAt(action: Action, path: readonly (string | number)[]): unknown {
  return path.reduce<Json | undefined>(
    (value, key) => (Array.isArray(value) ? value[Number(key)] : isJsonObject(value) ? value[key] : undefined),
    plain(action),
  );
}

function withValue(action: Action, path: readonly (string | number)[], text: string): Action {
  const copy = plain(action);
  const holder = path
    .slice(0, -1)
    .reduce<Json | undefined>(
      (value, key) => (Array.isArray(value) ? value[Number(key)] : isJsonObject(value) ? value[key] : undefined),
      copy,
    );
  Object.assign(holder ?? {}, { [String(path.at(-1))]: text });
  return copy as unknown as Action;
}

/** Where the delivery is named in what left. */
function deliveryNames({ text }: Left): readonly string[] {
  return [...text.matchAll(/[^",\s]*delivery-1[^",\s]*/g)].map(([name]) => name);
}

function contextIn({ ports, highlevel }: World): ActionContext {
  return context({
    ports,
    highlevel,
    roots: {
      event: aPayload({ messageId: "message-1" }),
      facts: { channel: "sms", outcome: "delivered" },
      rule: { name: "test-rule" },
      decision: { eventKey: "test-key", decidedAt: DECIDED_AT },
      contact: { firstName: "Ada", tags: ["lead"] },
      location: { name: "Acme" },
    },
    sends: { ...context().sends, leaves: () => true, looked: () => undefined },
  });
}

function reference(to: string): JsonObject {
  return { $ref: to };
}
