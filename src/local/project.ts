// Where things are, and how this project is configured: the only place of the CLI that reads settings.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { parse as parseToml, TomlError } from "smol-toml";
import { UsageError } from "../kit/usage-error.ts";
import { JURISDICTIONS, readConfiguration, type Configuration } from "../model/configuration.ts";
import { RULES_FROM } from "../model/published.ts";

/** The project's folder. */
export const ROOT = resolve(import.meta.dirname, "../..");
export const RULES_FOLDER = join(ROOT, "rules");
export const BUILT_RULES = join(ROOT, "dist/rules.json");
/** As in `[assets]` of wrangler.toml. */
export const DASHBOARD_FOLDER = join(ROOT, "dist/dashboard");
export const DEV_VARS = join(ROOT, ".dev.vars");
export const DEFAULT_WORKER_URL = "http://localhost:8787";

export interface DevVariables {
  readonly [name: string]: string;
}

/** The contents of `.dev.vars`; empty until `npm run dev` or `npm run demo` has created it. */
export function devVariables(): DevVariables {
  return existsSync(DEV_VARS) ? (parseEnv(readFileSync(DEV_VARS, "utf8")) as DevVariables) : {};
}

/** The values of `.dev.vars`, which nothing may show. */
export function knownSecrets(): readonly string[] {
  return Object.values(devVariables());
}

/** The words of settings that have no others; whatever else they say, a Worker takes for the first, or keeps nothing. */
const WORDS: { readonly [name: string]: readonly string[] } = {
  HIGHLEVEL_API_VERSION: ["", "v3"],
  JURISDICTION: ["", ...JURISDICTIONS],
  RECONCILE: ["on", "off"],
  RULES_FROM,
};

/** What is wrong with settings that are words; `null`: nothing. */
export function wrongWord(variables: { readonly [name: string]: string | number | boolean }): string | null {
  for (const [name, words] of Object.entries(WORDS)) {
    const said = String(variables[name] ?? "").trim();
    if (said !== "" && !words.includes(said.toLowerCase()))
      return `${name} is "${said}": write ${words.map((word) => `"${word}"`).join(" or ")}`;
  }
  return null;
}

/** The text of wrangler.toml; a usage error says where it is not TOML. */
export function wranglerText(): string {
  readToml("wrangler.toml");
  return readFileSync(join(ROOT, "wrangler.toml"), "utf8");
}

/** `[vars]` of wrangler.toml. */
export function projectVariables(): { readonly [name: string]: string } {
  return (readToml("wrangler.toml") as { vars?: { [name: string]: string } }).vars ?? {};
}

/** The configuration of a deployment; during development, overridden by `.dev.vars`. */
export function projectConfiguration(developing: boolean): Configuration {
  const vars = projectVariables();
  const wrong = wrongWord(vars);
  if (wrong !== null) throw new UsageError(`wrangler.toml: ${wrong}`);
  return readConfiguration({ ...vars, ...(developing ? devVariables() : {}) });
}

/** What stands in the place of packages in a bundle that decides: `[alias]` of wrangler.toml, by absolute paths in a project. */
export function bundleAliases(project = ROOT): { [name: string]: string } {
  const { alias = {} } = readToml("wrangler.toml") as { alias?: { [name: string]: string } };
  return Object.fromEntries(Object.entries(alias).map(([name, path]) => [name, resolve(project, path)]));
}

/** A TOML file of the project; a usage error says where it breaks, and nothing of what stands there. */
function readToml(name: string): unknown {
  try {
    return parseToml(readFileSync(join(ROOT, name), "utf8"));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [what = ""] = error.message.split("\n", 1);
    throw new UsageError(
      `${name}:${error.line}:${error.column}  The file is not TOML: ${what.replace(/^Invalid TOML document: /, "")}`,
    );
  }
}

/** A link that signs in to the page of a running Worker. The token is in the fragment, which no server sees. */
export function signInLink(workerUrl: string, adminToken: string | undefined): string {
  return adminToken ? `${workerUrl}/#token=${encodeURIComponent(adminToken)}` : `${workerUrl}/`;
}
