import { describe, expect, it } from "vitest";
import { open, seal, sealKeys, type SealKeys } from "../../../src/highlevel/seal.ts";
import { TEST_OLD_TOKEN_KEY, TEST_TOKEN_KEY } from "../../keys.ts";

async function keys(...texts: string[]): Promise<SealKeys> {
  const read = await sealKeys(texts);
  if (!read.ok) throw new Error(read.failure);
  return read.value;
}

const SECRET = "a secret with ünïcode";

describe("a sealed text", () => {
  it("opens for its location, holds nothing of the text, and is another each time", async () => {
    const sealing = await keys(TEST_TOKEN_KEY);
    const sealed = await seal(sealing, SECRET, "here");
    expect(sealed).toMatch(/^v1\.[\w-]{16}\.[\w-]+$/);
    expect(sealed).not.toContain(btoa("a secret").replaceAll("=", "").slice(0, 8));
    expect(await open(sealing, sealed, "here")).toBe(SECRET);
    expect(await seal(sealing, SECRET, "here")).not.toBe(sealed);
  });

  it("does not open for another location, whose id may differ by case alone", async () => {
    const sealing = await keys(TEST_TOKEN_KEY);
    const sealed = await seal(sealing, SECRET, "here");
    for (const other of ["there", "Here", "her", ""]) expect(await open(sealing, sealed, other)).toBeNull();
  });

  it("opens with any of the keys, and is made with the first", async () => {
    const sealed = await seal(await keys(TEST_OLD_TOKEN_KEY), SECRET, "here");
    const rotated = await keys(TEST_TOKEN_KEY, TEST_OLD_TOKEN_KEY);
    expect(await open(rotated, sealed, "here")).toBe(SECRET);
    expect(await open(await keys(TEST_TOKEN_KEY), sealed, "here")).toBeNull();
    const anew = await seal(rotated, SECRET, "here");
    expect(await open(await keys(TEST_TOKEN_KEY), anew, "here")).toBe(SECRET);
    expect(await open(await keys(TEST_OLD_TOKEN_KEY), anew, "here")).toBeNull();
  });

  it("does not open when any character of it is another", async () => {
    const sealing = await keys(TEST_TOKEN_KEY);
    const sealed = await seal(sealing, SECRET, "here");
    for (let place = 0; place < sealed.length - 1; place++) {
      const changed = sealed.slice(0, place) + (sealed[place] === "A" ? "B" : "A") + sealed.slice(place + 1);
      expect(await open(sealing, changed, "here"), String(place)).toBeNull();
    }
    for (const odd of ["", "v1", "v1..", `${sealed}.x`, `${sealed}A`, "v2" + sealed.slice(2)])
      expect(await open(sealing, odd, "here"), odd).toBeNull();
  });
});

describe("keys", () => {
  const cases: readonly (readonly [what: string, texts: readonly string[], failure: RegExp])[] = [
    ["none", [], /^HIGHLEVEL_TOKEN_KEY is not set$/],
    ["too short", [btoa("x".repeat(31))], /^Key 1 /],
    ["too long", [btoa("x".repeat(33))], /^Key 1 /],
    ["no base64", ["ÿ".repeat(43)], /^Key 1 /],
    ["a second that cannot be used", [TEST_TOKEN_KEY, "nonsense"], /^Key 2 /],
  ];
  it.each(cases)("that are %s are refused, without quoting them", async (_, texts, failure) => {
    const read = await sealKeys(texts);
    expect(read).toEqual({ ok: false, failure: expect.stringMatching(failure) });
    for (const text of texts) expect(JSON.stringify(read)).not.toContain(text);
  });
});
