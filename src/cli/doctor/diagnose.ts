// What is wrong with a deployment, and what to do about each: pure, from what was found to a list.
import { amount } from "../../kit/amount.ts";
import { neededScopes, scopeState, type NeededScope } from "../../language/needed-scopes.ts";
import type { ShownToken } from "../../model/token.ts";
import { SECRET_FORM } from "../../kit/standard-webhooks.ts";
import { malformedSettings } from "../../local/setting-values.ts";
import { wrongWord } from "../../local/project.ts";
import type { Examined, ExaminedLocation, Unanswered } from "./examine.ts";
import type { Needs } from "./needs.ts";

/** One thing that was looked at. `look`: nothing that has to be mended, but to be known. */
export interface Diagnosis {
  readonly check: Check;
  readonly state: "ok" | "look" | "fault";
  /** What is so. */
  readonly message: string;
  /** What to do; `null`: nothing. */
  readonly fix: string | null;
}

/** What is looked at, in this order. */
export type Check =
  | "reachable"
  | "token"
  | "bindings"
  | "clock"
  | "code"
  | "rules"
  | "settings"
  | "locations"
  | "signature key"
  | "secrets"
  | "own hosts"
  | "watchdog"
  | "tasks"
  | "tokens"
  | "webhooks";

/** This folder, to be compared with what runs. */
export interface Folder {
  readonly version: string;
  /** Hash of its rules; `null`: they are not admitted. */
  readonly ruleSet: string | null;
  readonly needs: Needs;
}

const CLOCK_OFF_MS = 60_000;
/** The watchdog runs every five minutes; one turn may be late. */
const WATCHDOG_LATE_MS = 15 * 60_000;
const DAY_MS = 86_400_000;
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
const NAMED_AT_ONCE = 5;

const ok = (check: Check, message: string): Diagnosis => ({ check, state: "ok", message, fix: null });
const look = (check: Check, message: string, fix: string | null): Diagnosis => ({ check, state: "look", message, fix });
const fault = (check: Check, message: string, fix: string): Diagnosis => ({ check, state: "fault", message, fix });

/** Why nothing more can be said. */
export function unanswered(url: string, found: Unanswered): Diagnosis[] {
  const reached = ok("reachable", `Afterbeep answers at ${url}`);
  switch (found.kind) {
    case "unreachable":
      return [
        fault(
          "reachable",
          `At ${url} ${found.why}`,
          "Give the address that npm run deploy printed; npx wrangler deployments list says whether it is deployed",
        ),
      ];
    case "closed":
      return [
        reached,
        fault("token", "The API is closed to everybody: no token is set", "npx wrangler secret put ADMIN_TOKEN"),
      ];
    case "refused":
      return [
        reached,
        fault(
          "token",
          "The API refuses the token of ADMIN_TOKEN",
          "Put the Worker's own token into the environment: ADMIN_TOKEN=… npm run rules doctor -- --worker URL; or set it anew: npx wrangler secret put ADMIN_TOKEN",
        ),
      ];
    case "older":
      return [reached, fault("code", "A version runs that cannot tell about itself yet", "npm run deploy")];
    case "placeless":
      return [
        reached,
        fault(
          "settings",
          "JURISDICTION is no place, so that it keeps nothing and answers every event with 429",
          'Write "eu", "us" or "" into wrangler.toml; then npm run deploy',
        ),
      ];
    case "broken":
      return [
        reached,
        fault(
          "bindings",
          `It fails when it is asked about itself (status ${found.status})`,
          "npm run rules check names what wrangler.toml lacks; then npm run deploy",
        ),
      ];
  }
}

/** Everything that was looked at. */
export function diagnose(url: string, found: Examined, folder: Folder): readonly Diagnosis[] {
  const { health } = found;
  const { hostname } = new URL(url);
  const isLocal = LOOPBACK.test(hostname);
  return [
    ok("reachable", `Afterbeep answers at ${url}`),
    ok("token", "The API takes the token"),
    ...bindings(found),
    ...clock(found),
    ...versions(found, folder, isLocal),
    ...settings(found),
    ...allowed(found),
    health.isHighLevelsKey
      ? ok("signature key", "HighLevel's published key verifies webhooks")
      : fault(
          "signature key",
          "HighLevel's published key is not among HIGHLEVEL_PUBLIC_KEYS, so that every webhook of its is refused",
          "Remove HIGHLEVEL_PUBLIC_KEYS, or add HighLevel's key to it; then npm run deploy",
        ),
    ...secrets(found, folder.needs),
    ...(isLocal ? [] : ownHosts(found, hostname)),
    ...(isLocal && health.watchdogAt === null
      ? [look("watchdog", "The watchdog has not run: wrangler dev starts no trigger by itself", null)]
      : watchdog(found)),
    health.tasks
      ? ok("tasks", "The namespace of tasks answers")
      : fault(
          "tasks",
          "The namespace of tasks does not answer",
          'Bind it: [[kv_namespaces]] with binding = "TASKS" in wrangler.toml; then npm run deploy',
        ),
    ...tokens(found, folder.needs),
    ...webhooks(found),
  ];
}

function bindings({ health }: Examined): Diagnosis[] {
  if (health.missing.length === 0) return [ok("bindings", "Objects and namespaces are bound")];
  const names = health.missing.join(", ");
  return [
    fault(
      "bindings",
      `Not bound: ${names}`,
      "npm run rules check says what to write into wrangler.toml; then npm run deploy",
    ),
  ];
}

function clock({ aheadMs }: Examined): Diagnosis[] {
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  if (Math.abs(aheadMs) < CLOCK_OFF_MS) return [ok("clock", "Its clock is this machine's")];
  const how = aheadMs > 0 ? "ahead of" : "behind";
  return [
    fault(
      "clock",
      `Its clock is ${seconds} s ${how} this machine's`,
      "Set this machine's clock by a time server; Cloudflare's is right as a rule",
    ),
  ];
}

function versions({ health, rules }: Examined, folder: Folder, isLocal: boolean): Diagnosis[] {
  const deploy = isLocal ? "Save a file, or start npm run dev again" : "npm run deploy";
  const code =
    health.version === folder.version
      ? ok("code", `The code of this folder runs (${health.version})`)
      : fault("code", `Other code runs (${health.version}) than this folder's (${folder.version})`, deploy);
  if (folder.ruleSet === null)
    return [code, fault("rules", "The rules of this folder are not admitted", "npm run rules check")];
  const short = (hash: string): string => hash.slice(0, 12);
  if (health.ruleSet === folder.ruleSet)
    return [code, ok("rules", `The rules of this folder are in force (${short(folder.ruleSet)})`)];
  const isPublished = rules?.rulesFrom === "published";
  return [
    code,
    fault(
      "rules",
      `Other rules are in force (${short(health.ruleSet)}) than this folder's (${short(folder.ruleSet)})`,
      isPublished
        ? "npm run rules publish, then npm run rules activate; npm run rules versions shows what is in force"
        : deploy,
    ),
  ];
}

function settings({ health: { variables, secrets: set, elsewhere } }: Examined): Diagnosis[] {
  const found: Diagnosis[] = [];
  // A version before told nothing of it.
  for (const place of elsewhere ?? [])
    found.push(
      fault(
        "settings",
        `Locations are kept where JURISDICTION was ${place === "any" ? "empty" : `"${place}"`}: they rest, and what they had to send waits`,
        "Set it back in wrangler.toml and npm run deploy, or move them: docs/operating.md",
      ),
    );
  const word = wrongWord(variables);
  if (word !== null) found.push(fault("settings", word, "Write it into wrangler.toml; then npm run deploy"));
  for (const { name, what, words } of malformedSettings(variables))
    found.push(fault("settings", what, `Write ${words} as ${name} into wrangler.toml; then npm run deploy`));
  if ("ACCESS_TEAM_DOMAIN" in variables !== "ACCESS_AUD" in variables)
    found.push(
      fault(
        "settings",
        "Of ACCESS_TEAM_DOMAIN and ACCESS_AUD one is set, so that Cloudflare Access lets nobody in",
        "Set both, or neither, in wrangler.toml; then npm run deploy",
      ),
    );
  if ("HIGHLEVEL_CLIENT_ID" in variables !== set.includes("HIGHLEVEL_CLIENT_SECRET"))
    found.push(
      fault(
        "settings",
        "Of HIGHLEVEL_CLIENT_ID and HIGHLEVEL_CLIENT_SECRET one is set, so that nobody can install the app",
        "Set both: the id in wrangler.toml, and npx wrangler secret put HIGHLEVEL_CLIENT_SECRET",
      ),
    );
  return found.length === 0 ? [ok("settings", "Each setting is one that it knows")] : found;
}

function allowed({ health: { variables }, locations }: Examined): Diagnosis[] {
  const named = variables["ALLOWED_LOCATIONS"] ?? "";
  if (named.trim() === "")
    return [
      fault(
        "locations",
        "ALLOWED_LOCATIONS is empty, so that every event is answered 403",
        "Write the ids of your sub-accounts into wrangler.toml; then npm run deploy",
      ),
    ];
  if (named.split(",").some((id) => id.trim() === "*"))
    return [
      look(
        "locations",
        `Any location may send; ${amount(locations.length, "location")} did`,
        "Name yours in ALLOWED_LOCATIONS, unless the app is yours alone",
      ),
    ];
  return [ok("locations", `${amount(locations.length, "location")} may send`)];
}

function secrets({ health: { secrets: set, unusable } }: Examined, needs: Needs): Diagnosis[] {
  const found: Diagnosis[] = [];
  const put = (name: string, form: string): string => `npx wrangler secret put ${name}: ${form}`;
  const forms: { readonly [name: string]: string } = {
    WEBHOOK_SECRET: `${SECRET_FORM}, such as echo "whsec_$(openssl rand -base64 32)"`,
    GATEWAY_SECRET: `${SECRET_FORM}, such as echo "whsec_$(openssl rand -base64 32)"`,
    HIGHLEVEL_TOKEN_KEY: "what openssl rand -base64 32 prints",
    ALERT_URL: "a URL with https at a public host, or at one of OUTBOUND_ALLOWED_HOSTS",
  };
  const needed: readonly (readonly [name: string, by: readonly string[], otherwise: string])[] = [
    ["WEBHOOK_SECRET", needs.webhooks, "their webhooks wait"],
    ["GATEWAY_SECRET", needs.gateway, "no gateway can tell what became of a message"],
    ["HIGHLEVEL_TOKEN_KEY", needs.acting, "no token of HighLevel can be kept, and their actions are dead letters"],
    ["ALERT_URL", [], "nobody is told"],
  ];
  for (const [name, by, otherwise] of needed) {
    if (unusable.includes(name))
      found.push(fault("secrets", `${name} has another form than it needs`, put(name, forms[name] ?? "")));
    else if (by.length > 0 && !set.includes(name))
      found.push(
        fault("secrets", `${name} is not set, needed by ${some(by)}: ${otherwise}`, put(name, forms[name] ?? "")),
      );
  }
  for (const [name, rule] of needs.secrets)
    if (!set.includes(name))
      found.push(
        fault(
          "secrets",
          `${name} is not set, which a header of ${rule} names: its webhooks are dead letters`,
          `npx wrangler secret put ${name}`,
        ),
      );
  return found.length === 0 ? [ok("secrets", "The secrets that the rules need are set")] : found;
}

function ownHosts({ health: { variables } }: Examined, hostname: string): Diagnosis[] {
  const own = (variables["OWN_HOSTS"] ?? "").split(",").map((host) => host.trim().toLowerCase());
  if (own.includes(hostname)) return [ok("own hosts", "No webhook can go to the Worker itself")];
  return [
    fault(
      "own hosts",
      `OWN_HOSTS does not name ${hostname}, so that a rule could call the Worker itself`,
      `Add "${hostname}" to OWN_HOSTS in wrangler.toml; then npm run deploy`,
    ),
  ];
}

function watchdog({ health: { watchdogAt, now } }: Examined): Diagnosis[] {
  const fix =
    'Keep crons = ["*/5 * * * *"] under [triggers] in wrangler.toml, then npm run deploy; npx wrangler tail shows whether it runs';
  if (watchdogAt === null)
    return [
      fault(
        "watchdog",
        "The watchdog has never run, so that a lost alarm stays lost (within five minutes of the first deploy that is no fault)",
        fix,
      ),
    ];
  const ago = Date.parse(now) - Date.parse(watchdogAt);
  if (ago <= WATCHDOG_LATE_MS) return [ok("watchdog", `The watchdog ran at ${watchdogAt}`)];
  return [fault("watchdog", `The watchdog ran last at ${watchdogAt}, ${Math.round(ago / 60_000)} minutes ago`, fix)];
}

const TOLD = {
  none: ["has no token of HighLevel", "Install the app there, or give it a private integration's token"],
  refused: ["has a token that HighLevel refuses", "Install the app again, or give it another token"],
  uninstalled: ["has had the app uninstalled", "Install it again, or give it a private integration's token"],
} as const;

function tokens({ locations, health: { variables } }: Examined, needs: Needs): Diagnosis[] {
  const found: Diagnosis[] = [];
  let asked = 0;
  const reconciles = variables["RECONCILE"]?.trim().toLowerCase() !== "off";
  for (const { locationId, token } of locations) {
    const needed = neededScopes(needs.rules, locationId, { reconciles });
    if (!needed.some(isForRules)) continue;
    asked += 1;
    found.push(
      ...(token?.state === "active"
        ? lackingOf(token, needed, locationId)
        : [withoutToken(token, needed, locationId, needs)]),
    );
  }
  if (found.length > 0) return found;
  return [
    ok(
      "tokens",
      asked === 0 ? "No location needs a token of HighLevel" : `${amount(asked, "location")} can act in HighLevel`,
    ),
  ];
}

const isForRules = (needed: NeededScope): boolean => needed.rules.length > 0;

/** What acts without a token is a dead letter; what only looks goes on with what events say. */
function withoutToken(
  token: ShownToken | null,
  needed: readonly NeededScope[],
  locationId: string,
  { rules, acting }: Needs,
): Diagnosis {
  const [how, fix] = TOLD[token === null || token.state === "active" ? "none" : token.state];
  const named = new Set(needed.flatMap((one) => one.rules));
  const theirs = rules.map(({ name }) => name).filter((name) => named.has(name));
  const acts = theirs.filter((name) => acting.includes(name));
  const where = `${fix}: docs/highlevel.md`;
  if (acts.length > 0) return fault("tokens", `Location ${locationId} ${how}, needed by ${some(acts)}`, where);
  return look("tokens", `Location ${locationId} ${how}: what ${some(theirs)} look up there is not known`, where);
}

/** One for the scopes that the same rules go without. */
function lackingOf(token: ShownToken, needed: readonly NeededScope[], locationId: string): Diagnosis[] {
  const lacking = needed.filter(({ scope }) => scopeState(scope, token) === "lacking");
  const fix =
    token.source === "private"
      ? "Tick it at the private integration"
      : "Add it to the app's scopes, and install the app there again";
  const says = (one: readonly NeededScope[]): string =>
    `The token of location ${locationId} lacks ${one.map(({ scope }) => scope).join(", ")}`;
  const byRules = [...Map.groupBy(lacking.filter(isForRules), ({ rules }) => some(rules))];
  if (byRules.length > 0)
    return byRules.map(([rules, one]) => fault("tokens", `${says(one)}, needed by ${rules}`, fix));
  return lacking.map((one) => look("tokens", `${says([one])}: messages without a webhook are not found`, fix));
}

function webhooks({ locations, atMs, notLookedAt }: Examined): Diagnosis[] {
  const never = locations.filter(({ lastEventMs }) => lastEventMs === null);
  const silent = locations.filter(({ lastEventMs }) => lastEventMs !== null && lastEventMs < atMs - DAY_MS);
  const found: Diagnosis[] = [];
  if (never.length > 0)
    found.push(
      fault(
        "webhooks",
        `No webhook has come from ${idsOf(never)}`,
        "Subscribe to the events in the marketplace app, with the URL https://<worker>/hooks/highlevel, and install it there: docs/highlevel.md",
      ),
    );
  if (silent.length > 0)
    found.push(
      look(
        "webhooks",
        `No webhook has come for a day from ${idsOf(silent)}`,
        "If messages went out there, look at the app's webhook log in HighLevel, and at the lines `refused` of npx wrangler tail",
      ),
    );
  if (notLookedAt > 0) found.push(look("webhooks", `${notLookedAt} more locations were not looked at`, null));
  if (found.length > 0) return found;
  return [
    locations.length === 0
      ? look("webhooks", "No location has sent anything", null)
      : ok("webhooks", "A webhook has come from each location within a day"),
  ];
}

function idsOf(locations: readonly ExaminedLocation[]): string {
  return some(locations.map(({ locationId }) => locationId));
}

function some(names: readonly string[]): string {
  const more = names.length - NAMED_AT_ONCE;
  return names.slice(0, NAMED_AT_ONCE).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
