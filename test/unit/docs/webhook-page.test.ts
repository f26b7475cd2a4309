import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allowedDestination } from "../../../src/act/outbound/destination.ts";
import { isSettable } from "../../../src/act/webhook/headers.ts";
import { ROOT } from "../../../src/local/project.ts";

const page = readFileSync(join(ROOT, "docs/rules.md"), "utf8");
/** The quoted words of a line that begins so. */
function wordsOf(start: string): string[] {
  const line = page.split("\n").find((text) => text.startsWith(start)) ?? "";
  return [...line.matchAll(/`([^`]+)`/g)].map(([, word]) => word ?? "");
}

describe("docs/rules.md", () => {
  it("lists headers that a rule may set", () => {
    const names = wordsOf("- `Accept`");
    const endings = wordsOf("- a name that ends with");
    expect([names.length, endings.length]).toEqual([15, 19]);
    const settable = [...names, ...endings.map((ending) => (ending.startsWith("-") ? `Any${ending}` : ending))];
    expect(settable.filter((name) => !isSettable(name))).toEqual([]);
  });

  it("lists the beginnings that are reserved", () => {
    const words = wordsOf("Of these, names MUST NOT").filter((word) => word !== "X-");
    expect(words).toHaveLength(19);
    const beginnings = words.map((word) => (word.endsWith("-") ? word : `X-${word}-`));
    expect(beginnings.filter((beginning) => isSettable(`${beginning}Key`))).toEqual([]);
  });

  it("lists the endings of hosts that are refused", () => {
    const endings = wordsOf("| not end in");
    expect(endings).toHaveLength(15);
    const hosts = { outboundAllowedHosts: new Set<string>(), ownHosts: new Set<string>() };
    expect(endings.filter((ending) => allowedDestination(`https://a.${ending}/`, hosts).ok)).toEqual([]);
  });
});
