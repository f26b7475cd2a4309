// What wrangler.toml says of a deployment: at its top, and in each of its environments, which inherit some of it and not
// the rest. Nobody but this says what is missing: wrangler warns, and deploys a Worker without its ledgers.
import { parse, stringify } from "smol-toml";
import { BINDINGS } from "../model/bindings.ts";
import { wrongWord } from "./project.ts";
import { malformedSettings } from "./setting-values.ts";

/** What is wrong with a deployment. */
type DeploymentCode =
  | "DEPLOYMENT_BINDING" // an object or a namespace that the code asks for is not bound
  | "DEPLOYMENT_MIGRATION" // no migration makes the class of an object
  | "DEPLOYMENT_VARIABLE" // a variable of the top is not in the environment, which has the default instead
  | "DEPLOYMENT_VALUE" // a variable has a value that nobody can read, so that its default counts
  | "DEPLOYMENT_TRIGGER" // nothing starts the watchdog
  | "DEPLOYMENT_ASSETS" // the page is not there, or takes requests that are the Worker's
  | "DEPLOYMENT_GUARD" // a flag without which requests may reach private addresses
  | "DEPLOYMENT_SHARED"; // what is another deployment's: its name, its addresses, its tasks

/** One of them, with its place: the header of the environment, or the first line. */
export interface DeploymentFinding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `null`: the deployment at the top of the file. */
  readonly environment: string | null;
  readonly code: DeploymentCode;
  readonly message: string;
}

const FILE = "wrangler.toml";
/** How often the watchdog runs: the directory counts its turns in these. */
const CRON = "*/5 * * * *";
const GUARD = "global_fetch_strictly_public";
const WORKERS_PATHS = ["/api/*", "/hooks/*", "/oauth/*", "/healthz"];
/** Variables that name a place or open a door: a new environment begins without them. */
const OF_ONE_PLACE = new Set([
  "ALLOWED_LOCATIONS",
  "HIGHLEVEL_APP_IDS",
  "HIGHLEVEL_CLIENT_ID",
  "OWN_HOSTS",
  "ADMIN_TOKEN_HASHES",
  "ACCESS_TEAM_DOMAIN",
  "ACCESS_AUD",
]);

interface BoundObject {
  readonly name: string;
  readonly class_name: string;
  /** Another Worker, whose objects they are. */
  readonly script_name?: string;
}

/** The part of wrangler.toml that is looked at. */
interface Deployed {
  readonly name?: string;
  readonly compatibility_flags?: readonly string[];
  readonly assets?: { readonly directory?: string; readonly run_worker_first?: readonly string[] | boolean };
  readonly triggers?: { readonly crons?: readonly string[] };
  readonly migrations?: readonly { readonly tag: string; readonly new_sqlite_classes?: readonly string[] }[];
  readonly route?: unknown;
  readonly routes?: unknown;
  readonly vars?: { readonly [name: string]: string };
  readonly durable_objects?: { readonly bindings?: readonly BoundObject[] };
  readonly kv_namespaces?: readonly { readonly binding: string; readonly id?: string }[];
}
interface WranglerFile extends Deployed {
  readonly env?: { readonly [environment: string]: Deployed };
}

/** A deployment with what it is called in a message. */
interface Named {
  readonly who: string;
  readonly name: string;
  readonly one: Deployed;
}

type Found = readonly [code: DeploymentCode, message: string];

/** The names of the environments in the text of a wrangler.toml. */
export function environmentsOf(text: string): readonly string[] {
  return Object.keys((parse(text) as WranglerFile).env ?? {});
}

/** Whatever the deployments of a wrangler.toml lack, each by its name and with what to write. */
export function deploymentFindings(text: string): readonly DeploymentFinding[] {
  const { env = {}, ...top } = parse(text) as WranglerFile;
  const found = ofDeployment(top, "").map((one) => finding(text, null, one));
  const before: Named[] = [{ who: "the Worker at the top", name: String(top.name), one: top }];
  for (const [name, own] of Object.entries(env)) {
    const there = `env.${name}.`;
    const named: Named = { who: `environment "${name}"`, name: own.name ?? `${top.name}-${name}`, one: own };
    const all = [
      ...ofDeployment(inheriting(top, own), there),
      ...ofVariables(top, own, there),
      ...shared(before, named, name),
    ];
    found.push(...all.map((one) => finding(text, name, one)));
    before.push(named);
  }
  return found;
}

/** What an environment is without what wrangler does not let it inherit: its variables and bindings. */
function inheriting(top: Deployed, own: Deployed): Deployed {
  const rest = Object.entries(top).filter(([key]) => !["vars", "durable_objects", "kv_namespaces"].includes(key));
  return { ...Object.fromEntries(rest), ...own };
}

/** What is no list is as if it were not there, as wrangler says itself. */
function listOf<One>(given: readonly One[] | undefined): readonly One[] {
  return Array.isArray(given) ? given : [];
}

function ofDeployment(one: Deployed, there: string): Found[] {
  const word = wrongWord(one.vars ?? {});
  return [
    ...ofBindings(one, there),
    ...ofMigrations(one, there),
    ...(word === null ? [] : [["DEPLOYMENT_VALUE", `[${there}vars] ${word}`] satisfies Found]),
    ...malformedSettings(one.vars ?? {}).map(({ what, words }): Found => [
      "DEPLOYMENT_VALUE",
      `[${there}vars] ${what}: write ${words}`,
    ]),
    ...ofTheRest(one, there),
  ];
}

function ofBindings({ durable_objects, kv_namespaces }: Deployed, there: string): Found[] {
  const objects = new Map(listOf(durable_objects?.bindings).map((bound) => [bound.name, bound]));
  return Object.entries(BINDINGS).flatMap(([name, wanted]): Found[] => {
    if (wanted === null) {
      if (listOf(kv_namespaces).some(({ binding }) => binding === name)) return [];
      return [
        [
          "DEPLOYMENT_BINDING",
          `KV namespace ${name} is not bound: add [[${there}kv_namespaces]] with binding = "${name}"`,
        ],
      ];
    }
    const bound = objects.get(name);
    if (bound?.script_name !== undefined)
      return [["DEPLOYMENT_SHARED", `Its ${name} is that of the Worker "${bound.script_name}": remove script_name`]];
    if (bound?.class_name === wanted) return [];
    const add = `add [[${there}durable_objects.bindings]] with name = "${name}" and class_name = "${wanted}"`;
    return [["DEPLOYMENT_BINDING", `Durable Object ${name} is not bound to the class ${wanted}: ${add}`]];
  });
}

function ofMigrations({ migrations }: Deployed, there: string): Found[] {
  const made = new Set(listOf(migrations).flatMap(({ new_sqlite_classes }) => listOf(new_sqlite_classes)));
  const missing = Object.values(BINDINGS)
    .filter((wanted) => wanted !== null)
    .filter((wanted) => !made.has(wanted));
  return missing.map((wanted) => [
    "DEPLOYMENT_MIGRATION",
    `No migration makes the class ${wanted}: add [[${there}migrations]] with a tag and new_sqlite_classes = ["${wanted}"], after those that are there`,
  ]);
}

function ofTheRest({ triggers, assets, compatibility_flags: flags }: Deployed, there: string): Found[] {
  const found: Found[] = [];
  if (!listOf(triggers?.crons).includes(CRON))
    found.push([
      "DEPLOYMENT_TRIGGER",
      `The watchdog is not started, so that a lost alarm stays lost: add "${CRON}" to crons under [${there}triggers]`,
    ]);
  const first = assets?.run_worker_first ?? [];
  const lost = first === true ? [] : WORKERS_PATHS.filter((path) => first === false || !first.includes(path));
  if (assets?.directory === undefined || lost.length > 0)
    found.push([
      "DEPLOYMENT_ASSETS",
      assets?.directory === undefined
        ? `The page is not served: add directory = "dist/dashboard" under [${there}assets]`
        : `The Worker does not get ${lost.join(", ")}: add ${lost.length === 1 ? "it" : "them"} to run_worker_first under [${there}assets]`,
    ]);
  if (!listOf(flags).includes(GUARD))
    found.push([
      "DEPLOYMENT_GUARD",
      `Requests may reach private addresses: add "${GUARD}" to ${there}compatibility_flags`,
    ]);
  return found;
}

function ofVariables({ vars = {} }: Deployed, { vars: own = {} }: Deployed, there: string): Found[] {
  const missing = Object.keys(vars).filter((name) => !Object.hasOwn(own, name));
  return missing.map((name) => [
    "DEPLOYMENT_VARIABLE",
    `Variable ${name} is not inherited from [vars]: add ${name} under [${there}vars]`,
  ]);
}

/** What deploying the environment would take from the deployments before it, the first of which is inherited from. */
function shared(before: readonly Named[], { name, one: own }: Named, environment: string): Found[] {
  const taken: string[] = [];
  const add = `write its own routes under [env.${environment}], or routes = []`;
  for (const { who, name: theirs, one } of before) {
    if (name === theirs)
      taken.push(`It has the name of ${who}, and replaces it: remove name under [env.${environment}]`);
    const addresses = new Set(routesOf(one));
    const same = routesOf(own).filter((route) => addresses.has(route));
    if (same.length > 0) taken.push(`It takes over ${same.join(", ")} of ${who}: ${add}`);
    const ids = new Set(listOf(one.kv_namespaces).flatMap(({ id }) => id ?? []));
    for (const { binding, id } of listOf(own.kv_namespaces))
      if (id !== undefined && ids.has(id))
        taken.push(`Its ${binding} is the namespace of ${who}: write another id, or none`);
  }
  const [top] = before;
  if (top && (top.one.route ?? top.one.routes) !== undefined && (own.route ?? own.routes) === undefined)
    taken.push(`It takes over the addresses of ${top.who}: ${add}`);
  return taken.map((message) => ["DEPLOYMENT_SHARED", message]);
}

/** The patterns of a deployment's addresses. */
function routesOf({ route, routes }: Deployed): string[] {
  const all: readonly unknown[] = [route, ...(Array.isArray(routes) ? (routes as unknown[]) : [])];
  return all.flatMap((one) => {
    const pattern = typeof one === "object" && one !== null && "pattern" in one ? one.pattern : one;
    return typeof pattern === "string" ? [pattern] : [];
  });
}

function finding(text: string, environment: string | null, [code, message]: Found): DeploymentFinding {
  const at = text.split("\n").findIndex((line) => environment !== null && headed(line, environment));
  const about = environment === null ? message : `Environment "${environment}": ${message}`;
  return { file: FILE, line: Math.max(0, at) + 1, column: 1, environment, code, message: about };
}

function headed(line: string, environment: string): boolean {
  const [, named = ""] =
    /^\s*\[{1,2}\s*env\s*\.\s*(?:"([^"]*)"|([\w-]+))/.exec(line)?.filter((part) => part !== undefined) ?? [];
  return named === environment;
}

/** One of them as a line. */
export function deploymentLine({ file, line, column, code, message }: DeploymentFinding): string {
  return `${file}:${line}:${column}  error  ${message}  (${code})`;
}

/** The lines of a complete environment, as the deployment at the top is; what names a place is left empty. */
export function environmentText(text: string, name: string): string {
  const { vars = {}, durable_objects, kv_namespaces = [] } = parse(text) as WranglerFile;
  const own = Object.fromEntries(Object.entries(vars).map(([key, value]) => [key, OF_ONE_PLACE.has(key) ? "" : value]));
  // Without an id wrangler makes a namespace of its own at the first deploy.
  const namespaces = kv_namespaces.map(({ binding }) => ({ binding }));
  const all = { vars: own, kv_namespaces: namespaces, ...(durable_objects ? { durable_objects } : {}) };
  return stringify({ env: { [name]: all } });
}

/** The name of the Worker that an environment deploys. */
export function workerNameIn(text: string, environment: string): string {
  return `${(parse(text) as WranglerFile).name}-${environment}`;
}

/** The text with a complete environment behind it; `null`: nothing can follow there, as in `env = { … }`. */
export function withEnvironment(text: string, name: string): string | null {
  const whole = `${text.trimEnd()}

# Environment ${name}: a Worker of its own, with objects, tasks and secrets of its own.
${environmentText(text, name)}`;
  try {
    return environmentsOf(whole).includes(name) ? whole : null;
  } catch {
    return null;
  }
}
