// What rules can ask of the past, and for how long: a replay keeps that, and no more.
import { comparisons } from "../language/conditions.ts";
import { MOMENT_FACTS } from "../language/derived-facts.ts";
import { isLogFact } from "../language/log-facts.ts";
import { isJsonObject, type Json } from "../kit/json.ts";
import { cancelledBy, kindsThatPull } from "../match/cancel.ts";
import type { Moment } from "../match/facts.ts";
import { WISHES } from "../match/wishes.ts";
import type { Event } from "../model/event.ts";
import type { EventKind } from "../model/event-kinds.ts";
import type { CancelTrigger, Rule, RuleSet } from "../model/rule.ts";
import { durationMs } from "../time/duration.ts";

/** What is asked of the past by any rule of some sets. */
export interface Asked {
  /** How far history facts look back, milliseconds; `-Infinity`: there are none. */
  readonly historyMs: number;
  /** The same of limits, by rule; what has no limit is not here. */
  readonly limitMs: ReadonlyMap<string, number>;
  /** The rules whose firings replace what waits. */
  readonly restarting: ReadonlySet<string>;
  /** The kinds of events of which it matters later when they happened. */
  readonly ahead: ReadonlySet<EventKind>;
  readonly triggers: Triggers;
}

export function askedBy(sets: Iterable<RuleSet>): Asked {
  const rules = [...sets].flatMap((set) => set.rules);
  const limitMs = new Map<string, number>();
  for (const { name, limit } of rules)
    if (limit) limitMs.set(name, Math.max(limitMs.get(name) ?? 0, spanMs(limit.within)));
  const actions = rules.flatMap((rule) => rule.actions.map((action) => ({ rule, action })));
  const cancelling = actions.flatMap(({ action }) => action.cancelOn ?? []);
  return {
    historyMs: Math.max(-Infinity, ...new Set(rules.map(historyMs))),
    limitMs,
    restarting: new Set(actions.flatMap(({ rule, action }) => (action.restart === true ? [rule.name] : []))),
    ahead: new Set([...WISHES, ...kindsThatPull(cancelling)]),
    triggers: triggersOf(cancelling),
  };
}

/** How far back a rule looks, in milliseconds: its limit, and the facts that ask the log; 0: nowhere. */
export function reachMs(rule: Rule): number {
  let reach = reaches.get(rule);
  if (reach === undefined) {
    reach = Math.max(0, rule.limit === undefined ? 0 : spanMs(rule.limit.within), historyMs(rule));
    reaches.set(rule, reach);
  }
  return reach;
}
const reaches = new WeakMap<Rule, number>();

function historyMs({ conditions }: Rule): number {
  const spans = [...comparisons(conditions, [])].flatMap(({ condition: { fact, params, value } }) => [
    ...(isLogFact(fact) ? [spanMs(params?.["within"])] : []),
    ...(isJsonObject(value) && typeof value["fact"] === "string" && isLogFact(value["fact"])
      ? [spanMs(isJsonObject(value["params"]) ? value["params"]["within"] : undefined)]
      : []),
  ]);
  return Math.max(-Infinity, ...spans);
}

function spanMs(within: Json | undefined): number {
  return typeof within === "string" ? (durationMs(within) ?? 0) : Infinity;
}

/** What ends waits. */
interface Triggers {
  /** Whether a trigger looks at such events. */
  canPull(event: Event): boolean;
  /** The triggers that an event sets off, by `nameOf`. */
  pulledBy(event: Event, moment: Moment): Promise<readonly string[]>;
  /** Whether one of them may be set off or not by the same event, depending on when that is asked. */
  isOpen(event: Event): boolean;
}

/** One trigger, whichever rule it stands in. */
export function nameOf(trigger: CancelTrigger): string {
  if (typeof trigger === "string") return trigger;
  let name = names.get(trigger);
  if (name === undefined) names.set(trigger, (name = JSON.stringify(trigger)));
  return name;
}
const names = new WeakMap<object, string>();

function triggersOf(all: readonly CancelTrigger[]): Triggers {
  const ofKind = new Map<EventKind, Map<string, CancelTrigger>>();
  for (const trigger of all)
    for (const kind of kindsThatPull([trigger])) {
      let known = ofKind.get(kind);
      if (!known) ofKind.set(kind, (known = new Map()));
      known.set(nameOf(trigger), trigger);
    }
  const open = new Set<EventKind>();
  for (const [kind, own] of ofKind) if ([...own.keys()].some(asksMoment)) open.add(kind);
  return {
    canPull: ({ kind }) => ofKind.has(kind),
    async pulledBy(event, moment) {
      const pulled: string[] = [];
      for (const [name, trigger] of ofKind.get(event.kind) ?? [])
        if (await cancelledBy(event, [trigger], moment)) pulled.push(name);
      return pulled;
    },
    isOpen: ({ kind }) => open.has(kind),
  };
}

function asksMoment(trigger: string): boolean {
  return Object.keys(MOMENT_FACTS).some((fact) => trigger.includes(JSON.stringify(fact)));
}
