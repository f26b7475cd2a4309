// What differs between two sets of rules, rule by rule, and between two rules, sentence by sentence.
import { isJsonObject, type Json } from "../../kit/json.ts";
import { ruleInWords } from "../../language/in-words.ts";
import type { Rule } from "../../model/rule.ts";

/** A rule that is another one now. */
export interface ChangedRule {
  readonly before: Rule;
  readonly after: Rule;
}

/** What a set has that another had not. */
export interface RulesDiff {
  readonly added: readonly Rule[];
  readonly removed: readonly Rule[];
  readonly changed: readonly ChangedRule[];
  /** How many are as they were. */
  readonly same: number;
}

/** Compares two sets by the names of their rules. */
export function rulesDiff(before: readonly Rule[], after: readonly Rule[]): RulesDiff {
  const then = new Map(before.map((rule) => [rule.name, rule]));
  const now = new Set(after.map(({ name }) => name));
  const both = after.flatMap((rule) => {
    const old = then.get(rule.name);
    return old ? [{ before: old, after: rule }] : [];
  });
  const changed = both.filter((pair) => inOrder(pair.before) !== inOrder(pair.after));
  return {
    added: after.filter(({ name }) => !then.has(name)),
    removed: before.filter(({ name }) => !now.has(name)),
    changed,
    same: both.length - changed.length,
  };
}

const PARTS = ["When", "Then", "Besides"] as const;

/** A sentence of a rule: it stands in both, came, or went. */
export interface Sentence {
  readonly part: (typeof PARTS)[number];
  readonly words: string;
  readonly is: "same" | "gone" | "new";
}

/** A rule's sentences with those that it had: what went stands before what came. */
export function sentencesOf({ before, after }: ChangedRule): readonly Sentence[] {
  const [then, now] = [partsOf(before), partsOf(after)];
  return PARTS.flatMap((part, index): Sentence[] => {
    const [old, young] = [then[index] ?? [], now[index] ?? []];
    return [
      ...old.filter((words) => !young.includes(words)).map((words) => ({ part, words, is: "gone" as const })),
      ...young.map((words) => ({ part, words, is: old.includes(words) ? ("same" as const) : ("new" as const) })),
    ];
  });
}

/** A value that differs, by its JSON pointer in the rule; absent on one side: it came, or went. */
export interface Difference {
  readonly pointer: string;
  readonly before?: Json;
  readonly after?: Json;
}

/** The values in which two rules differ, in the order of the newer one. */
export function differencesOf({ before, after }: ChangedRule): readonly Difference[] {
  return [...differences("", plain(before), plain(after))];
}

function* differences(pointer: string, before: Json | undefined, after: Json | undefined): Generator<Difference> {
  const [old, young] = [membersOf(before), membersOf(after)];
  if (old && young && Array.isArray(before) === Array.isArray(after)) {
    for (const key of new Set([...young.keys(), ...old.keys()]))
      yield* differences(`${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, old.get(key), young.get(key));
  } else if (inOrder(before) !== inOrder(after))
    yield { pointer, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

function membersOf(value: Json | undefined): ReadonlyMap<string, Json> | null {
  if (Array.isArray(value)) return new Map(value.map((item, index) => [String(index), item]));
  return value !== undefined && isJsonObject(value) ? new Map(Object.entries(value)) : null;
}

function partsOf(rule: Rule): readonly (readonly string[])[] {
  const { when, then, besides } = ruleInWords(rule);
  return [[when], then, besides];
}

function plain(rule: Rule): Json {
  return JSON.parse(JSON.stringify(rule)) as Json;
}

/** JSON with its keys sorted: the same for what means the same. */
function inOrder(value: unknown): string {
  return JSON.stringify(value, (_, item: Json) =>
    isJsonObject(item) ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
}
