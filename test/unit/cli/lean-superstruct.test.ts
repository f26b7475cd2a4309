// What the Worker is bundled with is held to the whole package: all that is checked here, with either.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { leanSuperstruct } from "../../../src/cli/lean-superstruct.ts";
import type { Json } from "../../../src/kit/json.ts";
import { ROOT } from "../../../src/local/project.ts";
import { upTo } from "../../thorough.ts";

interface Checks {
  validate(value: unknown): [{ failures(): readonly Failure[] } | undefined, unknown];
}
interface Failure {
  readonly path: readonly unknown[];
  readonly type: string;
  readonly refinement: unknown;
  readonly message: string;
  readonly value: unknown;
}
type Structs = { readonly [name: string]: Checks };

const PACKAGE = join(ROOT, "node_modules/superstruct/dist/index.mjs");
const SOURCE = readFileSync(PACKAGE, "utf8").replaceAll("\r\n", "\n");
const folder = mkdtempSync(join(tmpdir(), "superstruct-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function structsWith(superstruct: string, name: string): Promise<Structs> {
  const outfile = join(folder, `${name}.mjs`);
  const contents = `
    import { EVENT_STRUCTS, KNOWN_STRUCTS } from "./src/events/structs.ts";
    import { ruleStruct } from "./src/rules/rule-struct.ts";
    export const structs = { ...EVENT_STRUCTS, ...KNOWN_STRUCTS, rule: ruleStruct };`;
  const stdin = { contents, resolveDir: ROOT, loader: "ts" as const };
  await build({ stdin, alias: { superstruct }, bundle: true, format: "esm", outfile });
  return ((await import(pathToFileURL(outfile).href)) as { readonly structs: Structs }).structs;
}

const [whole, bundled] = await Promise.all([
  structsWith(PACKAGE, "whole"),
  structsWith(join(ROOT, "dist/superstruct.js"), "bundled"),
]);

/** What is wrong with a value, and what is given if nothing is. */
function outcome(struct: Checks | undefined, value: unknown): unknown {
  const [error, read] = struct?.validate(value) ?? [];
  if (error === undefined) return { read };
  return error
    .failures()
    .map((failure) => [failure.path, failure.type, failure.refinement, failure.message, failure.value]);
}

const RULES = readdirSync(join(ROOT, "rules"))
  .filter((file) => file.endsWith(".json"))
  .map((file) => JSON.parse(readFileSync(join(ROOT, "rules", file), "utf8")) as Json);

/** A value with one part, wherever it stands, put in the place of another, or taken away. */
function changed(value: Json, turns: readonly number[], by: Json | undefined): Json | undefined {
  const [turn, ...further] = turns;
  if (turn === undefined || typeof value !== "object" || value === null) return by;
  const entries: [string, Json][] = Object.entries(value);
  if (entries.length === 0) return by;
  const at = turn % entries.length;
  const parts = entries.flatMap(([key, part], index): [string, Json][] => {
    const put = index === at ? changed(part, further, by) : part;
    return put === undefined ? [] : [[key, put]];
  });
  return Array.isArray(value) ? parts.map(([, part]) => part) : Object.fromEntries(parts);
}

const anything = fc.oneof(fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>, fc.constant(undefined));

describe("what is checked with the bundled superstruct", () => {
  it.each(Object.keys(whole))("is found wrong as with the whole package: %s", (name) => {
    const fields = fc.dictionary(
      fc.constantFrom("type", "locationId", "contactId", "tags", "id", "dnd", "messageType", "customFields", "name"),
      anything.map((value) => value ?? null),
    );
    fc.assert(
      fc.property(fc.oneof(anything, fields), (value) => {
        expect(outcome(bundled[name], value)).toEqual(outcome(whole[name], value));
      }),
      { numRuns: upTo(60, 600), seed: 7 },
    );
  });

  it("is found right, and wrong, in rules with a part changed", () => {
    for (const rule of RULES) expect(outcome(bundled["rule"], rule)).toEqual(outcome(whole["rule"], rule));
    fc.assert(
      fc.property(
        fc.constantFrom(...RULES),
        fc.array(fc.nat(40), { minLength: 1, maxLength: 6 }),
        anything,
        (rule, turns, by) => {
          const value = changed(rule, turns, by);
          expect(outcome(bundled["rule"], value)).toEqual(outcome(whole["rule"], value));
        },
      ),
      { numRuns: upTo(500, 5_000), seed: 8 },
    );
  });
});

it("a superstruct that is written otherwise is not bundled", () => {
  expect(() => leanSuperstruct(SOURCE.replace("this.coercer = coercer;", "this.coercer = coercer ?? null;"))).toThrow(
    "in another form",
  );
});
