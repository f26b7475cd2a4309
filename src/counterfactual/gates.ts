// What holds a rule back whatever its conditions say, and the world in which that would not.
import { hasFiredForMessage, isAtLimit } from "../match/history.ts";
import { NO_HISTORY } from "../model/history.ts";
import { durationMs } from "../time/duration.ts";
import { guardedAs } from "../events/event.ts";
import { atTime, type Changed, type Place } from "./places.ts";
import { factsIn, withPayload, withRule, type World } from "./world.ts";

type Gate = (world: World) => Changed | null;

/** One entry for each thing that holds a rule back and could be otherwise; `null`: it does not. */
const GATES: readonly Gate[] = [
  (world) =>
    world.rule.enabled === false ? gate(withRule(world, { ...world.rule, enabled: true }), "disabled") : null,
  (world) => {
    const { event, context, rule } = world;
    const guard = context.sentBy === undefined ? guardedAs(event) : "api";
    if (guard === null || (guard === "api" ? rule.includeApi : rule.includeInternal) === true) return null;
    const included = guard === "api" ? { includeApi: true } : { includeInternal: true };
    return { ...gate(withRule(world, { ...rule, ...included }), "loop-guard"), to: Object.keys(included)[0] };
  },
  (world) => {
    const { repeats } = world.context;
    return repeats === undefined
      ? null
      : gate({ ...world, context: { ...world.context, repeats: undefined } }, "no-change");
  },
  (world) => {
    const { paused = [] } = world.context;
    const others = paused.filter(({ rule }) => rule !== null && rule !== world.rule.name);
    return others.length === paused.length
      ? null
      : gate({ ...world, context: { ...world.context, paused: others } }, "paused");
  },
  (world) =>
    world.event.origin === "reconciled" && world.rule.late !== true
      ? gate(withRule(world, { ...world.rule, late: true }), "late")
      : null,
  (world) => {
    const { history = NO_HISTORY } = world.context;
    if (!hasFiredForMessage(world.rule.name, factsIn(world).asPast, history)) return null;
    const { originalMessageId: _, ...payload } = world.event.payload;
    const other = withPayload(world, { ...payload, messageId: "another-message" });
    return other && gate({ ...other, context: { ...other.context, messageChain: undefined } }, "duplicate-action");
  },
  freeOfLimit,
];

/** What holds the rule back in a world, and rules before it that may stop it: each is a place of its own. */
export function gatesIn(world: World): readonly Place[] {
  const { rules } = world.ruleSet;
  const stopping = rules.slice(0, rules.indexOf(world.rule)).filter(({ stop }) => stop === true);
  const closed = GATES.flatMap((of): Place[] => {
    const open = of(world);
    return open ? [placeOf(open.place, of)] : [];
  });
  return [...closed, ...stopping.map((rule) => placeOf(`stopped ${rule.name}`, (now) => unstopped(now, rule)))];
}

function placeOf(name: string, of: Gate): Place {
  const changesIn = (world: World): readonly Changed[] => [of(world)].filter((one) => one !== null);
  return { name, comparisons: [], changesIn, again: (_, world) => of(world) };
}

function gate(world: World, place: string): Changed {
  return { world, what: "gate", place, far: 1 };
}

/** The world in which a rule before it stops nothing. */
function unstopped(world: World, rule: World["rule"]): Changed {
  const rules = world.ruleSet.rules.map((one) => (one === rule ? { ...one, stop: false } : one));
  return {
    world: { ...world, ruleSet: { ...world.ruleSet, rules } },
    what: "gate",
    place: "stopped",
    from: rule.name,
    far: 1,
  };
}

/** The first moment at which a limit that is reached has room again; `null`: it is not reached, or for ever. */
function freeOfLimit(world: World): Changed | null {
  const { rule, context } = world;
  const { history = NO_HISTORY, nowMs } = context;
  const { limit } = rule;
  if (!limit || limit.within === undefined || !isAtLimit(rule, limit, nowMs, history)) return null;
  let [full, free] = [nowMs, nowMs + (durationMs(limit.within) ?? 0)];
  while (free - full > 1) {
    const middle = Math.floor((full + free) / 2);
    if (isAtLimit(rule, limit, middle, history)) full = middle;
    else free = middle;
  }
  return atTime(world, free, "gate", "limit");
}
