// The Worker that a command asks: its address, and the token that its API takes.
import { devVariables } from "../local/project.ts";
import { UsageError } from "../kit/usage-error.ts";

/** The address that was given with --worker; a usage error says what one looks like. */
export function workerUrl(given: string): string {
  if (!URL.canParse(given) || !/^https?:/.test(given))
    throw new UsageError("Write --worker with an address, such as https://afterbeep.agency.workers.dev");
  return given;
}

/** The operator's token, from the environment or `.dev.vars`. */
export function adminToken(): string | undefined {
  return process.env["ADMIN_TOKEN"] || devVariables()["ADMIN_TOKEN"];
}
