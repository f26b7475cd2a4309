import type { ShownToken } from "./token.ts";

/** How far a sub-account of an agency is. */
export const AGENCY_LOCATION_STATES = [
  "wanting", // its token is asked for next
  "given", // it has one that was asked for with the agency's
  "own", // it has another, which stays
  "outside", // ALLOWED_LOCATIONS does not admit it
  "refused", // HighLevel gave none: asked again with the next list
  "left", // the app was uninstalled there
] as const;
export type AgencyLocationState = (typeof AGENCY_LOCATION_STATES)[number];

/** A sub-account of an agency. */
export interface AgencyLocation {
  readonly locationId: string;
  /** What HighLevel calls it; `null`: it was not learnt. */
  readonly name: string | null;
  readonly state: AgencyLocationState;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** Of `refused`: what HighLevel answered. */
  readonly why: string | null;
}

/** An agency that has the app installed, or had. */
export interface KnownAgency {
  readonly companyId: string;
  readonly isInstalled: boolean;
}

/** How an agency stands, and a page of its sub-accounts by id. */
export interface AgencyTold {
  readonly companyId: string;
  /** What may be shown of its token; `null`: there is none. */
  readonly token: ShownToken | null;
  /** ISO 8601, UTC: when its sub-accounts were listed last; `null`: not yet. */
  readonly listedAt: string | null;
  /** ISO 8601, UTC: until when HighLevel is asked nothing; `null`: it may be asked. */
  readonly waitsUntil: string | null;
  /** What went wrong last and is not made up for yet; `null`: nothing. */
  readonly failure: { readonly at: string; readonly why: string } | null;
  /** How many of its sub-accounts are in each state. */
  readonly counts: { readonly [State in AgencyLocationState]: number };
  readonly locations: readonly AgencyLocation[];
  readonly cursor: string | null;
}

/** Which of an agency's sub-accounts are told. A cursor comes from the page before. */
export interface AgencyQuery {
  readonly state?: AgencyLocationState | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}
