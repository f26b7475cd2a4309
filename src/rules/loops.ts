// Rules that may feed each other: one changes something in HighLevel, the event of that fires the other, and so on back to
// the first. Found in what the rules say, without running them: which changes an action makes, which events come of them,
// and whether a rule may be met by those. A rule with a limit ends any loop.
import { hasMarkup } from "../act/template/markup.ts";
import { channelOf } from "../events/derive.ts";
import { CAUSED, CAUSED_BY_WORKFLOWS, tagsIn } from "../highlevel/echoes.ts";
import type { Json } from "../kit/json.ts";
import type { EventKind } from "../model/event-kinds.ts";
import type { Action, Condition, FactCondition, HighLevelAction, Rule } from "../model/rule.ts";

/** A rule that is part of a loop: the action by which it goes on, and the rules that take part, itself among them. */
export interface Looping {
  readonly rule: Rule;
  readonly action: number;
  readonly rules: readonly string[];
}

/** A change that an action makes, and the events that come of it. */
interface Effect {
  readonly rule: Rule;
  readonly action: number;
  readonly kinds: readonly EventKind[];
  /** The tags that it adds or removes; `null`: it changes none. */
  readonly tags: { readonly adds: boolean; readonly names: readonly string[]; readonly isKnown: boolean } | null;
  /** The channel of the message that it sends; `null`: it sends none, or that is not known. */
  readonly channel: string | null;
  /** Only rules that include what was sent through the API see it. */
  readonly isGuarded: boolean;
}

/** Every rule that is part of a loop. */
export function loopsOf(rules: readonly Rule[]): readonly Looping[] {
  const live = rules.filter(({ enabled, limit }) => enabled !== false && limit === undefined);
  let effects = live.flatMap((rule) => rule.actions.flatMap((action, index) => effectsOf(rule, action, index)));
  const sources = new Set(effects.map(({ rule }) => rule));
  // A rule that changes nothing leads nowhere.
  const targets = live.filter((rule) => sources.has(rule));
  for (;;) {
    const circles = circlesOf(effects, targets);
    const going = effects.filter((effect) => goesOn(effect, circles.get(effect.rule) ?? [], effects));
    if (going.length === effects.length) return lasting(effects, targets, circles);
    effects = going;
  }
}

/** Whether a change goes on in its circle: adding a tag for the second time, for one, changes nothing unless it is removed there. */
function goesOn({ tags }: Effect, circle: readonly Rule[], effects: readonly Effect[]): boolean {
  if (circle.length === 0) return false;
  if (tags === null || (tags.adds && !tags.isKnown)) return true;
  return effects.some(
    (other) =>
      circle.includes(other.rule) &&
      other.tags !== null &&
      other.tags.adds !== tags.adds &&
      (!other.tags.isKnown || !tags.isKnown || other.tags.names.some((name) => tags.names.includes(name))),
  );
}

function lasting(
  effects: readonly Effect[],
  targets: readonly Rule[],
  circles: ReadonlyMap<Rule, readonly Rule[]>,
): readonly Looping[] {
  return targets.flatMap((rule) => {
    const circle = circles.get(rule) ?? [];
    const on = effects.find((effect) => effect.rule === rule && circle.some((next) => leadsTo(effect, next)));
    return on ? [{ rule, action: on.action, rules: circle.map(({ name }) => name).toSorted() }] : [];
  });
}

/** For each rule from which effects lead back to itself: the rules on the ways there and back. */
function circlesOf(effects: readonly Effect[], targets: readonly Rule[]): ReadonlyMap<Rule, readonly Rule[]> {
  const next = new Map<Rule, Rule[]>(targets.map((rule) => [rule, []]));
  for (const effect of effects)
    for (const target of targets)
      if (leadsTo(effect, target) && !next.get(effect.rule)?.includes(target)) next.get(effect.rule)?.push(target);
  const reached = new Map(targets.map((rule) => [rule, reachedFrom(rule, next)]));
  return new Map(
    targets.flatMap((rule) => {
      const circle = targets.filter((other) => reached.get(rule)?.has(other) && reached.get(other)?.has(rule));
      return circle.length === 0 ? [] : [[rule, circle] as const];
    }),
  );
}

function reachedFrom(rule: Rule, next: ReadonlyMap<Rule, readonly Rule[]>): ReadonlySet<Rule> {
  const reached = new Set<Rule>();
  const waiting = [...(next.get(rule) ?? [])];
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    if (reached.has(one)) continue;
    reached.add(one);
    waiting.push(...(next.get(one) ?? []));
  }
  return reached;
}

function effectsOf(rule: Rule, action: Action, index: number): readonly Effect[] {
  if (action.type !== "highlevel") return [];
  const effects = EFFECTS[action.call]?.(action) ?? [];
  return effects.map((effect) => ({ rule, action: index, tags: null, channel: null, isGuarded: false, ...effect }));
}

type Told = Pick<Effect, "kinds"> & Partial<Effect>;

/** What comes back of each call; absent: nothing that a rule sees. */
const EFFECTS: { readonly [Call in HighLevelAction["call"]]?: (action: HighLevelAction) => readonly Told[] } = {
  ...Object.fromEntries(Object.entries(CAUSED).map(([call, kinds]) => [call, () => [{ kinds }]])),
  "add-tags": (action) => [{ kinds: ["ContactTagUpdate"], tags: tagsOf(action, true) }],
  "remove-tags": (action) => [{ kinds: ["ContactTagUpdate"], tags: tagsOf(action, false) }],
  // A workflow may do anything, and what it writes may be answered by a machine.
  "add-to-workflow": () => [{ kinds: ["OutboundMessage", "InboundMessage", "EmailStatus", ...CAUSED_BY_WORKFLOWS] }],
  "send-message": ({ messageType }) => [
    {
      kinds: ["OutboundMessage"],
      channel: typeof messageType === "string" ? channelOf("OutboundMessage", { messageType }) : null,
      isGuarded: true,
    },
    ...(messageType === "Email" ? [{ kinds: ["EmailStatus"] as const }] : []),
  ],
};

function tagsOf({ tags }: HighLevelAction, adds: boolean): Effect["tags"] {
  const names = tagsIn(tags as Json);
  return { adds, names, isKnown: !names.some(hasMarkup) };
}

/** Whether an event of a change may fire a rule, as far as the rule's conditions say. */
function leadsTo({ rule: from, kinds, tags, channel, isGuarded }: Effect, rule: Rule): boolean {
  if (!rule.on.some((kind) => kinds.includes(kind)) || (isGuarded && rule.includeApi !== true)) return false;
  if (from.locations && rule.locations && !from.locations.some((id) => rule.locations?.includes(id))) return false;
  return demands(rule.conditions).every((asked) => {
    if (asked.fact === "channel" && channel !== null) return allows(asked, channel);
    if (asked.fact === "kind") return kinds.some((kind) => rule.on.includes(kind) && allows(asked, kind));
    if (asked.fact !== "tags" || asked.path !== undefined || tags === null || !tags.isKnown) return true;
    const isNamed = typeof asked.value === "string" && tags.names.includes(asked.value.trim().toLowerCase());
    if (asked.operator === "contains") return !isNamed || tags.adds;
    return asked.operator !== "doesNotContain" || !isNamed || !tags.adds;
  });
}

/** Whether a comparison may be met by a word; `true` if that is not known. */
function allows({ operator, value }: FactCondition, word: string): boolean {
  if (operator === "equal") return typeof value !== "string" || value === word;
  if (operator === "in") return !Array.isArray(value) || value.includes(word);
  if (operator === "notEqual") return value !== word;
  return operator !== "notIn" || !Array.isArray(value) || !value.includes(word);
}

/** The comparisons that all have to be met. */
function demands(condition: Condition): readonly FactCondition[] {
  if ("all" in condition) return condition.all.flatMap(demands);
  return "fact" in condition ? [condition] : [];
}
