// The faults that a test injects.

/** A call as a fault's `match` and a test see it; `status` is what was answered, null until then. */
export interface Call {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly version: string | null;
  /** With its question mark; empty if there is none. */
  readonly query: string;
  /** The value if it is JSON, the text if it is anything else, null if there is none. */
  readonly body: unknown;
  readonly locationId: string | null;
  readonly status: number | null;
}

/**
 * `hang` does nothing and never answers, `answer-lost` does what was asked and never answers, `refuse-connection` does
 * nothing and ends the connection; a number is the status answered, and nothing is done.
 */
export type FaultKind = "hang" | "answer-lost" | "refuse-connection" | number;

/** A fault: it hits `times` of the matching calls. */
export interface Fault {
  readonly match: (call: Call) => boolean;
  readonly kind: FaultKind;
  times: number;
}

/** Takes the first fault that hits `call`, null if none does. */
export function takeFault(faults: readonly Fault[], call: Call): FaultKind | null {
  const fault = faults.find((fault) => fault.times > 0 && fault.match(call));
  if (!fault) return null;
  fault.times -= 1;
  return fault.kind;
}
