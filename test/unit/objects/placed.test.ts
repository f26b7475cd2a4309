import { describe, expect, it, vi } from "vitest";
import { otherPlaces, placed, UnknownJurisdiction, unlessElsewhere, type Bound } from "../../../src/objects/placed.ts";

const NAMES = ["LEDGER", "DIRECTORY", "AGENCY", "REGISTRY"] as const;

/** Bindings of which each namespace says where its objects are. */
function bindings(JURISDICTION?: string, jurisdiction = (place: string): unknown => ({ place })): Bound {
  const objects = Object.fromEntries(NAMES.map((name) => [name, { place: "any", jurisdiction }]));
  return { ...objects, TASKS: "tasks", JURISDICTION } as unknown as Bound;
}

const placesOf = (env: Bound): unknown[] => NAMES.map((name) => (env[name] as unknown as { place: string }).place);

describe("where objects are", () => {
  it.each([
    [undefined, "any"],
    ["", "any"],
    ["eu", "eu"],
    [" US ", "us"],
  ])("with JURISDICTION %j all of them are in %s", (jurisdiction, place) => {
    const env = bindings(jurisdiction);
    expect(placesOf(placed(env))).toEqual(NAMES.map(() => place));
    expect(placed(env)).toMatchObject({ TASKS: "tasks" });
  });

  it("the bindings of a deployment are the same each time, also when they are placed again", () => {
    const env = bindings("eu");
    expect(placed(env)).toBe(placed(env));
    expect(placed(placed(env))).toBe(placed(env));
  });

  it("a place that there is not is no reason to keep anything elsewhere", () => {
    expect(() => placed(bindings("moon"))).toThrow(UnknownJurisdiction);
  });

  it("on a machine of one's own there is one place", () => {
    const env = bindings("eu", () => {
      throw new Error("Jurisdiction restrictions are not implemented in workerd.");
    });
    expect(placesOf(placed(env))).toEqual(NAMES.map(() => "any"));
    expect(placed(env)).toMatchObject({ JURISDICTION: "" });
    expect(otherPlaces(placed(env))).toEqual([]);
  });

  it("what the platform refuses otherwise is no other place", () => {
    const env = bindings("eu", () => {
      throw new TypeError("Not in your plan");
    });
    expect(() => placed(env)).toThrow("Not in your plan");
  });

  it("what is not bound stays so", () => {
    const { REGISTRY: _, ...lacking } = bindings("eu");
    expect(Object.keys(placed(lacking as Bound))).not.toContain("REGISTRY");
  });

  it.each([
    ["", ["eu", "us"]],
    ["eu", ["any", "us"]],
    ["us", ["any", "eu"]],
  ])("beside %j there are %j", (jurisdiction, others) => {
    const found = otherPlaces(placed(bindings(jurisdiction)));
    expect(found.map(({ name }) => name)).toEqual(others);
    for (const { name, env } of found) expect(placesOf(env)).toEqual(NAMES.map(() => name));
  });
});

describe("an alarm", () => {
  const at = (jurisdiction?: string) => {
    const setAlarm = vi.fn<(at: number) => Promise<void>>(() => Promise.resolve());
    return { setAlarm, object: { id: { jurisdiction }, storage: { setAlarm } } };
  };

  it.each([
    [undefined, ""],
    ["eu", "eu"],
    ["us", "US"],
  ])("of an object in %j rings where JURISDICTION is %j", async (place, jurisdiction) => {
    const { object, setAlarm } = at(place);
    const ring = vi.fn<() => Promise<void>>(() => Promise.resolve());
    await unlessElsewhere(object, bindings(jurisdiction), ring);
    expect([ring.mock.calls.length, setAlarm.mock.calls.length]).toEqual([1, 0]);
  });

  it.each([
    [undefined, "eu"],
    ["eu", ""],
    ["eu", "us"],
    ["us", "moon"],
  ])("of an object in %j rests where JURISDICTION is %j, and is kept", async (place, jurisdiction) => {
    const { object, setAlarm } = at(place);
    const ring = vi.fn<() => Promise<void>>(() => Promise.resolve());
    const said = vi.spyOn(console, "error").mockReturnValue();
    await unlessElsewhere(object, bindings(jurisdiction), ring);
    expect([ring.mock.calls.length, setAlarm.mock.calls.length, said.mock.calls.length]).toEqual([0, 1, 1]);
    said.mockRestore();
  });
});
