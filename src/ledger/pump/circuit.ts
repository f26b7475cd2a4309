// The circuit breaker of a destination: after ten failures in a row nothing is sent there for a while, then one probe,
// and everything again once that arrives. Pure; deliveries that wait behind it keep their order and lose no try.
import type { ActionErrorCode, AttemptOutcome } from "../../act/contract/outcome.ts";
import { notBefore } from "../../kit/not-before.ts";
import type { CircuitMode } from "../../model/delivery.ts";

/** What is known about a destination. */
export interface Circuit {
  /** How many attempts in a row have failed. */
  readonly failures: number;
  /** Milliseconds since 1970: nothing is sent before this; `null` while it is closed. */
  readonly openUntilMs: number | null;
}

export const CLOSED: Circuit = { failures: 0, openUntilMs: null };
/** Failures in a row that open the circuit. */
export const OPENS_AFTER = 10;
const NO_ANSWER: ReadonlySet<ActionErrorCode> = new Set([
  "DESTINATION_TIMEOUT",
  "DESTINATION_UNREACHABLE",
  "ACTION_TASK_STORE",
]);
const FIRST_OPEN_MS = 30_000;
const LONGEST_OPEN_MS = 10 * 60_000;

/** The circuit as it is now: after a clock that was ahead has been set back, it is open for no longer than it would be. */
export function asOf(circuit: Circuit, nowMs: number): Circuit {
  const { failures, openUntilMs } = circuit;
  if (openUntilMs === null) return circuit;
  const untilMs = notBefore(openUntilMs, openMs(failures), nowMs);
  return untilMs === openUntilMs ? circuit : { failures, openUntilMs: untilMs };
}

export function modeOf({ failures, openUntilMs }: Circuit, nowMs: number): CircuitMode {
  if (openUntilMs !== null) return nowMs < openUntilMs ? "open" : "half-open";
  return failures === 0 ? "closed" : "suspect";
}

/** The circuit after an attempt. One that says nothing about the destination changes nothing. */
export function after(circuit: Circuit, outcome: AttemptOutcome, nowMs: number): Circuit {
  switch (healthOf(outcome)) {
    case "unknown":
      return circuit;
    case "up":
      return CLOSED;
    case "down": {
      const failures = circuit.failures + 1;
      // Attempts that were under way when it opened do not make it stay open longer.
      const isOpen = circuit.openUntilMs !== null && nowMs < circuit.openUntilMs;
      if (failures < OPENS_AFTER) return { failures, openUntilMs: null };
      return isOpen ? circuit : { failures, openUntilMs: nowMs + openMs(failures) };
    }
  }
}

/** 30 seconds, and twice as long after each probe that failed, up to ten minutes. */
function openMs(failures: number): number {
  return Math.min(LONGEST_OPEN_MS, FIRST_OPEN_MS * 2 ** Math.max(0, Math.min(10, failures - OPENS_AFTER)));
}

/** Whether a destination works, as far as an attempt can tell. One that answers with a refusal works. */
function healthOf(outcome: AttemptOutcome): "up" | "down" | "unknown" {
  if (outcome.done) return "up";
  if (outcome.isSilent || NO_ANSWER.has(outcome.error.code)) return "down";
  return outcome.status === null ? "unknown" : outcome.status >= 500 ? "down" : "up";
}
