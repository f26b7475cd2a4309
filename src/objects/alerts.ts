// The URL to which alerts of all locations go.
import { allowedDestination } from "../act/outbound/destination.ts";
import { sendTest } from "../ledger/alerts/alerts.ts";
import type { Failure } from "../model/failure.ts";
import { configurationOf } from "../model/configuration.ts";
import type { Result } from "../kit/result.ts";
import { outsideOf, type LedgerEnv } from "./durable-objects.ts";

/** Sends a message that says nothing, and says whether it arrived. */
export function testAlert(env: LedgerEnv): Promise<Result<{ status: number | null }, Failure>> {
  return sendTest(configurationOf(env).alertUrl, `alert-test-${Date.now()}`, outsideOf(env));
}

/** What the guard of outgoing calls has against a URL; `null`: nothing. */
export function refusedUrl(env: LedgerEnv, url: string): string | null {
  const allowed = allowedDestination(url, configurationOf(env));
  return allowed.ok ? null : allowed.failure;
}
