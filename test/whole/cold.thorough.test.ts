// Many locations that nobody has heard of yet, all at once: workerd is saturated, and starves connections when it is so for
// longer than its patience. Whoever sends gets an answer all the same, and what was acknowledged is there.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { NO_ANSWER } from "../../bench/parts/connection.ts";
import { load } from "../../bench/parts/load.ts";
import { builtFrom, discard, serve } from "../../bench/parts/serve.ts";
import { readLedgers } from "../../proof/chaos/files.ts";
import { shippedBundle } from "./bundles.ts";

const LOCATIONS = 1_000;
const CONNECTIONS = 64;
const PATIENCE_MS = 300_000;

const state = mkdtempSync(join(tmpdir(), "afterbeep-cold-"));
const built = builtFrom(readFileSync(join(shippedBundle(), "worker.js"), "utf8"), [
  "Ledger",
  "Directory",
  "Agency",
  "Registry",
]);
afterAll(() => {
  discard(built);
  rmSync(state, { recursive: true, force: true });
});

it(
  "answers 202 or 429 to each of 1,000 cold locations over 64 connections, and has what it took",
  async () => {
    const worker = await serve(built, { state });
    const job = { port: worker.port, connections: CONNECTIONS, locations: LOCATIONS, requests: LOCATIONS, run: "cold" };
    const { statuses } = await load(job);
    await worker.stop();
    const { [NO_ANSWER]: _, ...answered } = statuses;
    expect(Object.keys(answered).filter((status) => !["202", "429"].includes(status))).toEqual([]);
    expect(Object.values(answered).reduce((sum, count) => sum + count, 0)).toBe(LOCATIONS);
    const kept = readLedgers(state, (ask) =>
      ask("SELECT name FROM sqlite_schema WHERE name = 'events'").flatMap(() => ask("SELECT key FROM events")),
    );
    expect(new Set(kept.flat().map(({ key }) => key)).size).toBeGreaterThanOrEqual(answered["202"] ?? 0);
  },
  PATIENCE_MS,
);
