// The ledgers and the directory as the other rooms see them: plain promises instead of RPC stubs.
import { directoryOf, type Directory, type Ledger, type LedgerEnv } from "./durable-objects.ts";

/** A Durable Object's methods without the types that RPC adds to every answer. */
type Remote<Target> = {
  [Name in keyof Target as Target[Name] extends (...args: never[]) => unknown ? Name : never]: Target[Name] extends (
    ...args: infer Args
  ) => infer Answer
    ? (...args: Args) => Promise<Awaited<Answer>>
    : never;
};

/** The ledger of a location. */
export function ledgerOf(env: LedgerEnv, locationId: string): Remote<Ledger> {
  return env.LEDGER.getByName(locationId) as unknown as Remote<Ledger>;
}

/** The directory of the deployment. */
export function directory(env: LedgerEnv): Remote<Directory> {
  return directoryOf(env);
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

/** Whether an object could not be asked now, and can be later. */
export function isBusy(error: unknown): boolean {
  const { retryable, overloaded } = error as ObjectError;
  return retryable === true || overloaded === true;
}
