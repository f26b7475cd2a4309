import { describe, expect, it } from "vitest";
import { each } from "../../../proof/replay/agreement.ts";
import { readLog } from "../../../src/replay/items.ts";
import { startReplay } from "../../../src/replay/replay.ts";
import { sharedBy } from "../../../src/replay/shared.ts";
import type { ExportLine } from "../../../src/model/export.ts";
import type { Action, Rule, RuleSet } from "../../../src/model/rule.ts";
import { aRuleSet, aTask } from "../../builders.ts";
import { exportedPast, rulesOfThePast } from "../../generated/past.ts";
import { upTo } from "../../thorough.ts";

/** The same timing without HighLevel: what is done brings no further event, so both sets see the same ones. */
const quietly = ({ after, cancelOn, restart }: Action): Action => aTask({ after, cancelOn, restart });
const ofTasks = (rules: readonly Rule[], change: (rule: Rule) => Rule = (rule) => rule): RuleSet =>
  aRuleSet(...rules.map((rule) => change({ ...rule, actions: rule.actions.map(quietly) })));

const [{ rules: RULES }] = rulesOfThePast();
const inForce = { ...ofTasks(RULES), hash: "in-force" };

/** Changes of every sort: of limits, of order, of waits and of what ends them, of windows. */
const CHANGES: { readonly [name: string]: (rule: Rule) => Rule } = {
  "no limits": (rule) => ({ ...rule, limit: undefined }),
  "tighter limits": (rule) => ({ ...rule, limit: { count: 1, within: "2h" } }),
  "limits of the location": (rule) => ({ ...rule, limit: { count: 5, within: "1d", per: "location" } }),
  "limits for ever": (rule) => ({ ...rule, limit: { count: 3 } }),
  "every rule stops": (rule) => ({ ...rule, stop: true, priority: rule.name.length }),
  "waits twice as long": (rule) => ({ ...rule, actions: rule.actions.map((action) => ({ ...action, after: "2h" })) }),
  "nothing ends a wait": (rule) => ({
    ...rule,
    actions: rule.actions.map((action) => ({ ...action, cancelOn: undefined })),
  }),
  "replies end every wait": (rule) => ({
    ...rule,
    actions: rule.actions.map((action) => ({ ...action, after: "30m", cancelOn: ["reply"] })),
  }),
  "everything restarts": (rule) => ({
    ...rule,
    actions: rule.actions.map((action) => ({ ...action, after: "1h", restart: true })),
  }),
  "at night": (rule) => ({ ...rule, window: { from: "22:00", to: "04:00", timeZone: "Europe/Berlin" } }),
};

/** What was decided and done, event by event. */
function toldIn(lines: readonly ExportLine[]): readonly string[] {
  return lines.flatMap((line) => {
    if (line.type === "event") return [`${line.event.key} ${JSON.stringify(line.decision.verdicts)}`];
    if (line.type !== "delivery") return [];
    return [`${line.rule} ${line.state} ${JSON.stringify(line.cancelledBy)}`];
  });
}

async function replayedBy(lines: readonly ExportLine[], rules: RuleSet): Promise<readonly string[]> {
  const { start, items } = await readLog(each(lines));
  const replay = startReplay(start, () => rules, { shared: sharedBy(start, [rules]) });
  const all = [];
  for await (const item of items) all.push({ key: item.event.key, came: await replay.take(item) });
  replay.end();
  return all.flatMap(({ key, came }) => [
    `${key} ${JSON.stringify(came?.decision.verdicts)}`,
    ...(came?.deliveries ?? []).map(
      ({ firing, state, cancelledBy }) => `${firing.rule} ${state} ${JSON.stringify(cancelledBy)}`,
    ),
  ]);
}

describe("a replay of other rules is what the real ledger does with them", () => {
  const seeds = Array.from({ length: upTo(1, 6) }, (_, n) => n + 1);
  it.each(Object.entries(CHANGES).flatMap(([name, change]) => seeds.map((seed) => ({ name, change, seed }))))(
    "$name, seed $seed",
    async ({ change, seed }) => {
      const other = { ...ofTasks(RULES, change), hash: "other" };
      const { lines } = await exportedPast(seed, { events: 80, sets: [inForce, inForce], isCalm: true });
      const real = await exportedPast(seed, { events: 80, sets: [other, other], isCalm: true });
      const told = toldIn(real.lines);
      expect(await replayedBy(lines, other)).toEqual(told);
      expect(told).not.toEqual(toldIn(lines));
    },
  );
});
