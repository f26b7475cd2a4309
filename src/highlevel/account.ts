// HighLevel as one location may call it: with its token, within its limits. The ledger has the account; actions and
// whoever asks about a contact call HighLevel through it and through nothing else.

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
