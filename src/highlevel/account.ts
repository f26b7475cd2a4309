// HighLevel as one location may call it: with its token, within its limits. The ledger owns the account; actions and
// questions about a contact reach HighLevel only through it.

import type { Result } from "../kit/result.ts";
import type { NoToken } from "../model/token.ts";
import type { Outgoing } from "../model/sent-request.ts";

/** A request to HighLevel's API. The account adds the base URL and the token. */
export interface HighLevelRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** From `/` on, with the query, as in HighLevel's dated generation: `versions.ts` knows what else a call is called. */
  readonly path: string;
  readonly body?: object | undefined;
  /** Sent as a form instead of a JSON body. */
  readonly form?: { readonly [name: string]: string } | undefined;
}

/** The outcome of a request: an answer of any status, or why there was none. */
export type HighLevelAnswer =
  | { readonly kind: "answer"; readonly status: number; readonly body: string }
  | NoToken
  /** HighLevel's limits have no room for it now. Nothing was sent. */
  | { readonly kind: "no-room" }
  /** The caller stopped it before it was sent. */
  | { readonly kind: "stopped" }
  /** It was sent, and how it ended is not known. */
  | { readonly kind: "timeout" }
  | { readonly kind: "broken" };

/** Whether a request that is about to be sent may leave. */
export type Leaves = (request: Outgoing) => boolean;

/** Calls HighLevel for one location. It refreshes a refused token once, and never throws because of the network. */
export interface HighLevelAccount {
  /**
   * `leaves` is called each time the request is about to be sent, with the request as it is shown: if it returns `false`
   * or throws, nothing is sent.
   */
  call(request: HighLevelRequest, leaves?: Leaves): Promise<HighLevelAnswer>;
}

export type { NoToken };

/** The tokens that calls of HighLevel carry. Only the location's ledger refreshes them. */
export interface Tokens {
  /** The token to use now, refreshed first if it is about to expire; or why there is none, and what to do. */
  current(): Promise<Result<string, NoToken>>;
  /** A replacement for a token that HighLevel refused, or why it is not available; `null`: there is none. */
  insteadOf(refused: string): Promise<Result<string, NoToken> | null>;
  /** Notes what an answer says of the token that a request carried. It never throws. Absent: nothing is noted. */
  heard?(token: string, request: HighLevelRequest, answer: Extract<HighLevelAnswer, { kind: "answer" }>): void;
}
