// The calls of an import: what does not get through is tried again for a while, as each part may be sent twice.
import { UsageError } from "../kit/usage-error.ts";
import type { ImportPart } from "../model/import.ts";
import { ImportBroke } from "./moving.ts";

export { ImportBroke };

const TRIES = 6;
const FIRST_PAUSE_MS = 500;
const ANSWER_WITHIN_MS = 60_000;
const AGAIN = "the same command goes on where it broke off, and --give-up removes what is there";

interface ImportApi {
  readonly url: string;
  readonly adminToken: string | undefined;
  readonly fetch: typeof fetch;
  readonly pause?: (ms: number) => Promise<void>;
}

/** A call to import into a location. It throws `ImportBroke` when it is refused or does not get through. */
export function changing(
  { url, adminToken, fetch: ask, pause = paused }: ImportApi,
  locationId: string,
): <Answer>(method: "PUT" | "DELETE", part?: ImportPart) => Promise<Answer> {
  const call = new URL(`/api/locations/${encodeURIComponent(locationId)}/import`, url);
  return async <Answer>(method: "PUT" | "DELETE", part?: ImportPart): Promise<Answer> => {
    const body = part === undefined ? null : JSON.stringify(part);
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
      const headers = { authorization: `Bearer ${adminToken ?? ""}` };
      const response = await ask(call, { method, headers, body, signal }).catch(() => null);
      if (response?.ok) return (await response.json()) as Answer;
      if (response?.status === 401)
        throw new UsageError(`The Worker at ${url} refuses the token: put its ADMIN_TOKEN into the environment`);
      if (response?.status === 404)
        throw new UsageError(`The Worker at ${url} does not serve location ${locationId}, or is older than imports`);
      if (response && response.status !== 429 && response.status < 500) throw new ImportBroke(await whyNot(response));
      if (tries < TRIES) await pause(FIRST_PAUSE_MS * 2 ** tries);
    }
    throw new ImportBroke(`The Worker at ${url} does not answer: ${AGAIN}`);
  };
}

async function whyNot(response: Response): Promise<string> {
  const told = (await response.json().catch(() => null)) as { readonly detail?: unknown } | null;
  const detail = typeof told?.detail === "string" ? told.detail : `it answered ${response.status}`;
  return `The log cannot be imported: ${detail}`;
}

function paused(ms: number): Promise<void> {
  return new Promise((over) => setTimeout(over, ms));
}
