/** How a location got its token: it is a private integration's, entered by hand, or the app was installed. */
export type TokenSource = "private" | "oauth";

/** Whether a token can be used; `refused`: HighLevel no longer accepts it. */
export type TokenState = "active" | "refused" | "uninstalled";

/** What may be shown about a location's HighLevel token, never the token itself. */
export interface ShownToken {
  readonly source: TokenSource;
  readonly state: TokenState;
  /** ISO 8601, UTC: since when it is in this state. */
  readonly since: string;
  /** What it allows, according to HighLevel; empty for a private integration, whose scopes are not known. */
  readonly scopes: readonly string[];
  /** ISO 8601, UTC; `null`: it does not expire. An OAuth token is refreshed before that. */
  readonly expiresAt: string | null;
  /** ISO 8601, UTC: when it was entered, or the app was installed. */
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

/** The location's token; `null`: there is none. */
export interface TokenAnswer {
  readonly token: ShownToken | null;
}

/** An event says that an app was uninstalled. */
export interface Uninstall {
  readonly eventKey: string;
  readonly appId: string;
  /** When that was, milliseconds since 1970; `null`: the event does not say. */
  readonly atMs: number | null;
}

/** Where an app was uninstalled: in one location, or in all of an agency. */
export type UninstalledPlace = { readonly locationId: string } | { readonly companyId: string };

/** What an uninstall did: `kept` if the token is not that app's, or was stored later. */
export type Uninstalled = "uninstalled" | "kept" | "repeated";
