import { describe, expect, it } from "vitest";
import { parseJson } from "../../../src/events/parse-json.ts";
import { bytesOf, JSON_CASES, type JsonCase } from "../../cases/json-cases.ts";
import { prototypesAsTheyAre } from "../../fuzz/prototypes.ts";

/** What is made of a document, in a word. */
function wordOn(bytes: Uint8Array): string {
  const parsed = parseJson(bytes);
  return parsed === null ? "nothing" : (parsed.issues[0]?.code ?? "value");
}

const titles = (category: JsonCase["category"]): JsonCase[] =>
  JSON_CASES.filter((known) => known.category === category);

describe.each(["accepted", "refused", "undefined"] as const)("a document of the category %s", (category) => {
  it.each(titles(category))("$title: $says", (given) => {
    const unchanged = prototypesAsTheyAre();
    const bytes = bytesOf(given);
    expect(wordOn(bytes)).toBe(given.says);
    if (given.value !== undefined) expect(parseJson(bytes)?.value).toEqual(given.value);
    expect(unchanged()).toBe(true);
  });
});

it("there are several hundred documents, each with a title of its own", () => {
  expect(JSON_CASES.length).toBeGreaterThan(500);
  const names = JSON_CASES.map(({ category, title }) => `${category} ${title}`);
  expect(new Set(names).size).toBe(names.length);
});
