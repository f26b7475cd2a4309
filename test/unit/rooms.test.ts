import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, it } from "vitest";

/** Which room may import which: the house in one table. `src/worker.ts` and `src/respond.ts` are the entry. */
const MAY_IMPORT: { readonly [room: string]: readonly string[] } = {
  model: [],
  time: ["model"],
  events: ["model"],
  highlevel: ["model", "time"],
  act: ["model", "time", "highlevel"],
  rules: ["model", "time", "events", "highlevel", "act"],
  match: ["model", "time", "events", "rules"],
  receive: ["model", "events", "highlevel"],
  ledger: ["model", "time", "events", "highlevel", "act", "rules", "match"],
  api: ["model", "events", "highlevel", "rules", "match"],
  // Runs in the browser: words and samples, nothing that decides.
  dashboard: ["model", "events"],
  cli: ["model", "time", "events", "highlevel", "rules", "match", "ledger"],
  // The Worker of the demo: the entry, with ledgers whose clock can be moved.
  demo: ["model", "ledger", "entry"],
  entry: ["model", "highlevel", "receive", "api", "ledger", "rules"],
};
const CLOUDFLARE_ROOMS = new Set(["ledger", "entry"]);
const ENGINE_FILE = "match/engine-parts.ts";

const SRC = join(import.meta.dirname, "../../src");
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => name.replaceAll("\\", "/"));

const roomOf = (file: string): string => (file.includes("/") ? (file.split("/")[0] ?? "") : "entry");

function importsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), "utf8");
  return [...text.matchAll(/^(?:import|export)\s[^;]*?from\s+"([^"]+)"|import\("([^"]+)"\)/gm)].map(
    ([, from, dynamic]) => from ?? dynamic ?? "",
  );
}

describe("the rooms", () => {
  it("are all in the table, and the table has no others", () => {
    expect([...new Set(files.map(roomOf))].toSorted()).toEqual(Object.keys(MAY_IMPORT).toSorted());
  });

  it.each(files)("%s imports only what its room may", (file) => {
    const room = roomOf(file);
    const inside = importsOf(file)
      .filter((from) => from.startsWith("."))
      .map((from) => normalize(relative(SRC, join(SRC, dirname(file), from))).replaceAll("\\", "/"))
      .filter((target) => !target.startsWith(".."));
    const rooms = new Set(inside.map(roomOf).filter((target) => target !== room));
    expect([...rooms].filter((target) => !MAY_IMPORT[room]?.includes(target))).toEqual([]);
  });

  it("keep Cloudflare's modules to the ledger and the entry", () => {
    const offenders = files.filter(
      (file) => importsOf(file).some((from) => from.startsWith("cloudflare:")) && !CLOUDFLARE_ROOMS.has(roomOf(file)),
    );
    expect(offenders).toEqual([]);
  });

  it("keep json-rules-engine to one file", () => {
    const importers = files.filter((file) => importsOf(file).some((from) => from.startsWith("json-rules-engine")));
    // The modules that evaluate, and not the package itself: with it its Engine, jsonpath and more would be bundled.
    expect(importers.filter((file) => !file.endsWith(".d.ts"))).toEqual([ENGINE_FILE]);
    expect(importsOf(ENGINE_FILE)).not.toContain("json-rules-engine");
  });

  it("stand in the table of CONTRIBUTING.md as they are here", () => {
    const page = readFileSync(join(SRC, "../CONTRIBUTING.md"), "utf8");
    const rows = [...page.matchAll(/^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$/gm)];
    const told = rows.map(([, room, may]) => [room, [...(may ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name)]);
    const { entry: _, ...rooms } = MAY_IMPORT;
    expect(Object.fromEntries(told.filter(([room]) => String(room) in rooms))).toEqual(rooms);
  });

  it("see every import there is: the reading of imports finds at least one in each room but model", () => {
    for (const room of Object.keys(MAY_IMPORT).filter((name) => name !== "model")) {
      const seen = files.filter((file) => roomOf(file) === room).flatMap(importsOf);
      expect(seen.length, room).toBeGreaterThan(0);
    }
  });
});
