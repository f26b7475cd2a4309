import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, it } from "vitest";

/** Which room may import which: the house in one table. `src/worker.ts`, `src/serve.ts` and `src/respond.ts` are the entry. */
const MAY_IMPORT: { readonly [room: string]: readonly string[] } = {
  kit: [],
  model: ["kit"],
  time: ["model"],
  highlevel: ["kit", "model"],
  act: ["kit", "model", "time", "highlevel"],
  language: ["kit", "model", "act"],
  events: ["kit", "model", "language"],
  rules: ["kit", "model", "time", "highlevel", "act", "language", "events"],
  match: ["kit", "model", "time", "highlevel", "language", "events", "rules"],
  receive: ["kit", "model", "highlevel", "events"],
  // What would have been enough for a rule that did not fire: deciding again, in worlds that differ in a thing or two.
  counterfactual: ["kit", "model", "time", "language", "events", "match"],
  // What the facts of events really have, beside what rules test.
  drift: ["kit", "model", "language", "events"],
  ledger: ["kit", "model", "time", "highlevel", "act", "events", "rules", "match", "drift", "counterfactual"],
  // The log decided again by other rules: no clock, no storage.
  replay: ["kit", "model", "time", "highlevel", "act", "language", "events", "rules", "match", "counterfactual"],
  // What rules can do together, on a developer's machine alone: nothing of it is in the Worker.
  analysis: ["kit", "model", "time", "highlevel", "act", "language", "events", "match"],
  // Runs in the browser, beside the page: what it replays is decided there.
  thread: ["kit", "model", "replay"],
  agency: ["kit", "model", "highlevel", "act", "events", "ledger"],
  // Published rule sets, and which of them is in force for whom.
  registry: ["kit", "model", "rules", "match", "ledger"],
  // Above the ledger: Cloudflare's objects, and what takes more than one of them.
  objects: ["kit", "model", "act", "rules", "ledger", "agency", "registry"],
  api: ["kit", "model", "highlevel", "events", "rules", "match"],
  // Runs in the browser: words and samples, nothing that decides.
  dashboard: ["kit", "model", "language", "events"],
  entry: ["kit", "model", "rules", "receive", "objects", "api"],
  // What runs on a developer's machine in the place of Cloudflare and of HighLevel.
  local: ["kit", "model", "time", "highlevel", "act", "language", "events", "rules", "ledger", "objects", "entry"],
  cli: [
    "kit",
    "model",
    "time",
    "act",
    "language",
    "events",
    "rules",
    "match",
    "replay",
    "analysis",
    "counterfactual",
    "local",
  ],
};

/** The same inside a room whose files stand in folders: the files beside the folders are `.`, and above all of them. */
const INSIDE: { readonly [room: string]: { readonly [part: string]: readonly string[] } } = {
  act: {
    template: [],
    contract: ["template"],
    outbound: ["template", "contract"],
    webhook: ["template", "contract", "outbound"],
    task: ["template", "contract"],
    highlevel: ["template", "contract"],
  },
  ledger: {
    store: [],
    log: ["store"],
    deliveries: ["store", "log"],
    highlevel: ["store", "log"],
    rules: ["store", "log"],
    reading: ["store", "log", "deliveries", "highlevel"],
    pump: ["store", "log", "deliveries", "highlevel", "reading"],
    upkeep: ["store", "log", "deliveries", "highlevel"],
    recording: ["store", "log", "deliveries", "highlevel", "pump", "upkeep", "reading", "rules"],
    reconcile: ["store", "log", "highlevel"],
    alerts: ["store", "deliveries", "pump"],
  },
  dashboard: {
    ask: [],
    time: ["ask"],
    address: ["time"],
    parts: ["ask", "time", "address"],
    overview: ["ask", "time", "address", "parts"],
    events: ["ask", "time", "address", "parts"],
    contact: ["ask", "time", "address", "parts"],
    deliveries: ["ask", "time", "address", "parts"],
    tasks: ["ask", "time", "address", "parts"],
    shadow: ["ask", "time", "address", "parts"],
    replay: ["ask", "time", "address", "parts"],
    rules: ["ask", "time", "address", "parts", "replay"],
    playground: ["ask", "time", "address", "parts", "replay"],
    alerts: ["ask", "time", "address", "parts"],
    audit: ["ask", "time", "address", "parts"],
    changes: ["ask", "time", "address", "parts", "replay"],
    agency: ["ask", "time", "address", "parts"],
    token: ["ask", "time", "address", "parts"],
    home: ["ask", "time", "address", "parts", "deliveries"],
    frame: [
      "ask",
      "time",
      "address",
      "parts",
      "overview",
      "events",
      "contact",
      "deliveries",
      "tasks",
      "shadow",
      "rules",
      "playground",
      "alerts",
      "audit",
      "changes",
      "agency",
      "token",
      "home",
    ],
  },
  analysis: { values: [], groups: ["values"] },
  local: { "stand-in": [], worker: [], desk: ["stand-in"] },
  cli: { demo: [], doctor: [] },
};
const CLOUDFLARE_ROOMS = new Set(["objects", "entry"]);
const ENGINE_FILE = "match/engine-parts.ts";

const SRC = join(import.meta.dirname, "../../src");
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => name.replaceAll("\\", "/"));

const roomOf = (file: string): string => (file.includes("/") ? (file.split("/")[0] ?? "") : "entry");

const partOf = (file: string): string => (file.split("/").length > 2 ? (file.split("/")[1] ?? "") : ".");

/** The files of `src` that a file imports. */
const targetsOf = (file: string): string[] =>
  importsOf(file)
    .filter((from) => from.startsWith("."))
    .map((from) => normalize(relative(SRC, join(SRC, dirname(file), from))).replaceAll("\\", "/"))
    .filter((target) => !target.startsWith(".."));

function importsOf(file: string): string[] {
  return importsIn(readFileSync(join(SRC, file), "utf8"));
}

function importsIn(text: string): string[] {
  return [...text.matchAll(/^(?:import|export)\s[^;]*?from\s+"([^"]+)"|import\("([^"]+)"\)/gm)].map(
    ([, from, dynamic]) => from ?? dynamic ?? "",
  );
}

/** What a file imports besides types. */
function valuesOf(file: string): string[] {
  return importsIn(readFileSync(join(SRC, file), "utf8").replaceAll(/^(?:import|export) type\s[^;]*;/gm, ""));
}

describe("the rooms", () => {
  it("are all in the table, and the table has no others", () => {
    expect([...new Set(files.map(roomOf))].toSorted()).toEqual(Object.keys(MAY_IMPORT).toSorted());
  });

  it.each(files)("%s imports only what its room may", (file) => {
    const room = roomOf(file);
    const rooms = new Set(targetsOf(file).map(roomOf));
    expect([...rooms].filter((target) => target !== room && !MAY_IMPORT[room]?.includes(target))).toEqual([]);
  });

  it.each(Object.entries(INSIDE))("%s has the parts of its table, and no others", (room, parts) => {
    const found = new Set(files.filter((file) => roomOf(file) === room).map(partOf));
    expect([...found].filter((part) => part !== ".").toSorted()).toEqual(Object.keys(parts).toSorted());
  });

  it("with folders in them are all in the table of parts", () => {
    const found = new Set(files.filter((file) => partOf(file) !== ".").map(roomOf));
    expect([...found].toSorted()).toEqual(Object.keys(INSIDE).toSorted());
  });

  it.each(files.filter((file) => partOf(file) !== "."))("%s imports only what its part of the room may", (file) => {
    const part = partOf(file);
    const parts = new Set(
      targetsOf(file)
        .filter((target) => roomOf(target) === roomOf(file))
        .map(partOf),
    );
    const may = INSIDE[roomOf(file)]?.[part];
    expect([...parts].filter((target) => target !== part && !may?.includes(target))).toEqual([]);
  });

  it("import what their table says, and it says no more", () => {
    const used = (room: string): string[] =>
      [...new Set(files.filter((file) => roomOf(file) === room).flatMap((file) => targetsOf(file).map(roomOf)))]
        .filter((target) => target !== room)
        .toSorted();
    const table = Object.entries(MAY_IMPORT).map(([room, may]) => [room, may.toSorted()]);
    expect(Object.keys(MAY_IMPORT).map((room) => [room, used(room)])).toEqual(table);
  });

  it("hold no circle, of rooms or of parts", () => {
    for (const table of [MAY_IMPORT, ...Object.values(INSIDE)]) {
      const seen = new Set<string>();
      for (const [name, may] of Object.entries(table)) {
        expect(
          may.filter((below) => !seen.has(below)),
          `${name} imports what stands above it`,
        ).toEqual([]);
        seen.add(name);
      }
    }
  });

  it("hold no circle of files", () => {
    const done = new Set<string>();
    const visit = (file: string, way: readonly string[]): void => {
      expect(way, "a circle").not.toContain(file);
      if (done.has(file) || way.includes(file)) return;
      for (const target of targetsOf(file)) visit(target, [...way, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
  });

  it("keep Cloudflare's modules to the objects and the entry", () => {
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

  it("keep re2js to one file, which the page in the browser does not reach", () => {
    expect(files.filter((file) => importsOf(file).includes("re2js"))).toEqual(["language/pattern.ts"]);
    const reached = new Set(files.filter((file) => roomOf(file) === "dashboard"));
    for (const file of reached) for (const target of targetsOf(file)) reached.add(target);
    expect(reached).toContain("language/operators.ts");
    expect(reached).not.toContain("language/pattern.ts");
  });

  it("give the page words, and no library: what it runs of other rooms stands on nothing but itself", () => {
    const reached = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const target of valuesOf(file).filter((from) => from.startsWith(".")))
        if (/\.tsx?$/.test(target)) visit(normalize(join(dirname(file), target)).replaceAll("\\", "/"));
    };
    visit("dashboard/main.tsx");
    const outside = [...reached].filter((file) => roomOf(file) !== "dashboard");
    expect(outside).toContain("act/about.ts");
    const isOurs = (from: string): boolean => from.startsWith(".") || from === "#said" || from === "#json-fault";
    expect(outside.filter((file) => !valuesOf(file).every(isOurs))).toEqual([]);
  });

  it("stand in the table of CONTRIBUTING.md as they are here", () => {
    const page = readFileSync(join(SRC, "../CONTRIBUTING.md"), "utf8");
    const rows = [...page.matchAll(/^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$/gm)];
    const told = rows.map(([, room, may]) => [room, [...(may ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name)]);
    const { entry: _, ...rooms } = MAY_IMPORT;
    expect(Object.fromEntries(told.filter(([room]) => String(room) in rooms))).toEqual(rooms);
  });

  it("see every import there is: the reading of imports finds at least one in each room", () => {
    for (const room of Object.keys(MAY_IMPORT).filter((name) => name !== "kit")) {
      const seen = files.filter((file) => roomOf(file) === room).flatMap(importsOf);
      expect(seen.length, room).toBeGreaterThan(0);
    }
  });
});
