// What is probably a mistake, or can never be met: found in a whole tree of conditions rather than in one comparison.
import { amount } from "../kit/amount.ts";
import { asksPresence, comparisons, isMetByAbsence } from "../language/conditions.ts";
import { FACTS } from "../language/facts.ts";
import { isOperator, type OperatorName } from "../language/operators.ts";
import { EVENT_KINDS, isExported } from "../model/event-kinds.ts";
import { decimalOf } from "../kit/decimal.ts";
import { isPrimitive, type Json, type Path } from "../kit/json.ts";
import type { Condition, FactCondition, LimitScope, RuleFile } from "../model/rule.ts";
import { pathSteps } from "../language/path.ts";
import { durationMs } from "../time/duration.ts";
import type { Scope } from "./report.ts";

const DAY_MS = 86_400_000;

/** Lints a tree of conditions. */
export function lintConditions(conditions: Condition, path: Path, scope: Scope): void {
  for (const group of allGroups(conditions, path)) lintAll(group.parts, scope);
  lintAbsence(conditions, path, scope);
}

/** A comparison, and the named condition that it comes from, if any. */
interface Part {
  readonly condition: FactCondition;
  readonly path: Path;
  readonly from: string | undefined;
}

/** A group whose parts must all be met, including those of nested groups of this sort. */
interface AllGroup {
  readonly path: Path;
  readonly parts: readonly Part[];
}

function* allGroups(condition: Condition, path: Path): Generator<AllGroup> {
  if ("all" in condition) {
    yield { path, parts: [...conjuncts(condition, path)] };
    for (const [i, part] of condition.all.entries()) if (!("all" in part)) yield* allGroups(part, [...path, "all", i]);
  } else if ("any" in condition)
    for (const [i, part] of condition.any.entries()) yield* allGroups(part, [...path, "any", i]);
  else if ("not" in condition) yield* allGroups(condition.not, [...path, "not"]);
}

function* conjuncts(condition: Condition, path: Path, from?: string): Generator<Part> {
  if ("all" in condition) {
    for (const [i, part] of condition.all.entries())
      yield* conjuncts(part, [...path, "all", i], condition.name ?? from);
  } else if ("fact" in condition) yield { condition, path, from };
}

/** The values that a comparison allows its fact to have: a set, or a range. */
interface Allowed {
  readonly values?: readonly Json[];
  /** Every value but these. */
  readonly but?: readonly Json[];
  readonly exists?: boolean;
  readonly above?: { readonly bound: number; readonly inclusive: boolean };
  readonly below?: { readonly bound: number; readonly inclusive: boolean };
}

/** What operators allow, as far as it can be expressed; the others have no entry. `null`: not with this value. */
const ALLOWED_BY: { readonly [Name in OperatorName]?: (value: Json) => Allowed | null } = {
  equal: (value) => (isPrimitive(value) ? { values: [value] } : null),
  notEqual: (value) => (isPrimitive(value) ? { but: [value] } : null),
  in: (value) => (Array.isArray(value) ? { values: value } : null),
  notIn: (value) => (Array.isArray(value) ? { but: value } : null),
  exists: (value) => ({ exists: value === true }),
  lessThan: ranged((bound) => ({ below: { bound, inclusive: false } })),
  lessThanInclusive: ranged((bound) => ({ below: { bound, inclusive: true } })),
  greaterThan: ranged((bound) => ({ above: { bound, inclusive: false } })),
  greaterThanInclusive: ranged((bound) => ({ above: { bound, inclusive: true } })),
};

function allowedBy({ operator, value }: FactCondition): Allowed | null {
  return isOperator(operator) ? (ALLOWED_BY[operator]?.(value) ?? null) : null;
}

function ranged(range: (bound: number) => Allowed): (value: Json) => Allowed | null {
  return (value) => {
    const bound = decimalOf(value);
    return bound === null ? null : range(bound);
  };
}

function lintAll(parts: AllGroup["parts"], { report }: Scope): void {
  for (const [index, later] of parts.entries()) {
    for (const earlier of parts.slice(0, index)) {
      if (subject(earlier.condition) !== subject(later.condition)) continue;
      const [a, b] = [allowedBy(earlier.condition), allowedBy(later.condition)];
      // Two named conditions may contain the same comparison: neither has to be changed for the other.
      const isShared = earlier.from !== later.from;
      const about = `"${later.condition.fact}" here and at ${pointerWords(earlier.path)}`;
      if (JSON.stringify(withoutName(earlier.condition)) === JSON.stringify(withoutName(later.condition))) {
        if (isShared) continue;
        report(
          later.path,
          "RULE_NO_EFFECT",
          `The same condition stands at ${pointerWords(earlier.path)} already, remove one`,
        );
      } else if (a && b && excludes(a, b)) {
        report(
          later.path,
          "RULE_CONTRADICTION",
          `The conditions on ${about} can never be met together, put them under "any" or remove one`,
        );
      } else if (a && b && !isShared && (implies(a, b) || implies(b, a))) {
        const needless = implies(a, b) ? later : earlier;
        report(
          needless.path,
          "RULE_NO_EFFECT",
          `This condition is always met when the one at ${pointerWords(needless === later ? earlier.path : later.path)} is, remove it`,
        );
      }
    }
  }
}

/** What a comparison is about: two on the same subject can be checked against each other. */
function subject({ fact, path, params }: FactCondition): string {
  return JSON.stringify([fact, stepsOf(path), params ?? {}]);
}

/** A path taken apart, however it is written; as it is if it is none. */
function stepsOf(path: string | undefined): unknown {
  return path === undefined ? [] : (pathSteps(path) ?? path);
}

function withoutName({ fact, operator, value, path, params }: FactCondition): unknown {
  return { fact, operator, value, path: stepsOf(path), params };
}

function within(value: Json, { values, but, exists, above, below }: Allowed): boolean {
  if (exists !== undefined) return exists;
  if (values) return values.includes(value);
  if (but) return !but.includes(value);
  const number = decimalOf(value);
  if (number === null) return false;
  if (above) return above.inclusive ? number >= above.bound : number > above.bound;
  return below ? (below.inclusive ? number <= below.bound : number < below.bound) : true;
}

function excludes(a: Allowed, b: Allowed): boolean {
  if (a.exists !== undefined && b.exists !== undefined) return a.exists !== b.exists;
  if (a.values) return !a.values.some((value) => within(value, b));
  if (b.values) return excludes(b, a);
  const [above, below] = [a.above ?? b.above, a.below ?? b.below];
  if (!above || !below || (a.above && b.above) || (a.below && b.below)) return false;
  return above.bound > below.bound || (above.bound === below.bound && !(above.inclusive && below.inclusive));
}

/** Whether every value that meets `a` meets `b`. */
function implies(a: Allowed, b: Allowed): boolean {
  if (a.values) return a.values.every((value) => within(value, b));
  if (b.values || a.but || b.but) return false;
  if (a.above && b.above)
    return (
      a.above.bound > b.above.bound || (a.above.bound === b.above.bound && (b.above.inclusive || !a.above.inclusive))
    );
  if (a.below && b.below)
    return (
      a.below.bound < b.below.bound || (a.below.bound === b.below.bound && (b.below.inclusive || !a.below.inclusive))
    );
  return false;
}

/** A negative comparison with a fact that may be absent is met if it is absent, which is seldom intended. */
function lintAbsence(conditions: Condition, path: Path, { on, report }: Scope): void {
  const found = [...comparisons(conditions, path)];
  const about = ({ fact, path: inside }: FactCondition): string => JSON.stringify([fact, stepsOf(inside)]);
  const asked = new Set(
    found
      .filter(({ condition, negated }) => asksPresence(condition) || !isMetByAbsence(condition, negated))
      .map(({ condition }) => about(condition)),
  );
  for (const { condition, path: place, negated } of found) {
    const entry = Object.hasOwn(FACTS, condition.fact) ? FACTS[condition.fact] : undefined;
    const isThere = entry?.always && condition.path === undefined && on.every((kind) => entry.kinds.includes(kind));
    if (isThere || !entry || asksPresence(condition) || asked.has(about(condition))) continue;
    if (!isMetByAbsence(condition, negated)) continue;
    const { fact, path: inside } = condition;
    const [at, key] = inside === undefined ? ["", ""] : [` at ${inside}`, `"path": ${JSON.stringify(inside)}, `];
    report(
      place,
      "RULE_NEGATED_ABSENCE",
      `Fact "${fact}" may be absent${at}, which meets this condition too; add { "fact": "${fact}", ${key}"operator": "exists", "value": true } beside it`,
    );
  }
}

/** Whether a limit counts firings by the records of the log; those of a location are kept as long as they count. */
const COUNTS_IN_LOG: { readonly [Scope in LimitScope]: boolean } = { contact: true, location: false };

/** Reports times that reach further back than the log is kept. */
export function lintRetention({ conditions, limit }: RuleFile, retentionDays: number, report: Scope["report"]): void {
  const tell = (path: Path, within: Json | undefined): void => {
    const ms = typeof within === "string" ? durationMs(within) : null;
    if (ms !== null && ms > retentionDays * DAY_MS)
      report(
        path,
        "RULE_RETENTION",
        `The log is kept for ${amount(retentionDays, "day")} (RETENTION_DAYS), so nothing before that is counted`,
      );
  };
  if (limit && COUNTS_IN_LOG[limit.per ?? "contact"]) tell(["limit", "within"], limit.within);
  for (const { condition, path } of comparisons(conditions, ["conditions"]))
    tell([...path, "params", "within"], condition.params?.["within"]);
}

/** Reports actions that wait anew whenever their rule fires, and do not wait. */
export function lintRestart({ actions }: RuleFile, report: Scope["report"]): void {
  for (const [index, { after, restart }] of actions.entries())
    if (restart === true && after === undefined)
      report(
        ["actions", index, "restart"],
        "RULE_NO_EFFECT",
        'There is no wait to begin anew, write "after" beside it or leave it out',
      );
}

/** Reports a rule that wants what is found late, on kinds of event that are never found. */
export function lintLate({ on, late }: RuleFile, report: Scope["report"]): void {
  if (late === true && !on.some(isExported))
    report(
      ["late"],
      "RULE_NO_EFFECT",
      `Only messages are found later (${EVENT_KINDS.filter(isExported).join(", ")}): leave it out`,
    );
}

function pointerWords(path: Path): string {
  return `/${path.join("/")}`;
}
