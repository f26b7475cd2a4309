/**
 * How a token came: it is a private integration's, entered by hand; the app was installed there; or it was asked for with
 * the token of the agency, which had the app installed.
 */
export type TokenSource = "private" | "oauth" | "agency";

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
  /** Scopes for which HighLevel has refused it since it is there: the only way to know, of a private integration's. */
  readonly refusedScopes: readonly RefusedScope[];
  /** ISO 8601, UTC; `null`: it does not expire. An OAuth token is refreshed before that. */
  readonly expiresAt: string | null;
  /** ISO 8601, UTC: when it was entered, or the app was installed. */
  readonly storedAt: string;
}

/** A scope that HighLevel says the token lacks. */
interface RefusedScope {
  readonly scope: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

/** A token on its way to where it is kept. */
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

/** What asking HighLevel with a token has told. */
export interface TokenChecked extends TokenAnswer {
  /**
   * Why something could not be asked: a sentence, or `timeout`, `broken` (no answer), `no-room` (within HighLevel's
   * limits); `null`: everything was answered.
   */
  readonly failure: string | null;
}

/** An event says that an app was uninstalled. */
export interface Uninstall {
  readonly eventKey: string;
  readonly appId: string;
  /** When that was, milliseconds since 1970; `null`: the event does not say. */
  readonly atMs: number | null;
}

/** Where an app was uninstalled: in one location, whose agency may be named beside it, or in all of an agency. */
export type UninstalledPlace =
  | { readonly locationId: string; readonly companyId?: string }
  | { readonly companyId: string; readonly locationId?: undefined };

/** An event says that an app was installed in a location. The token does not come with it. */
export interface Install {
  readonly locationId: string;
  /** `null`: the event does not say, as for some locations that an agency made later. */
  readonly companyId: string | null;
  readonly appId: string;
  /** When that was, milliseconds since 1970; `null`: the event does not say. */
  readonly atMs: number | null;
}

/** What an uninstall did: `kept` if the token is not that app's, or was stored later. */
export type Uninstalled = "uninstalled" | "kept" | "repeated";

/** Why there is no token, for whoever wanted to call HighLevel. */
export type NoToken =
  /** There is no usable one: the message says why, and what to do. */
  | { readonly kind: "no-token"; readonly message: string }
  /**
   * There is one, but it is not available now: the message says why. Nothing was sent. `untilMs`, milliseconds since
   * 1970: a moment ago it was not available either, so that nobody was asked; after that somebody is.
   */
  | { readonly kind: "later"; readonly message: string; readonly untilMs?: number };
