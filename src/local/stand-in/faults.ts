// What a test makes go wrong.

/** A call as a fault's `match` and a test see it; `status` is what it was answered, null while or where nothing was. */
export interface Call {
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly version: string | null;
  /** With its question mark, empty where there is none. */
  readonly query: string;
  /** What the JSON says, the text of anything else, null where there is none. */
  readonly body: unknown;
  readonly locationId: string | null;
  readonly status: number | null;
}

/**
 * `hang` does nothing and never answers, `answer-lost` does what was asked and never answers, `refuse-connection` does
 * nothing and ends the connection, and a number is answered in place of doing it.
 */
export type FaultKind = "hang" | "answer-lost" | "refuse-connection" | number;

/** A fault: it strikes `times` of the calls that match. */
export interface Fault {
  readonly match: (call: Call) => boolean;
  readonly kind: FaultKind;
  times: number;
}

/** Takes the first fault that strikes `call`, null where none does. */
export function takeFault(faults: readonly Fault[], call: Call): FaultKind | null {
  const fault = faults.find((fault) => fault.times > 0 && fault.match(call));
  if (!fault) return null;
  fault.times -= 1;
  return fault.kind;
}
