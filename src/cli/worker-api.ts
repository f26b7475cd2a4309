// A running Worker's API, as commands ask it.
import { isJsonObject, type Json } from "../kit/json.ts";
import { UsageError } from "../kit/usage-error.ts";

/** A request of a command. */
interface Asking {
  readonly method?: "POST" | "PUT" | "DELETE";
  readonly headers: { readonly [name: string]: string };
  readonly body?: string;
}

/** A running Worker's API. */
export interface WorkerApi {
  /** Its address, such as `https://afterbeep.agency.workers.dev`. */
  readonly url: string;
  readonly adminToken: string | undefined;
  readonly fetch: (url: URL, init: Asking) => Promise<Response>;
}

const NOT_FOUND = 404;
const MAX_ISSUES = 20;

/** What is asked: without a body a GET, with one a POST, unless it says otherwise. */
interface Question {
  readonly method?: "PUT" | "DELETE";
  readonly body?: Json;
}

/**
 * What the Worker answers; `null`: it does not know such a thing. It throws usage errors, also where the answer lacks what it
 * `has`: something else answers there.
 */
export async function asked<Answer>(
  path: string,
  has: keyof Answer & string,
  { url, adminToken, fetch }: WorkerApi,
  { method, body }: Question = {},
): Promise<Answer | null> {
  const headers = { authorization: `Bearer ${adminToken ?? ""}` };
  const how = method ?? (body === undefined ? undefined : "POST");
  const init: Asking = {
    headers,
    ...(how === undefined ? {} : { method: how }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const response = await fetch(new URL(path, url), init).catch(() => null);
  if (response === null) throw new UsageError(`No Worker answers at ${url}`);
  if (response.status === NOT_FOUND) return null;
  if (response.status === 401)
    throw new UsageError(`The Worker at ${url} refuses the token: put its ADMIN_TOKEN into the environment`);
  if (!response.ok) throw new UsageError(`The Worker at ${url} answered ${response.status}${await detailOf(response)}`);
  const answer = (await response.json().catch(() => null)) as Json;
  if (!isJsonObject(answer) || answer[has] === undefined)
    throw new UsageError(`What answers at ${url} is no Afterbeep`);
  return answer as Answer;
}

/** The lines of an answer; of one that says no, what it says, and the command ends with 1: it was used rightly. */
export async function answered(lines: Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await lines;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.exitCode = 1;
    console.error(error.message);
    return [];
  }
}

/** What a problem is, what to do, and where. */
async function detailOf(response: Response): Promise<string> {
  const told = (await response.json().catch(() => null)) as {
    readonly title?: unknown;
    readonly detail?: unknown;
    readonly issues?: readonly { readonly pointer: string; readonly message: string }[];
  } | null;
  const issues = (told?.issues ?? []).slice(0, MAX_ISSUES).map(({ pointer, message }) => `\n  ${pointer} ${message}`);
  const said = [told?.title, told?.detail].filter((text) => typeof text === "string");
  return (said.length === 0 ? "" : `: ${said.join(". ")}`) + issues.join("");
}
