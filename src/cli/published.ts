// Published rule sets as commands see them: what a running Worker says of them, and how a person reads it.
import { amount } from "../kit/amount.ts";
import type { Json } from "../kit/json.ts";
import { UsageError } from "../kit/usage-error.ts";
import { canaryInWords, changeInWords, withBefore } from "../language/published-words.ts";
import type {
  Canary,
  PublishedFiles,
  RulesChange,
  RulesState,
  RuleSetVersion,
  WholeVersion,
} from "../model/published.ts";
import { asked, type WorkerApi } from "./worker-api.ts";

/** What is in force, and the versions that were published last, newest first. */
export interface PublishedState extends RulesState {
  readonly versions: readonly RuleSetVersion[];
  readonly cursor: string | null;
}

/** For whom a version is put in force, as the API takes it. */
export type ForWhom = "all" | "shadow" | "nobody" | Partial<Omit<Canary, "ruleSet">>;

/** How often and how long it is looked whether every location knows of a change. */
const LOOK_EVERY_MS = 500;
const LOOK_FOR_MS = 30_000;

/** What is in force on a Worker. */
export async function stateOf(worker: WorkerApi, limit = 20): Promise<PublishedState> {
  const found = await asked<PublishedState>(`/api/rule-sets?limit=${limit}`, "versions", worker);
  if (found === null)
    throw new UsageError(`The Worker at ${worker.url} is older than published rule sets, deploy it anew`);
  return found;
}

/** A version with its files; a usage error says that there is none. */
export async function versionOf(worker: WorkerApi, version: number): Promise<WholeVersion> {
  const found = await asked<{ version: WholeVersion }>(`/api/rule-sets/${version}`, "version", worker);
  if (found === null) throw new UsageError(`There is no version ${version}: npm run rules versions lists them`);
  return found.version;
}

/** Asks for a change of what is in force. */
export async function changeOn(worker: WorkerApi, path: string, body: Json): Promise<RulesChange> {
  const found = await asked<{ change: RulesChange }>(path, "change", worker, { body });
  if (found === null) throw new UsageError("There is no such version: npm run rules versions lists them");
  return found.change;
}

/** Waits until every location knows of a change; what is left after half a minute is told as it is. */
export async function known(
  worker: WorkerApi,
  change: number,
  { told, pause }: { readonly told: (state: PublishedState) => void; readonly pause: (ms: number) => Promise<void> },
): Promise<PublishedState> {
  for (let waited = 0; ; waited += LOOK_EVERY_MS) {
    const state = await stateOf(worker, 1);
    told(state);
    if (state.inForce.change > change || state.told >= state.locations || waited >= LOOK_FOR_MS) return state;
    await pause(LOOK_EVERY_MS);
  }
}

/** What is in force, in lines. */
export function stateLines({ rulesFrom, inForce, bundled, locations, told }: PublishedState): string[] {
  const { live, liveVersion, canary, canaryVersion, shadow, shadowVersion } = inForce;
  const decides = rulesFrom === "deploy" ? bundled : (live ?? bundled);
  const same = shadow === decides ? ", the same rules as those in force: they cannot differ on any event" : "";
  const whole =
    rulesFrom === "deploy" ? "the rules of the last deploy (RULES_FROM is deploy)" : "the rules of the last deploy";
  return [
    `In force: ${live === null ? whole : `version ${liveVersion}`}`,
    ...(canary === null ? [] : [`Canary: version ${canaryVersion}, ${canaryInWords(canary)}`]),
    ...(shadow === null ? [] : [`In the shadow: version ${shadowVersion}${same}`]),
    `${told} of ${locations} ${locations === 1 ? "location knows" : "locations know"} of it`,
  ];
}

/** A version on a line. */
export function versionLine({ version, publishedAt, author, rules, note, findings }: RuleSetVersion): string {
  const warnings = findings.length === 0 ? "" : `, ${amount(findings.length, "warning")}`;
  const told = note === "" ? "" : `  ${note}`;
  return `${String(version).padStart(4)}  ${publishedAt}  ${author ?? "unknown"}  ${amount(rules, "rule")}${warnings}${told}`;
}

/** Changes, newest first, each on a line: when, who, what it did, why. */
export function changeLines(changes: readonly RulesChange[]): string[] {
  return withBefore(changes).map(({ change: told, before }) => {
    const { change, at, by, reason } = told;
    const { what } = changeInWords(told, before);
    return `${String(change).padStart(4)}  ${at}  ${by ?? "Afterbeep"}  ${what}${reason === "" ? "" : `  ${reason}`}`;
  });
}

/** Which files differ between two folders, a line each. */
export function differenceLines(before: PublishedFiles, now: PublishedFiles): string[] {
  const lines = (["rules", "conditions"] as const).flatMap((folder) => {
    const texts = (files: PublishedFiles): Map<string, string> =>
      new Map(files[folder].map(({ file, text }) => [file, text]));
    const [then, today] = [texts(before), texts(now)];
    const name = (file: string): string => (folder === "rules" ? file : `conditions/${file}`);
    return [...new Set([...then.keys(), ...today.keys()])].toSorted().flatMap((file) => {
      if (!then.has(file)) return [`  + ${name(file)}`];
      if (!today.has(file)) return [`  - ${name(file)}`];
      return then.get(file) === today.get(file) ? [] : [`  ~ ${name(file)}`];
    });
  });
  return lines;
}

/** What `activate` and `rollback` say of a change. */
export function changedLines({ change }: RulesChange, state: PublishedState): string[] {
  const place = state.changes.findIndex((one) => one.change === change);
  return [
    ...changeLines(state.changes.slice(Math.max(0, place)))
      .slice(0, 1)
      .map((line) => line.trim()),
    ...stateLines(state),
  ];
}
