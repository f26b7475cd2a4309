// What a deployment tells of itself: what is set and bound, and whether it answers.
import { isoOf } from "../kit/moment.ts";
import { BINDINGS } from "../model/bindings.ts";
import { CONFIGURATION_NAMES, type Variables } from "../model/configuration.ts";
import type { DeploymentTold } from "../model/health.ts";
import { bundledVersion } from "../rules/bundled.ts";
import { directoryOf, type LedgerEnv } from "./durable-objects.ts";
import { otherPlaces } from "./placed.ts";

/** All that is no setting is bound: this does not compile when a binding is missing in the table. */
const BOUND: { readonly [Name in Exclude<keyof LedgerEnv, keyof Variables>]: string | null } = BINDINGS;
/** Whatever else is a string may be a secret. */
const MAY_BE_SECRET = /TOKEN|SECRET|KEY|URL/;

export async function healthOf(env: LedgerEnv): Promise<DeploymentTold> {
  const set = Object.entries(env).filter(
    (pair): pair is [string, string] => typeof pair[1] === "string" && pair[1] !== "",
  );
  const isShown = (name: string): boolean => CONFIGURATION_NAMES.has(name) && !MAY_BE_SECRET.test(name);
  const answers = async <Value>(ask: () => Promise<Value>): Promise<Value | undefined> => ask().catch(() => undefined);
  const watchdogAt = await answers(async () => directoryOf(env).watchdog());
  return {
    version: bundledVersion,
    variables: Object.fromEntries(set.filter(([name]) => isShown(name))),
    secrets: set.map(([name]) => name).filter((name) => !isShown(name)),
    missing: (Object.keys(BOUND) as (keyof typeof BOUND)[]).filter((name) => !(name in env)),
    tasks: (await answers(async () => env.TASKS.get("health"))) === null,
    watchdogAt: isoOf(watchdogAt),
    elsewhere: (await answers(async () => ranElsewhere(env))) ?? [],
  };
}

/** The other places in which there are locations, by name. */
async function ranElsewhere(env: LedgerEnv): Promise<string[]> {
  const found = await Promise.all(
    otherPlaces(env).map(async ({ name, env: there }) => {
      const directory = directoryOf(there);
      const hasRun = (await directory.watchdog()) !== null;
      return hasRun && (await directory.locations({ limit: 1 })).locations.length > 0 ? [name] : [];
    }),
  );
  return found.flat();
}
