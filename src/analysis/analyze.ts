// What a set of rules can do: rules that never fire, and how each two of them stand to each other. Everything that is said
// to be possible is shown by an event that the reader and the engine have decided.
import type { EventKind } from "../model/event-kinds.ts";
import type { Rule, RuleSet } from "../model/rule.ts";
import { deadFinding } from "./dead.ts";
import type { AnalysisFinding, OpenQuestion } from "./finding.ts";
import { gapQuestions, gapsOf } from "./gaps.ts";
import { findingsOf, type Relation } from "./relations.ts";
import { pairsOn } from "./pairs.ts";
import type { Answer } from "./search.ts";
import { AnalysedSet, Spaces } from "./set.ts";
import { Witnesses } from "./witnesses.ts";
import type { Witness } from "./witness.ts";

/** What is to be analysed. */
export interface AnalysisOptions {
  /** IANA name: the zone of `localTime` and `weekday`. */
  readonly timeZone: string;
  /** Only what is about this rule. Absent: all. */
  readonly rule?: string | undefined;
  /** Only what `rules check` warns of: no notes, and no witness of what is no finding. */
  readonly isQuick?: boolean | undefined;
}

/** What was found. */
export interface Analysis {
  /** How many rules, and how many pairs of them, were looked at. */
  readonly rules: number;
  readonly pairs: number;
  readonly findings: readonly AnalysisFinding[];
  /** An event for each rule on which it fires. */
  readonly fires: readonly { readonly rule: string; readonly witness: Witness }[];
  readonly open: readonly OpenQuestion[];
}

/** Analyses a set of admitted rules. */
export async function analyze(ruleSet: RuleSet, options: AnalysisOptions): Promise<Analysis> {
  const { timeZone, rule: only, isQuick = false } = options;
  const live = ruleSet.rules.filter(({ enabled }) => enabled !== false);
  const spaces = new Spaces(live);
  const set = new AnalysedSet({ ...ruleSet, rules: live }, spaces);
  const gaps = isQuick || only !== undefined ? [] : gapQuestions(spaces);
  const witnesses = new Witnesses(set.ruleSet, timeZone);
  const isAsked = (...rules: readonly Rule[]): boolean => only === undefined || rules.some(({ name }) => name === only);
  const findings: AnalysisFinding[] = [];
  const fires: { rule: string; witness: Witness }[] = [];
  const open: OpenQuestion[] = [];
  const liveOn = new Map<Rule, readonly EventKind[]>();
  for (const rule of set.rules) {
    const answers = rule.on.map((kind) => [kind, answerOn(set, spaces, rule, kind)] as const);
    liveOn.set(
      rule,
      answers.flatMap(([kind, { is }]) => (is === "never" ? [] : [kind])),
    );
    if (!isAsked(rule)) continue;
    if (liveOn.get(rule)?.length === 0) findings.push(deadFinding(rule, set, spaces));
    for (const [kind, answer] of answers)
      if (answer.is === "open") open.push({ rules: [rule.name], kind, question: "fires", why: answer.why });
    const [first] = answers.flatMap(([kind, answer]) => (answer.is === "met" ? [{ kind, parts: answer.value }] : []));
    if (isQuick || first === undefined) continue;
    const witness = await witnesses.shown(first.kind, first.parts, (fired) => fired.has(rule.name));
    if (witness) fires.push({ rule: rule.name, witness });
    else open.push({ rules: [rule.name], kind: first.kind, question: "fires", why: NOT_SHOWN });
  }
  const relations = new Map<Rule, Map<Rule, Relation>>();
  let pairs = 0;
  for (const kind of spaces.kinds) {
    const rules = spaces.of(kind);
    const own = set.rules.filter(({ on }) => on.includes(kind)).length;
    pairs += (own * (own - 1)) / 2;
    if (!rules) continue;
    for (const pair of pairsOn(set, kind, rules, timeZone)) {
      if (!isAsked(pair.first, pair.second)) continue;
      const { both } = pair;
      if (both.is === "open")
        open.push({ rules: [pair.first.name, pair.second.name], kind, question: "both", why: both.why });
      let others = relations.get(pair.first);
      if (!others) relations.set(pair.first, (others = new Map()));
      const relation = others.get(pair.second) ?? { first: pair.first, second: pair.second, on: [] };
      others.set(pair.second, { ...relation, on: [...relation.on, pair] });
    }
  }
  for (const relation of [...relations.values()].flatMap((others) => [...others.values()])) {
    const told = await findingsOf(relation, { liveOn, witnesses, isQuick });
    findings.push(...told.findings);
    open.push(...told.open);
  }
  findings.push(...(await gapsOf(gaps, set, spaces, witnesses)));
  return { rules: set.rules.length, pairs, findings: inOrder(findings), fires, open };
}

const NOT_SHOWN = "no event was found that shows it, with what was before it";

function answerOn(set: AnalysedSet, spaces: Spaces, rule: Rule, kind: EventKind): Answer {
  return spaces.of(kind)?.answer(set.fires(rule, kind)) ?? { is: "never" };
}

const ORDER: readonly AnalysisFinding["weight"][] = ["fault", "warning", "note"];

function inOrder(findings: readonly AnalysisFinding[]): readonly AnalysisFinding[] {
  return findings.toSorted((a, b) => ORDER.indexOf(a.weight) - ORDER.indexOf(b.weight));
}
