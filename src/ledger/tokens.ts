// The HighLevel token of a location.
import { fail, type Result } from "../model/result.ts";

/** What calls of HighLevel are signed with. Only the location's ledger refreshes it. */
export interface Tokens {
  /** The token to use now, refreshed before where it is about to expire; or why there is none, and what to do. */
  current(): Promise<Result<string, string>>;
  /** Another one instead of one that HighLevel refused; `null`: there is none. */
  insteadOf(refused: string): Promise<string | null>;
}

/** A location that nobody has given a token. */
export const NO_TOKENS: Tokens = {
  current: () =>
    Promise.resolve(fail("The location has no HighLevel token: docs/highlevel.md says how to give it one")),
  insteadOf: () => Promise.resolve(null),
};
