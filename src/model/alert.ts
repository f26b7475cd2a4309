// Alerts: what a person has to know of a location without asking. Each thing is told once when it begins, and once when it
// has ended.
import type { Window } from "./window.ts";

/** Every kind, as it is told; `$` stands for what it is about. */
export const ALERT_KINDS = {
  dead: "Deliveries of rule $ have died",
  held: "Deliveries of rule $ have been held for longer than an hour",
  token: "HighLevel's token is $",
  "token-unclear": "HighLevel has given no clear answer to a refresh of the token for ten minutes",
  circuit: "$ has been failing for ten minutes, and deliveries wait for it",
  quarantine: "More than usual cannot be used, and is in quarantine",
  silence: "No event comes, for much longer than ever",
  gaps: "HighLevel sent no webhook of some messages, which its export has",
  overdue: "Deliveries to $ are overdue by more than 15 minutes",
  budget: "More comes than EVENTS_PER_SECOND lets in",
  full: "The ledger is nearly full",
  drift: "Events are not what rules take them to be: $",
  canary: "The canary of change $ has halted itself",
} as const;

export type AlertKind = keyof typeof ALERT_KINDS;

/** One thing that somebody has to know. */
export interface Alert {
  /** Ascends, within a location. */
  readonly id: number;
  readonly kind: AlertKind;
  /** A rule, a host, the state of a token …; `""`: there is only one of the kind. */
  readonly about: string;
  /** How many there are of what it is about; `null`: they are not counted. */
  readonly count: number | null;
  /** The code of the last error; `null`: there is none. */
  readonly code: string | null;
  /** ISO 8601, UTC. */
  readonly openedAt: string;
  /** `null`: it is still so. */
  readonly endedAt: string | null;
}

/** The alerts of a location: the open ones first, then those that have ended, the newest first. */
export interface AlertsTold {
  readonly alerts: readonly Alert[];
  /** How many are open. */
  readonly open: number;
}

/** The same as the directory is told it; what has a lower version is older. */
export interface VersionedAlerts extends AlertsTold {
  readonly version: number;
}

/** Where a location's alerts go: where all do, to a URL of its own, nowhere because it was said so, or there is no URL. */
export type AlertsTo = "deployment" | "own" | "off" | "nowhere";

/** The message that was made last. */
export interface AlertMessage {
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  /** When it arrived, or was given up; `null`: it is tried again. */
  readonly endedAt: string | null;
  readonly attempts: number;
  /** Why the last attempt failed; `null`: it did not. */
  readonly error: string | null;
}

/** The answer of `GET /api/locations/:l/alerts`. */
export interface LocationAlerts extends AlertsTold {
  readonly to: AlertsTo;
  /** `null`: there was none. */
  readonly message: AlertMessage | null;
}

/** An alert among those of all locations. */
export interface PlacedAlert extends Alert {
  readonly locationId: string;
  readonly name: string | null;
}

/** A URL of a location's own, sealed; `off`: nobody is told; `null`: they go where all do. */
export type AlertRoute = { readonly sealed: string } | "off" | null;

/** What is not told. */
export interface AlertSilence {
  readonly kinds: ReadonlySet<string>;
  /** The hours in which something is told; `null`: at any time. */
  readonly awake: Window | null;
}

/** What a URL is sealed for: nothing else that is sealed for a location opens in its place. */
export function alertsOwner(locationId: string): string {
  return `alerts:${locationId}`;
}

/** An alert as a sentence. */
export function alertInWords({ kind, about, count, code }: Pick<Alert, "kind" | "about" | "count" | "code">): string {
  const more = [count === null ? "" : String(count), code ?? ""].filter((one) => one !== "").join(", ");
  // A text that replaces may hold "$&".
  return ALERT_KINDS[kind].replace("$", () => about) + (more === "" ? "" : ` (${more})`);
}
