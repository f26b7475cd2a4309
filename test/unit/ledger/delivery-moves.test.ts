import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actionError, unanswered, type AttemptOutcome } from "../../../src/act/contract/outcome.ts";
import * as moves from "../../../src/ledger/deliveries/moves.ts";
import type { Standing } from "../../../src/ledger/deliveries/moves.ts";
import { DELIVERY_STATES, type DeliveryState } from "../../../src/model/delivery.ts";

const NOW = 1_000_000;
const DAY = 86_400_000;
const done: AttemptOutcome = { done: true, status: 200, answer: "" };
const failed = unanswered(actionError("DESTINATION_TIMEOUT", ""));
const gone = unanswered(actionError("DESTINATION_GONE", ""));
const held = unanswered(actionError("ACTION_BREAKER", ""));
const operator = { by: "operator" } as const;

const standing = (state: DeliveryState, fields: Partial<Standing> = {}): Standing => ({
  state,
  dueAtMs: state === "scheduled" || state === "sending" ? NOW : null,
  tries: 0,
  giveUpAtMs: NOW + 7 * DAY,
  cancelledBy: state === "cancelled" ? operator : null,
  hasLeft: false,
  ...fields,
});

const MOVES: { readonly [name: string]: (from: Standing) => Standing | null } = {
  leased: (from) => moves.leased(from, NOW),
  "attempted, done": (from) => moves.attempted(from, done, NOW, 0),
  "attempted, failed": (from) => moves.attempted(from, failed, NOW, 0),
  "attempted, gone": (from) => moves.attempted(from, gone, NOW, 0),
  "attempted, held": (from) => moves.attempted(from, held, NOW, 0),
  released: (from) => moves.released(from, NOW),
  "put back": (from) => moves.putBack(from, NOW + 1),
  deferred: (from) => moves.deferred(from, NOW + 1),
  interrupted: (from) => moves.interrupted(from, NOW),
  "put right": (from) => moves.putRight(from, 1, NOW),
  cancelled: (from) => moves.cancelled(from, operator),
  retried: (from) => moves.retried(from, NOW),
  "given up": (from) => moves.givenUp(from, NOW + 8 * DAY),
};

/** Where each move leads from each state; `–` where it cannot be made. */
const TABLE: { readonly [name: string]: { readonly [state in DeliveryState]: DeliveryState | "–" } } = {
  leased: { scheduled: "sending", sending: "–", held: "–", sent: "–", dead: "–", cancelled: "–" },
  "attempted, done": { scheduled: "–", sending: "sent", held: "–", sent: "–", dead: "–", cancelled: "–" },
  "attempted, failed": { scheduled: "–", sending: "scheduled", held: "–", sent: "–", dead: "–", cancelled: "–" },
  "attempted, gone": { scheduled: "–", sending: "dead", held: "–", sent: "–", dead: "–", cancelled: "–" },
  "attempted, held": { scheduled: "–", sending: "held", held: "–", sent: "–", dead: "–", cancelled: "–" },
  released: { scheduled: "–", sending: "–", held: "scheduled", sent: "–", dead: "–", cancelled: "–" },
  "put back": { scheduled: "–", sending: "scheduled", held: "–", sent: "–", dead: "–", cancelled: "–" },
  deferred: { scheduled: "–", sending: "scheduled", held: "–", sent: "–", dead: "–", cancelled: "–" },
  "put right": { scheduled: "scheduled", sending: "–", held: "–", sent: "–", dead: "–", cancelled: "–" },
  interrupted: { scheduled: "–", sending: "scheduled", held: "–", sent: "–", dead: "–", cancelled: "–" },
  cancelled: {
    scheduled: "cancelled",
    sending: "sending",
    held: "cancelled",
    sent: "–",
    dead: "cancelled",
    cancelled: "cancelled",
  },
  retried: {
    scheduled: "scheduled",
    sending: "–",
    held: "scheduled",
    sent: "–",
    dead: "scheduled",
    cancelled: "scheduled",
  },
  "given up": { scheduled: "dead", sending: "–", held: "dead", sent: "–", dead: "–", cancelled: "–" },
};

describe("a delivery moves", () => {
  const cases = Object.entries(TABLE).flatMap(([name, row]) =>
    DELIVERY_STATES.map((state) => [name, state, row[state]] as const),
  );
  it.each(cases)("%s: from %s to %s", (name, state, to) => {
    expect(MOVES[name]?.(standing(state))?.state ?? "–").toBe(to);
  });

  it("and keeps its tries where it was not its turn, until a week is over", () => {
    const limited = unanswered(actionError("HIGHLEVEL_LIMIT", ""), 10_000);
    const after = moves.attempted(standing("sending", { tries: 9 }), limited, NOW, 0);
    expect(after).toMatchObject({ state: "scheduled", tries: 9, dueAtMs: NOW + 10_000 });
    expect(moves.attempted(standing("sending"), limited, NOW + 7 * DAY, 0)?.state).toBe("dead");
  });

  it("to sending only once it is due", () => {
    expect(moves.leased(standing("scheduled", { dueAtMs: NOW + 1 }), NOW)).toBeNull();
  });

  it.each(["attempted, failed", "attempted, held", "put back", "deferred", "interrupted"])(
    "to cancelled when it was cancelled while it was being sent: %s",
    (name) => {
      expect(MOVES[name]?.(standing("sending", { cancelledBy: operator }))).toMatchObject({
        state: "cancelled",
        dueAtMs: null,
        cancelledBy: operator,
      });
    },
  );

  it("to sent, although it was cancelled, when it arrived", () => {
    expect(moves.attempted(standing("sending", { cancelledBy: operator }), done, NOW, 0)).toMatchObject({
      state: "sent",
      cancelledBy: null,
    });
  });

  it("to dead after ten attempts, or when the next would come more than a week after it was due", () => {
    expect(moves.attempted(standing("sending", { tries: 9 }), failed, NOW, 0)?.state).toBe("dead");
    expect(moves.attempted(standing("sending", { giveUpAtMs: NOW + 4_999 }), failed, NOW, 0)?.state).toBe("dead");
    expect(moves.attempted(standing("sending", { giveUpAtMs: NOW + 5_000 }), failed, NOW, 0)?.state).toBe("scheduled");
  });

  it("to held for a week, without a try that counts, however late it is and however often it failed", () => {
    for (const giveUpAtMs of [NOW - DAY, NOW + 1, null])
      expect(moves.attempted(standing("sending", { tries: 9, giveUpAtMs }), held, NOW, 0)).toEqual({
        state: "held",
        dueAtMs: null,
        tries: 9,
        giveUpAtMs: NOW + 7 * DAY,
        cancelledBy: null,
        hasLeft: false,
      });
    expect(moves.givenUp(standing("held"), NOW + 7 * DAY - 1)).toBeNull();
    expect(moves.givenUp(standing("held"), NOW + 7 * DAY)).toMatchObject({ state: "dead" });
  });

  it("from held to due now, with a week and all tries before it", () => {
    expect(moves.released(standing("held", { tries: 9, giveUpAtMs: NOW + 1 }), NOW)).toEqual({
      state: "scheduled",
      dueAtMs: NOW,
      tries: 0,
      giveUpAtMs: NOW + 7 * DAY,
      cancelledBy: null,
      hasLeft: false,
    });
  });

  it("and is known to have left once an attempt may have, not when it was kept back", () => {
    const later = unanswered(actionError("HIGHLEVEL_TOKEN_LATER", ""));
    expect(moves.attempted(standing("sending"), failed, NOW, 0)?.hasLeft).toBe(true);
    expect(moves.attempted(standing("sending"), done, NOW, 0)?.hasLeft).toBe(true);
    expect(moves.interrupted(standing("sending"), NOW)?.hasLeft).toBe(true);
    for (const kept of [held, later]) expect(moves.attempted(standing("sending"), kept, NOW, 0)?.hasLeft).toBe(false);
    expect(moves.attempted(standing("sending", { hasLeft: true }), held, NOW, 0)?.hasLeft).toBe(true);
    expect(moves.retried(standing("cancelled", { hasLeft: true }), NOW)?.hasLeft).toBe(true);
  });

  it("behind a window for as long as that is shut, and a week more", () => {
    expect(moves.deferred(standing("sending"), NOW + 30 * DAY)).toMatchObject({
      dueAtMs: NOW + 30 * DAY,
      giveUpAtMs: NOW + 37 * DAY,
      tries: 0,
    });
  });
});

describe("whatever happens to a delivery", () => {
  it("it is due exactly while it is open, counts no more than ten tries, and what was sent stays sent", () => {
    const steps = fc.array(fc.constantFrom(...Object.keys(MOVES)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (names) => {
        let at = moves.begun(NOW, null);
        for (const name of names) {
          const next = MOVES[name]?.({ ...at, dueAtMs: at.dueAtMs === null ? null : NOW }) ?? null;
          if (at.state === "sent") expect(next).toBeNull();
          at = next ?? at;
          expect(at.dueAtMs !== null).toBe(at.state === "scheduled" || at.state === "sending");
          expect(at.tries).toBeLessThan(10);
          if (at.state === "cancelled") expect(at.cancelledBy).not.toBeNull();
          if (at.state === "scheduled" || at.state === "held" || at.state === "sent" || at.state === "dead")
            expect(at.cancelledBy).toBeNull();
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
