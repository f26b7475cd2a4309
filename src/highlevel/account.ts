// HighLevel as one location may call it: with its token, within its limits. The ledger has the account; actions and
// whoever asks about a contact call HighLevel through it and through nothing else.

import type { Result } from "../kit/result.ts";

/** A request to HighLevel's API. The account brings base URL and token. */
export interface HighLevelRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With query, from `/` on. */
  readonly path: string;
  /** The `Version` header. */
  readonly version: string;
  readonly body?: object | undefined;
}

/** What came of a request: an answer of any status, or why there was none. */
export type HighLevelAnswer =
  | { readonly kind: "answer"; readonly status: number; readonly body: string }
  /** There is no token that could be used: the sentence says why, and what to do. */
  | { readonly kind: "no-token"; readonly message: string }
  /** There is one, and it cannot be had now: the sentence says why. Nothing left. */
  | { readonly kind: "later"; readonly message: string }
  /** Whoever asked let it no longer leave. */
  | { readonly kind: "stopped" }
  /** It left, and nothing is known of its end. */
  | { readonly kind: "timeout" }
  | { readonly kind: "broken" };

/** Calls HighLevel for one location. It refreshes a token that was refused once, and never throws for what a network does. */
export interface HighLevelAccount {
  /** `leaves` is called when the request is about to leave, each time that it does: `false`, and what it throws, stop it. */
  call(request: HighLevelRequest, leaves?: () => boolean): Promise<HighLevelAnswer>;
}

/** Why there is no token: an answer to whoever wanted to call HighLevel. */
export type NoToken = Extract<HighLevelAnswer, { kind: "no-token" | "later" }>;

/** What calls of HighLevel are signed with. Only the location's ledger refreshes it. */
export interface Tokens {
  /** The token to use now, refreshed before where it is about to expire; or why there is none, and what to do. */
  current(): Promise<Result<string, NoToken>>;
  /** Another one instead of one that HighLevel refused, or why it cannot be had; `null`: there is none. */
  insteadOf(refused: string): Promise<Result<string, NoToken> | null>;
}
