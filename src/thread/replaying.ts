// A location's log, asked of the API and replayed by two sets of rules as it comes: what the thread of the page does.
import { isJsonObject, type Json } from "../kit/json.ts";
import type { FromThread, ReplayRequest, ThreadProblem } from "../model/replay-thread.ts";
import type { Issue } from "../model/failure.ts";
import type { Rule, RuleSet } from "../model/rule.ts";
import { reachMs } from "../replay/asked.ts";
import { compare } from "../replay/compare.ts";
import { readLog, type LogItem } from "../replay/items.ts";
import { BrokenExport, wholeLines, type AskExport } from "../replay/whole-lines.ts";

/** How the thread is connected. */
export interface ReplayPorts {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  readonly tell: (message: FromThread) => void;
  /** Whether what has been read is enough. */
  readonly isStopped: () => boolean;
}

const DAY_MS = 86_400_000;
/** A breaker looks a day back. */
const LEAST_LEAD_MS = DAY_MS;
/** What a rule asks beyond that is counted from here on, and the comparison says so. */
const MOST_LEAD_MS = 30 * DAY_MS;
const TOLD_EVERY = 100;
/** How many texts the page can list of each sort; the others are counted. */
const MOST_SHOWN = 1_000;

/** Replays, and tells how far it has come and what came of it. It never rejects for what it is answered. */
export async function replaying(request: ReplayRequest, ports: ReplayPorts): Promise<void> {
  try {
    await replayed(request, ports);
  } catch (error) {
    if (!(error instanceof Refused) && !(error instanceof BrokenExport)) throw error;
    const problem =
      error instanceof Refused
        ? error.problem
        : { status: 0, code: "NO_EXPORT", title: "The log could not be read", detail: error.message, issues: [] };
    ports.tell({ what: "failed", problem });
  }
}

async function replayed(request: ReplayRequest, { fetch, tell, isStopped }: ReplayPorts): Promise<void> {
  const { locationId, headers, sinceMs } = request;
  const ofHere = (rules: readonly Rule[]): readonly Rule[] =>
    rules.filter(({ locations }) => locations === undefined || locations.includes(locationId));
  const after: RuleSet = { hash: "after", rules: ofHere(request.after), findings: [] };
  const before = request.before && { hash: "before", rules: ofHere(request.before), findings: [] };
  const since = new Date(sinceMs - leadMs([...after.rules, ...(before?.rules ?? [])])).toISOString();
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
  const { start, items } = await readLog(wholeLines(ask));
  const compared = await compare({ start, items: until(items) }, { before, after, sinceMs, shown: MOST_SHOWN });
  tell({ what: "done", compared, isWhole });
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
