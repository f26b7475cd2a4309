// A page of the log, however many calls have to look for it: with each the ledger reads a part, and nothing waits for long.
import { turnForOthers } from "../kit/turn.ts";
import type { LogEntry, LogQuery } from "../model/ledger.ts";
import type { ReadingCalls } from "../model/rpc.ts";

/** As many events as were asked for, or all that there are. */
export async function filled(query: LogQuery, ask: ReadingCalls["events"]): ReturnType<ReadingCalls["events"]> {
  const events: LogEntry[] = [];
  for (let next = query; ;) {
    const { cursor, ...page } = await ask(next);
    events.push(...page.events);
    const limit = query.limit - events.length;
    if (cursor === null || limit === 0) return { events, cursor };
    next = { ...query, cursor, limit };
    await turnForOthers();
  }
}
