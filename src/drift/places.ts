// Which places of an event are counted: the facts that have few words, and what the rules test. Words are kept only where
// the vocabulary is HighLevel's or the rule's: what a contact has written never becomes a counter.
import { FACT_READERS } from "../events/event.ts";
import type { Json } from "../kit/json.ts";
import { comparisons } from "../language/conditions.ts";
import { FACTS, factsOfKind } from "../language/facts.ts";
import { isOperator, OPERATORS, takeApart } from "../language/operators.ts";
import { valueAt } from "../language/path.ts";
import type { Event } from "../model/event.ts";
import { EVENT_KINDS, type EventKind } from "../model/event-kinds.ts";
import type { Condition, FactCondition, Rule } from "../model/rule.ts";

/** One place whose words are counted. */
export interface CountedPlace {
  /** As `status` or `payload $.plan`. */
  readonly name: string;
  readonly read: (event: Event) => Json | undefined;
  /** The words that are told apart; `null`: each, as they are HighLevel's own. */
  readonly words: ReadonlySet<string> | null;
}

/** One comparison of a rule with a fact of the event. */
export interface Tested {
  readonly rule: string;
  readonly kinds: readonly EventKind[];
  /** The channels that the rule takes; `null`: any. */
  readonly channels: readonly string[] | null;
  readonly place: string;
  readonly fact: string;
  readonly path: string | undefined;
  /** One of these words is what meets it; `null`: it compares otherwise. */
  readonly wants: readonly string[] | null;
  readonly isAnyCase: boolean;
}

/** Of a longer list only whether something is there is counted. */
const MOST_WANTED = 50;
/** So many places are counted on a kind of event. */
const MAX_PLACES = 24;
const MAX_WORD = 64;

/** The columns of the log: the tally counts these without being asked. */
const IN_THE_LOG: ReadonlySet<string> = new Set(["kind", "channel", "outcome", "direction"]);

/** The word that a value is counted as; `null`: it is no single value. */
export function wordOf(value: Json): string | null {
  return typeof value === "object" && value !== null ? null : String(value).slice(0, MAX_WORD);
}

/** The places that are counted, by kind; made once for a set of rules. */
export function countedPlaces(rules: readonly Rule[]): { readonly [Kind in EventKind]?: readonly CountedPlace[] } {
  let made = known.get(rules);
  if (!made) known.set(rules, (made = placesFor(testedBy(rules))));
  return made;
}
const known = new WeakMap<readonly Rule[], ReturnType<typeof placesFor>>();

function placesFor(tested: readonly Tested[]): { readonly [Kind in EventKind]?: readonly CountedPlace[] } {
  return Object.fromEntries(
    EVENT_KINDS.map((kind) => {
      const places = new Map<string, CountedPlace>();
      for (const name of factsOfKind(kind))
        if (isClosed(name) && !IN_THE_LOG.has(name)) places.set(name, placeOf(name, undefined, null));
      const own = tested.filter(({ kinds, fact }) => kinds.includes(kind) && !IN_THE_LOG.has(fact));
      for (const [name, same] of Map.groupBy(own, ({ place }) => place)) {
        const [{ fact, path } = { fact: name, path: undefined }] = same;
        const wants = same.flatMap((one) => one.wants ?? []);
        const words = wants.length > MOST_WANTED || isOfSomebody(fact) ? [] : wants;
        if (!places.has(name)) places.set(name, placeOf(fact, path, new Set(words)));
      }
      return [kind, [...places.values()].slice(0, MAX_PLACES)];
    }),
  );
}

/** Whether a fact has few words, none of them a contact's: each is told apart. */
export function isClosed(name: string, path?: string): boolean {
  const fact = FACTS[name];
  return path === undefined && FACT_READERS.has(name) && (fact?.values !== undefined || fact?.type === "boolean");
}

/** Whether a fact names somebody: a rule may ask for a person, and no counter of that outlives them. */
function isOfSomebody(fact: string): boolean {
  return FACTS[fact]?.type === "id" || FACTS[fact]?.type === "address";
}

function placeOf(fact: string, path: string | undefined, words: ReadonlySet<string> | null): CountedPlace {
  const read = FACT_READERS.get(fact) ?? (() => undefined);
  return { name: nameOf(fact, path), read: path === undefined ? read : (event) => valueAt(read(event), path), words };
}

function nameOf(fact: string, path: string | undefined): string {
  return path === undefined ? fact : `${fact} ${path}`;
}

/** What rules that are in force compare facts of events with. */
export function testedBy(rules: readonly Rule[]): readonly Tested[] {
  return rules.flatMap((rule) => {
    if (rule.enabled === false) return [];
    const channels = channelsOf(rule.conditions);
    return [...comparisons(rule.conditions, [])].flatMap(({ condition, negated }): Tested[] => {
      const { fact, path } = condition;
      if (!FACT_READERS.has(fact)) return [];
      const wants = negated ? null : wantedBy(condition);
      const { name } = takeApart(condition.operator);
      return [
        {
          rule: rule.name,
          kinds: rule.on,
          channels,
          place: nameOf(fact, path),
          fact,
          path,
          wants,
          isAnyCase: isOperator(name) && OPERATORS[name].words === "any case",
        },
      ];
    });
  });
}

/** The words of which a comparison wants one; `null`: it is met otherwise. */
function wantedBy({ operator, value }: FactCondition): readonly string[] | null {
  const { name, decorators } = takeApart(operator);
  if (decorators.length > 0 || !isOperator(name)) return null;
  const { words, metByAbsence } = OPERATORS[name];
  if (words === undefined || metByAbsence !== "never") return null;
  const wanted = (Array.isArray(value) ? value : [value]).map(wordOf);
  return wanted.every((word) => word !== null) ? wanted : null;
}

/** The channels that all of a rule's conditions leave. */
function channelsOf(condition: Condition): readonly string[] | null {
  if ("all" in condition)
    return condition.all.reduce<readonly string[] | null>((left, part) => left ?? channelsOf(part), null);
  return "fact" in condition && condition.fact === "channel" && condition.path === undefined
    ? wantedBy(condition)
    : null;
}
