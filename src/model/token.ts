/** How a location came by its token: somebody gave it, or the app was installed. */
export type TokenSource = "private" | "oauth";

/** Whether it can be used; `refused`: HighLevel does not take it any more. */
export type TokenState = "active" | "refused" | "uninstalled";

/** What may be shown of a location's HighLevel token: never the token. */
export interface KeptToken {
  readonly source: TokenSource;
  readonly state: TokenState;
  /** ISO 8601, UTC: since when it is in this state. */
  readonly since: string;
  /** What it allows, as HighLevel said; empty for a private integration, which nobody says it of. */
  readonly scopes: readonly string[];
  /** ISO 8601, UTC; `null`: it does not expire. One by OAuth is refreshed before. */
  readonly expiresAt: string | null;
  /** ISO 8601, UTC: when it was given, or the app was installed. */
  readonly storedAt: string;
}

/** A token on its way to the location's ledger. */
export interface SealedToken {
  readonly source: TokenSource;
  readonly sealed: string;
  /** Milliseconds since 1970; `null`: it does not expire. */
  readonly expiresAtMs: number | null;
  /** The agency that an OAuth token came with. */
  readonly companyId: string | null;
  /** The app that an OAuth token belongs to. */
  readonly appId: string | null;
  readonly scopes: readonly string[];
}

/** The location's token; `null`: it has none. */
export interface TokenAnswer {
  readonly token: KeptToken | null;
}

/** An app was uninstalled, as an event says. */
export interface Uninstall {
  readonly eventKey: string;
  readonly appId: string;
  /** When, milliseconds since 1970; `null`: the event does not say. */
  readonly atMs: number | null;
}

/** Where: in one location, or in all of an agency. */
export type UninstalledPlace = { readonly locationId: string } | { readonly companyId: string };

/** What became of an app's uninstall: `kept` where the token is none of that app, or a later one. */
export type Uninstalled = "uninstalled" | "kept" | "repeated";
