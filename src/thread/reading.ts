// A location's log, asked of the API page by page, and told how far it has come: what every job of the thread reads.
import { isJsonObject, type Json } from "../kit/json.ts";
import type { Issue } from "../model/failure.ts";
import type { FromThread, ThreadProblem } from "../model/replay-thread.ts";
import type { Rule } from "../model/rule.ts";
import { reachMs } from "../replay/asked.ts";
import { readLog, type LogItem, type ReadLog } from "../replay/items.ts";
import { BrokenExport, wholeLines, type AskExport } from "../replay/whole-lines.ts";

/** How the thread is connected. */
export interface ThreadPorts {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  readonly tell: (message: FromThread) => void;
  /** Whether what has been read is enough. */
  readonly isStopped: () => boolean;
}

/** What is read. */
export interface Wanted {
  readonly locationId: string;
  readonly headers: { readonly [name: string]: string };
  readonly sinceMs: number;
  /** What is before it is read as far as these look back. */
  readonly rules: readonly Rule[];
}

const DAY_MS = 86_400_000;
/** A breaker looks a day back. */
const LEAST_LEAD_MS = DAY_MS;
/** What a rule asks beyond that is counted from here on, and the comparison says so. */
const MOST_LEAD_MS = 30 * DAY_MS;
const TOLD_EVERY = 100;

/** Reads a log for a job, and tells what came of it. It never rejects for what it is answered. */
export async function reading(
  { locationId, headers, sinceMs, rules }: Wanted,
  { fetch, tell, isStopped }: ThreadPorts,
  job: (log: ReadLog, isWhole: () => boolean) => Promise<FromThread>,
): Promise<void> {
  const since = new Date(sinceMs - leadMs(rules)).toISOString();
  const ask: AskExport = async ({ until, cursor }) => {
    const query = new URLSearchParams({ since });
    for (const [name, value] of Object.entries({ until, cursor })) if (value !== null) query.set(name, value);
    const path = `/api/locations/${encodeURIComponent(locationId)}/export?${query.toString()}`;
    const response = await fetch(path, { headers, cache: "no-store" }).catch(() => null);
    if (response?.ok === true && response.body) return response.body;
    throw new Refused(await problemOf(response));
  };
  let isWhole = true;
  async function* until(items: AsyncIterable<LogItem>): AsyncGenerator<LogItem> {
    let events = 0;
    for await (const item of items) {
      if (isStopped()) return void (isWhole = false);
      yield item;
      events += 1;
      if (events % TOLD_EVERY === 0) tell({ what: "read", events, at: item.decision.decidedAt });
    }
  }
  try {
    const { start, items } = await readLog(wholeLines(ask));
    tell(await job({ start, items: until(items) }, () => isWhole));
  } catch (error) {
    if (!(error instanceof Refused) && !(error instanceof BrokenExport)) throw error;
    const problem =
      error instanceof Refused
        ? error.problem
        : { status: 0, code: "NO_EXPORT", title: "The log could not be read", detail: error.message, issues: [] };
    tell({ what: "failed", problem });
  }
}

/** Those of some rules that are for a location. */
export function rulesHere(rules: readonly Rule[], locationId: string): readonly Rule[] {
  return rules.filter(({ locations }) => locations === undefined || locations.includes(locationId));
}

/** How much of what was before the rules look at. */
function leadMs(rules: readonly Rule[]): number {
  return Math.min(Math.max(LEAST_LEAD_MS, ...rules.map(reachMs)), MOST_LEAD_MS);
}

class Refused extends Error {
  readonly problem: ThreadProblem;

  constructor(problem: ThreadProblem) {
    super(problem.title);
    this.problem = problem;
  }
}

/** What the API says of a call that failed. */
async function problemOf(response: Response | null): Promise<ThreadProblem> {
  if (response === null)
    return {
      status: 0,
      code: "NO_ANSWER",
      title: "The Worker does not answer",
      detail: "Check that it runs and that you are online",
      issues: [],
    };
  const { status } = response;
  const body = (await response.json().catch(() => null)) as Json;
  const { code, title, detail, issues } = isJsonObject(body) ? body : {};
  return {
    status,
    code: typeof code === "string" ? code : "NO_JSON",
    title: typeof title === "string" ? title : `The Worker answered ${status}`,
    detail: typeof detail === "string" ? detail : "",
    issues: Array.isArray(issues) ? (issues as unknown as readonly Issue[]) : [],
  };
}
