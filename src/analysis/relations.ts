// What is to be said of two rules that may fire on one event.
import type { EventKind } from "../model/event-kinds.ts";
import type { Rule } from "../model/rule.ts";
import { clashOf, messagesOf } from "./effects.ts";
import { WEIGHTS, type AnalysisCode, type AnalysisFinding, type OpenQuestion } from "./finding.ts";
import type { Part } from "./groups/group.ts";
import type { Pair } from "./pairs.ts";
import type { Answer } from "./search.ts";
import type { Witnesses } from "./witnesses.ts";

/** Two rules, and how they stand to each other on each kind on which both may fire. */
export interface Relation {
  readonly first: Rule;
  readonly second: Rule;
  readonly on: readonly Pair[];
}

interface Context {
  /** The kinds on which each rule may fire. */
  readonly liveOn: ReadonlyMap<Rule, readonly EventKind[]>;
  readonly witnesses: Witnesses;
  readonly isQuick: boolean;
}

interface Told {
  readonly findings: readonly AnalysisFinding[];
  readonly open: readonly OpenQuestion[];
}

const NOT_SHOWN = "no event was found that shows it, with what was before it";

/** What is found in two rules. */
export async function findingsOf(relation: Relation, { liveOn, witnesses, isQuick }: Context): Promise<Told> {
  const { first, second, on } = relation;
  const clash = clashOf(first, second);
  const messages = [messagesOf(first), messagesOf(second)];
  const areBothWriting = messages.every((own) => own.length > 0);
  const found: {
    readonly code: AnalysisCode;
    readonly rules: readonly Rule[];
    readonly message: string;
    readonly other?: Side;
  }[] = [];
  const names = `"${first.name}" and "${second.name}"`;
  const isFirstIn = isOnlyWhere(first, relation, liveOn, "firstAlone");
  const isSecondIn = isOnlyWhere(second, relation, liveOn, "secondAlone");
  if (clash !== null)
    found.push({
      code: "UNDOES",
      rules: [first, second],
      message: `${clash.clause}, on one event: ${clash.last ?? "which is done last is left to chance"}`,
    });
  if (areBothWriting)
    found.push({
      code: "BOTH_MESSAGE",
      rules: [first, second],
      message: `${names} both write to the contact on one event (${messages.map((own) => own.join(" and ")).join(", ")}): give the one that matters more "stop" and a higher priority, or keep them apart by a condition`,
    });
  if (isFirstIn === true && isSecondIn === true)
    found.push({
      code: "SAME_EVENTS",
      rules: [first, second],
      message: `${names} fire on the same events: make them one rule`,
    });
  else if (isFirstIn === true && !isQuick) found.push(onlyWhere(first, second, "secondAlone"));
  else if (isSecondIn === true && !isQuick) found.push(onlyWhere(second, first, "firstAlone"));
  const findings: AnalysisFinding[] = [];
  const open: OpenQuestion[] = [];
  const tell = (question: OpenQuestion["question"], why: string): void =>
    void open.push({ rules: [first.name, second.name], kind: on[0]?.kind ?? "Other", question, why });
  for (const is of isQuick ? [] : [isFirstIn, isSecondIn]) if (typeof is === "string") tell("only where", is);
  const both = found.length === 0 ? null : await shown(on, (pair) => pair.both, [first.name, second.name], []);
  for (const { code, rules, message, other } of found) {
    if (both === null) {
      tell("both", NOT_SHOWN);
      break;
    }
    const [a, b] = rules;
    const apart = other && a && b ? await shown(on, (pair) => pair[other](), [b.name], [a.name]) : null;
    findings.push({
      code,
      weight: WEIGHTS[code],
      rules: rules.map(({ name }) => name),
      message,
      witness: both,
      ...(apart ? { apart } : {}),
    });
  }
  return { findings, open };

  async function shown(
    pairs: readonly Pair[],
    of: (pair: Pair) => Answer,
    fire: readonly string[],
    silent: readonly string[],
  ) {
    for (const pair of pairs) {
      const parts = partsOf(of(pair));
      const shows = (fired: ReadonlySet<string>): boolean =>
        fire.every((name) => fired.has(name)) && !silent.some((name) => fired.has(name));
      const witness = parts && (await witnesses.shown(pair.kind, parts, shows));
      if (witness) return witness;
    }
    return null;
  }
}

type Side = "firstAlone" | "secondAlone";

function partsOf(answer: Answer): readonly Part[] | null {
  return answer.is === "met" ? answer.value : null;
}

function onlyWhere(inner: Rule, outer: Rule, other: Side) {
  return {
    code: "ONLY_WHERE" as const,
    rules: [inner, outer],
    message: `"${inner.name}" fires only where "${outer.name}" does`,
    other,
  };
}

/** Whether a rule fires only where the other one does: on each kind on which it may fire. A clause: why that is not known. */
function isOnlyWhere(rule: Rule, { on }: Relation, liveOn: Context["liveOn"], alone: Side): boolean | string {
  const kinds = liveOn.get(rule) ?? [];
  if (!kinds.every((kind) => on.some((pair) => pair.kind === kind))) return false;
  let why: string | null = null;
  for (const pair of on) {
    const answer = pair[alone]();
    if (answer.is === "met") return false;
    if (answer.is === "open") why ??= answer.why;
  }
  return why ?? true;
}
