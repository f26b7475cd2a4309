// Where things are, and how this project is configured: the only place of the CLI that reads settings.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { parse as parseToml } from "smol-toml";
import { readConfiguration, type Configuration } from "../model/configuration.ts";

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

/** The configuration of a deployment; during development, overridden by `.dev.vars`. */
export function projectConfiguration(developing: boolean): Configuration {
  const toml = parseToml(readFileSync(join(ROOT, "wrangler.toml"), "utf8")) as { vars?: { [name: string]: string } };
  return readConfiguration({ ...toml.vars, ...(developing ? devVariables() : {}) });
}

/** A link that signs in to the page of a running Worker. The token is in the fragment, which no server sees. */
export function signInLink(workerUrl: string, adminToken: string | undefined): string {
  return adminToken ? `${workerUrl}/#token=${encodeURIComponent(adminToken)}` : `${workerUrl}/`;
}
