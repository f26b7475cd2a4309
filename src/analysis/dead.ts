// Why a rule never fires: the fewest of its parts that no event can have together, or the rules that stop it.
import { either } from "../kit/either.ts";
import { jsonPointer } from "../kit/json.ts";
import { conditionsInWords } from "../language/in-words.ts";
import type { EventKind } from "../model/event-kinds.ts";
import type { Condition, Rule } from "../model/rule.ts";
import { WEIGHTS, type AnalysisFinding } from "./finding.ts";
import type { Demand, KindRules } from "./firing.ts";
import type { AnalysedSet, Spaces } from "./set.ts";

/** The finding on a rule that never fires. */
export function deadFinding(rule: Rule, set: AnalysedSet, spaces: Spaces): AnalysisFinding {
  const kinds = rule.on.flatMap((kind) => {
    const rules = spaces.of(kind);
    return rules ? [{ kind, rules }] : [];
  });
  const reached = kinds.filter(({ rules }) => rules.answer(rules.fires(rule)).is !== "never");
  if (reached.length > 0) return stopped(rule, set, reached);
  const cores = kinds.map(({ rules }) => coreOf(rule, rules));
  const places = [...new Map(cores.flat().map(({ place }) => [jsonPointer(place), place] as const)).values()];
  const words = [...new Set(cores.map((core) => whyInWords(rule, core)))];
  return {
    code: "NEVER_FIRES",
    weight: WEIGHTS.NEVER_FIRES,
    rules: [rule.name],
    message: `"${rule.name}" can never fire: ${words.join("; ")}`,
    pointers: places.filter(([first]) => first !== "guards").map((place) => jsonPointer(place)),
  };
}

/** The fewest parts of a rule that cannot be met together. */
function coreOf(rule: Rule, rules: KindRules): readonly Demand[] {
  let core = rules.demands(rule);
  for (const part of core) {
    const rest = core.filter((other) => other !== part);
    if (rules.answer(...rest.map(({ statement }) => statement)).is === "never") core = rest;
  }
  return core;
}

function whyInWords(rule: Rule, core: readonly Demand[]): string {
  const conditions = core.flatMap(({ place }) => conditionAt(rule, place) ?? []).map(conditionsInWords);
  const others = core.flatMap(({ place: [first = ""] }) => OTHERS[first] ?? []);
  const asked = conditions.map((words) => `“${words}”`);
  if (others.length > 0) return `it asks that ${asked.join(" and ")}, and ${others.join(" and ")}`;
  if (asked.length < 2) return `no event can have ${asked.join("") || "what it asks"}`;
  return `no event can have ${asked.join(" and ")} together`;
}

const OTHERS: { readonly [place: string]: string } = {
  guards:
    'what was sent through the API, and internal comments, are kept from it: see "includeApi" and "includeInternal"',
  locations: 'it is for the locations in "locations" alone',
};

function conditionAt({ conditions }: Rule, place: Demand["place"]): Condition | null {
  const [root, group, at] = place;
  if (root !== "conditions") return null;
  return group === "all" && "all" in conditions && typeof at === "number" ? (conditions.all[at] ?? null) : conditions;
}

function stopped(
  rule: Rule,
  set: AnalysedSet,
  kinds: readonly { readonly kind: EventKind; readonly rules: KindRules }[],
): AnalysisFinding {
  const needed = new Set(kinds.flatMap(({ kind, rules }) => stopsNeeded(rule, set, kind, rules)));
  const names = [...needed].map(({ name }) => name);
  const limited = [...needed].filter(({ limit }) => limit !== undefined).map(({ name }) => `"${name}"`);
  const unless = limited.length === 0 ? "" : `, as long as ${either(limited, "and")} may fire`;
  return {
    code: "NEVER_REACHED",
    weight: limited.length === 0 ? WEIGHTS.NEVER_REACHED : "note",
    rules: [rule.name, ...names],
    message: `"${rule.name}" never fires: ${either(
      names.map((name) => `"${name}"`),
      "or",
    )} ${names.length === 1 ? "fires" : "fire"} first wherever its conditions are met, and ${names.length === 1 ? "stops" : "stop"} it${unless}. Give it a higher priority, or take "stop" away`,
  };
}

/** The fewest rules that together stop a rule wherever it would fire. */
function stopsNeeded(rule: Rule, set: AnalysedSet, kind: EventKind, rules: KindRules): readonly Rule[] {
  let needed = set.stopsBefore(rule, kind);
  for (const stop of needed) {
    const rest = needed.filter((other) => other !== stop);
    if (rules.answer(rules.fires(rule), ...rest.map((one) => rules.isSilent(one))).is === "never") needed = rest;
  }
  return needed;
}
