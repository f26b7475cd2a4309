// What a person asks of HighLevel while the ledger asks for something else: one such call is under way at a time, and who
// finds no room for that waits for its turn.
import { expect, it } from "vitest";
import { readingRequests } from "../../../src/highlevel/scopes.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import { LOCATION } from "../../builders.ts";
import { aReconciledLocation, NOON } from "./a-reconciled-location.ts";

/** A location one of whose calls is under way until it is let go. */
async function aBusyLocation() {
  const location = await aReconciledLocation();
  const [begun, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let calls = 0;
  location.instead = (request) => {
    if ((calls += 1) > 1) return null;
    begun.resolve();
    return held.promise.then(() => location.highlevel.answer(request));
  };
  const other = location.ledger.checkToken(LOCATION);
  await begun.promise;
  return { location, other, letGo: () => held.resolve(), calls: () => calls };
}

const QUESTIONS: readonly (readonly [
  what: string,
  ask: (ledger: LocationLedger) => Promise<unknown>,
  busy: unknown,
])[] = [
  ["what its token may read", async (ledger) => (await ledger.checkToken(LOCATION)).failure, "no-room"],
  [
    "what its export has and the log lacks",
    async (ledger) => {
      const missing = await ledger.missing(NOON);
      return missing.ok ? null : missing.failure;
    },
    expect.stringContaining("no room"),
  ],
];

it.each(QUESTIONS)("is answered in its turn: %s", async (_, ask) => {
  const { location, other, letGo } = await aBusyLocation();
  const own = ask(location.ledger);
  for (let turns = 0; turns < 3; turns += 1) await new Promise((done) => setImmediate(done));
  letGo();
  expect([(await other).failure, await own]).toEqual([null, null]);
});

it.each(QUESTIONS)("is said to find no room where its turn does not come: %s", async (_, ask, busy) => {
  const { location, calls } = await aBusyLocation();
  expect(await ask(location.ledger)).toEqual(busy);
  expect(calls()).toBe(1);
});

it("asks for everything", async () => {
  const { other, letGo, calls } = await aBusyLocation();
  letGo();
  await other;
  expect(calls()).toBe(readingRequests(LOCATION).length);
});
