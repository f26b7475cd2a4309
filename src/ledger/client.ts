// The ledgers and the directory as the other rooms see them: plain promises instead of RPC stubs.
import type { SealedToken } from "../highlevel/sealed-token.ts";
import type { Event } from "../model/event.ts";
import { logError } from "../model/log-line.ts";
import type { Erased, Held, Quarantined, Recorded } from "../model/ledger.ts";
import type { Uninstall, Uninstalled, UninstalledPlace } from "../model/token.ts";
import { directoryOf, type Directory, type Ledger, type LedgerEnv } from "./durable-objects.ts";

const POKED_AT_ONCE = 900;
const POKED_TOGETHER = 30;
/** Each takes two of the thousand calls of an invocation. */
const UNINSTALLED_AT_ONCE = 450;

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

/** Where received events go: the ledger of their location, or the directory when they name none. */
export function eventStore(env: LedgerEnv): {
  record(event: Event): Promise<Recorded>;
  quarantine(locationId: string | null, item: Quarantined): Promise<Held>;
  countIgnored(locationId: string | null, kind: string): Promise<Held>;
  uninstall(place: UninstalledPlace, uninstall: Uninstall): Promise<Uninstalled>;
} {
  return {
    record: (event) => again(() => ledgerOf(env, event.locationId).record(event)),
    quarantine: (locationId, item) =>
      locationId === null ? directory(env).quarantine(item) : ledgerOf(env, locationId).quarantine(locationId, item),
    countIgnored: (locationId, kind) =>
      locationId === null
        ? directory(env).countIgnored(kind)
        : ledgerOf(env, locationId).countIgnored(locationId, kind),
    uninstall: (place, event) => uninstall(env, place, event),
  };
}

/** Once more, on a new stub, where Cloudflare says that this makes sense: recording twice is recording once. */
async function again<Value>(call: () => Promise<Value>): Promise<Value> {
  try {
    return await call();
  } catch (error) {
    if (!isRetryable(error)) throw error;
    return call();
  }
}

/** Flags that Durable Objects put on errors: Cloudflare's documentation, "Durable Objects: Error handling". */
interface ObjectError {
  readonly retryable?: boolean;
  readonly overloaded?: boolean;
}

function isRetryable(error: unknown): boolean {
  const { retryable, overloaded } = error as ObjectError;
  return retryable === true && overloaded !== true;
}

/** Whether an object could not be asked now, and can be later. */
export function isBusy(error: unknown): boolean {
  const { retryable, overloaded } = error as ObjectError;
  return retryable === true || overloaded === true;
}

/**
 * The watchdog: pokes ledgers where something may wait, so that an alarm that was lost is set again. Some 900
 * a turn, because one invocation may make a thousand calls; of more, the directory gives each turn another part.
 */
export async function pokeLedgers(env: LedgerEnv): Promise<void> {
  const toPoke = await directory(env).toPoke(POKED_AT_ONCE);
  const closed: string[] = [];
  for (let from = 0; from < toPoke.length; from += POKED_TOGETHER) {
    const together = toPoke.slice(from, from + POKED_TOGETHER);
    const answers = await Promise.allSettled(together.map((locationId) => ledgerOf(env, locationId).poke()));
    for (const [index, answer] of answers.entries()) {
      const locationId = together[index] ?? "";
      if (answer.status === "rejected") logError("A ledger did not answer the watchdog", { locationId }, answer.reason);
      else if (!answer.value.isOpen) closed.push(locationId);
    }
  }
  if (closed.length > 0) await directory(env).closed(closed);
}

/** Hands an app's token to its location. The directory comes first: it has to know where an agency's tokens are. */
export async function install(env: LedgerEnv, locationId: string, token: SealedToken): Promise<void> {
  await directory(env).installed(locationId, token.companyId);
  await ledgerOf(env, locationId).storeToken(locationId, token);
}

/**
 * Has a location forget an app's token, or all of an agency. Of an agency with more locations than one invocation can
 * ask it throws when it has done a part, so that HighLevel sends the event again for the next.
 */
async function uninstall(env: LedgerEnv, place: UninstalledPlace, event: Uninstall): Promise<Uninstalled> {
  if ("locationId" in place) return uninstallFrom(env, place.locationId, event);
  const locations = await directory(env).ofCompany(place.companyId, UNINSTALLED_AT_ONCE);
  const done = new Set<Uninstalled>();
  for (let from = 0; from < locations.length; from += POKED_TOGETHER) {
    const together = locations.slice(from, from + POKED_TOGETHER);
    for (const one of await Promise.all(together.map((id) => uninstallFrom(env, id, event)))) done.add(one);
  }
  if (locations.length === UNINSTALLED_AT_ONCE && done.has("uninstalled"))
    throw new Error("The agency has more locations");
  return done.has("uninstalled") ? "uninstalled" : done.has("repeated") ? "repeated" : "kept";
}

async function uninstallFrom(env: LedgerEnv, locationId: string, event: Uninstall): Promise<Uninstalled> {
  const done = await ledgerOf(env, locationId).uninstall(event);
  // Told once more with a repeat: the directory may not have heard of it the first time.
  if (done !== "kept") await directory(env).uninstalled(locationId);
  return done;
}

/** Takes what has been ingested since out of the quarantine. */
export function releaseQuarantined(env: LedgerEnv, locationId: string | null, id: string): Promise<void> {
  return locationId === null ? directory(env).release(id) : ledgerOf(env, locationId).release(id);
}

/** Erases a contact from its ledger, and from what was signed without naming a location. */
export async function eraseContact(env: LedgerEnv, locationId: string, contactId: string): Promise<Erased> {
  const unplaced = await directory(env).eraseContact(contactId);
  const erased = await ledgerOf(env, locationId).eraseContact(locationId, contactId);
  return { ...erased, quarantined: erased.quarantined + unplaced };
}
