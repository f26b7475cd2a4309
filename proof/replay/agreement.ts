// Whether a replay of the rules that were in force says of each event what the real ledger decided and did.
import { differencesIn } from "../../src/replay/faithful.ts";
import { readLog, type LogItem } from "../../src/replay/items.ts";
import { startReplay, type Replayed } from "../../src/replay/replay.ts";
import type { ExportLine } from "../../src/model/export.ts";

/** Lines as they come from a Worker. */
export async function* each(lines: readonly ExportLine[]): AsyncGenerator<ExportLine> {
  yield* lines;
}

/** What the log and the replay say differently: decisions in every word, and what became of each delivery. */
export async function disagreements(lines: readonly ExportLine[]): Promise<readonly string[]> {
  const { start, items } = await readLog(each(lines));
  const replay = startReplay(start, ({ decision }) => start.ruleSets.get(decision.ruleSet) ?? null);
  const all: (readonly [LogItem, Replayed | null])[] = [];
  for await (const item of items) all.push([item, await replay.take(item)]);
  replay.end();
  const around = { beginsMs: -Infinity, isBackwards: false, rules: new Map<string, never>() };
  return all.flatMap(([item, came]) => {
    const { key } = item.event;
    if (came && came.taken !== "decided") return [`${key}: ${came.taken}`];
    const found = differencesIn(item, came, around).map(
      ({ rule, what, recorded, replayed }) => `${key}: ${what} of ${rule}, ${recorded} and not ${replayed}`,
    );
    const [then, now] = [JSON.stringify(item.decision), JSON.stringify(came?.decision)];
    return found.length > 0 || then === now ? found : [`${key}: the decision, ${then} and not ${now}`];
  });
}
