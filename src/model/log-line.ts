// What the Worker logs: one line of JSON for each event, each attempt, and each thing that goes wrong. A line holds ids,
// names of rules, codes and counts. It never holds a payload, a contact, an address, a secret, or the message of an
// error, which may quote any of them. Nothing else in the Worker writes to the console.
import type { EventKind, HookRoute } from "./event-kinds.ts";
import type { FailureCode } from "./failure.ts";

/** An event of the app itself. */
export type LifecycleKind = "INSTALL" | "UNINSTALL";

/** What became of one event whose origin was proved. */
export interface EventLine {
  readonly eventKey: string;
  readonly locationId: string | null;
  /** `null`: a kind that Afterbeep does not know. */
  readonly kind: EventKind | LifecycleKind | null;
  /** `decided`: it had been accepted before HighLevel was asked about its contact. */
  readonly status: "accepted" | "decided" | "duplicate" | "ignored" | "quarantined";
  /** Names of the rules that fired. */
  readonly fired: readonly string[];
  /** Fields of the table that could not be read, as JSON pointers; absent: none. */
  readonly issues?: readonly string[];
}

/** One try of one delivery. */
export interface AttemptLine {
  /** `null` if nothing has been recorded yet. */
  readonly locationId: string | null;
  readonly deliveryId: string;
  readonly eventKey: string;
  readonly rule: string;
  /** `done`, or the code of what went wrong. */
  readonly outcome: string;
  readonly durationMs: number;
  /** The HTTP status; `null` without an answer, and for tasks. */
  readonly status: number | null;
}

/** What became of installing the app. */
export type InstallOutcome =
  | "installed"
  | "no-app" // the app's id or secret is not set
  | "no-key" // tokens cannot be kept
  | "unknown-app" // HighLevel does not know the app
  | "no-code"
  | "code-refused"
  | "agency-installed"
  | "agency-waits" // for a location that the operator's list admits
  | "agency-not-allowed" // it is not on the operator's list
  | "not-allowed" // the location is not on the operator's list
  | "unclear" // HighLevel's answer cannot be used, or there was none
  | "not-stored";

/** One try to install the app. */
export interface InstallLine {
  /** `location-refused`: HighLevel gives its agency no token for the location. */
  readonly outcome: InstallOutcome | "location-refused";
  /** `null`: there is none, or who came back named one that is not allowed. */
  readonly locationId: string | null;
  /** The agency; absent: a location was installed by itself. */
  readonly companyId?: string | undefined;
}

/** Messages of which HighLevel sent no webhook were found in its export and taken in: the gap that they belong to, so far. */
export interface GapLine {
  readonly locationId: string | null;
  readonly since: string;
  readonly until: string;
  readonly found: number;
  readonly changed: number;
  readonly late: number;
}

/** Where something went wrong. */
export interface Place {
  readonly eventKey?: string;
  readonly locationId?: string | null;
  readonly companyId?: string | undefined;
  readonly deliveryId?: string;
  readonly code?: FailureCode;
}

/** An error without its message: its name, and where it was thrown as `file:line:column`. */
interface ErrorPlace {
  readonly name: string;
  readonly at: readonly string[];
  /** Flags that Durable Objects put on their errors. */
  readonly overloaded?: true;
  readonly retryable?: true;
}

const MAX_RULES_NAMED = 20;
const MAX_FRAMES = 10;
const REFUSALS_EVERY_MS = 60_000;
const ERROR_NAME = /^[A-Z][A-Za-z0-9]{0,40}$/;
/** The end of a stack's line: a file without its folders, line and column. What precedes it may be a key of a payload. */
const FRAME = /^ {4}at .*?([\w.-]+:\d+:\d+)\)?$/gm;

export function logEvent({ fired, ...line }: EventLine): void {
  console.log(
    JSON.stringify({ message: "event", ...line, fired: fired.slice(0, MAX_RULES_NAMED), firedCount: fired.length }),
  );
}

export function logAttempt(line: AttemptLine): void {
  console.log(JSON.stringify({ message: "attempt", ...line }));
}

export function logInstall(line: InstallLine): void {
  console.log(JSON.stringify({ message: "install", ...line }));
}

export function logGap(line: GapLine): void {
  console.log(JSON.stringify({ message: "gap", ...line }));
}

/** Logs that something went wrong. `message` is a fixed sentence. */
export function logError(message: string, place: Place, error?: unknown): void {
  console.error(JSON.stringify({ message, ...place, ...(error === undefined ? {} : { error: errorPlace(error) }) }));
}

const refusals = new Map<string, { count: number; nextAt: number }>();

/**
 * Logs that a request was refused. Anybody can send such requests, so there is at most one line a minute for each route
 * and code, with how many there were since the previous line, and nothing that they claim.
 */
export function logRefusal(route: HookRoute | "api", code: FailureCode, nowMs: number): void {
  const key = `${route} ${code}`;
  const { count, nextAt } = refusals.get(key) ?? { count: 0, nextAt: 0 };
  const isDue = nowMs >= nextAt;
  if (isDue) console.log(JSON.stringify({ message: "refused", route, code, count: count + 1 }));
  refusals.set(key, isDue ? { count: 0, nextAt: nowMs + REFUSALS_EVERY_MS } : { count: count + 1, nextAt });
}

function errorPlace(error: unknown): ErrorPlace {
  if (!(error instanceof Error)) return { name: typeof error, at: [] };
  const { name, message, stack = "" } = error;
  const flags = error as { readonly overloaded?: unknown; readonly retryable?: unknown };
  // The message precedes the frames, and may look like one. A stack without this message is not trusted.
  const from = stack.indexOf(message);
  const frames = from === -1 ? [] : Array.from(stack.slice(from + message.length).matchAll(FRAME), ([, at = ""]) => at);
  return {
    name: ERROR_NAME.test(name) ? name : "Error",
    at: frames.slice(0, MAX_FRAMES),
    ...(flags.overloaded === true ? { overloaded: true } : {}),
    ...(flags.retryable === true ? { retryable: true } : {}),
  };
}
