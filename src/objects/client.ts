// The ledgers and the directory as the other rooms see them: plain promises instead of RPC stubs.
import type { LedgerCalls } from "../model/rpc.ts";
import type { LedgerEnv } from "./durable-objects.ts";

/** The ledger of a location. */
export function ledgerOf(env: LedgerEnv, locationId: string): LedgerCalls {
  // The types that RPC wraps around all these answers are more than the compiler can resolve.
  const stub: unknown = env.LEDGER.getByName(locationId);
  return stub as LedgerCalls;
}

/** Flags that Durable Objects put on errors: Cloudflare's documentation, "Durable Objects: Error handling". */
interface ObjectError {
  readonly retryable?: boolean;
  readonly overloaded?: boolean;
}

/** Whether Cloudflare says that the same call on a new stub makes sense. */
export function isRetryable(error: unknown): boolean {
  const { retryable, overloaded } = error as ObjectError;
  return retryable === true && overloaded !== true;
}

/** Whether an object cannot be reached now, but can be later. */
export function isBusy(error: unknown): boolean {
  const { retryable, overloaded } = error as ObjectError;
  return retryable === true || overloaded === true;
}
