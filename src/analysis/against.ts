// What can differ between two versions of a set of rules: for each rule the events on which it fires now and did not, and
// the other way round; or that no event can tell them apart.
import type { EventKind } from "../model/event-kinds.ts";
import type { Rule, RuleFile, RuleSet } from "../model/rule.ts";
import type { OpenQuestion } from "./finding.ts";
import { AnalysedSet, Spaces } from "./set.ts";
import { firedOn, witnessOf, type Witness } from "./witness.ts";
import { smallestOfPasts } from "./witnesses.ts";

/** How one rule differs. */
interface RuleDifference {
  readonly rule: string;
  /** Its name in the other version, if that is another. */
  readonly was?: string;
  readonly change: "added" | "removed" | "changed";
  /** An event on which it fires now and did not. */
  readonly gains?: Witness;
  /** An event on which it fired and does not now. */
  readonly losses?: Witness;
  /** What else is another: keys of the rule file, such as `actions` or `limit`. */
  readonly other: readonly string[];
}

/** What differs between two sets. */
export interface Difference {
  /** How many rules the sets have. */
  readonly before: number;
  readonly after: number;
  readonly rules: readonly RuleDifference[];
  readonly open: readonly OpenQuestion[];
}

/** Keys that say when a rule fires, which is compared by events, and those that change nothing. */
const COMPARED: ReadonlySet<string> = new Set([
  "name",
  "description",
  "on",
  "locations",
  "enabled",
  "priority",
  "stop",
  "includeApi",
  "includeInternal",
  "conditions",
] satisfies (keyof RuleFile | "name")[]);

/**
 * Compares two sets; nothing in `rules` and `open`: no event can tell them apart. `only`: what is told is about the rule that
 * has this name in one of them.
 */
export async function compareSets(
  before: RuleSet,
  after: RuleSet,
  timeZone: string,
  only?: string,
): Promise<Difference> {
  const spaces = new Spaces([...before.rules, ...after.rules]);
  const [old, now] = [new AnalysedSet(before, spaces), new AnalysedSet(after, spaces)];
  const open: OpenQuestion[] = [];
  const rules: RuleDifference[] = [];
  for (const { was, is } of paired(old.rules, now.rules)) {
    if (only !== undefined && is?.name !== only && was?.name !== only) continue;
    const name = (is ?? was)?.name ?? "";
    const gains = await side(now, old, is, was);
    const losses = await side(old, now, was, is);
    const other = was && is ? otherKeys(was, is) : [];
    const isRenamed = was && is && was.name !== is.name;
    if (was && is && !gains && !losses && other.length === 0 && !isRenamed) continue;
    rules.push({
      rule: name,
      ...(isRenamed ? { was: was.name } : {}),
      change: was === null ? "added" : is === null ? "removed" : "changed",
      ...(gains ? { gains } : {}),
      ...(losses ? { losses } : {}),
      other,
    });
  }
  return { before: old.rules.length, after: now.rules.length, rules, open };

  /** An event on which a rule fires in one set, and its counterpart does not in the other. */
  async function side(
    one: AnalysedSet,
    other: AnalysedSet,
    rule: Rule | null,
    counterpart: Rule | null,
  ): Promise<Witness | null> {
    if (rule === null || rule.enabled === false) return null;
    for (const kind of rule.on) {
      const found = spaces
        .of(kind)
        ?.answer(one.fires(rule, kind), ...(counterpart ? [other.isSilent(counterpart, kind)] : []));
      if (found?.is === "open") open.push({ rules: [rule.name], kind, question: "fires", why: found.why });
      if (found?.is !== "met") continue;
      const witness = await shown(kind, found.value, [one, rule], [other, counterpart]);
      if (witness) return witness;
      open.push({
        rules: [rule.name],
        kind,
        question: "fires",
        why: "no event was found that shows it, with what was before it",
      });
    }
    return null;
  }

  function shown(
    kind: EventKind,
    parts: Parameters<typeof witnessOf>[1],
    [one, rule]: [AnalysedSet, Rule],
    [other, counterpart]: [AnalysedSet, Rule | null],
  ) {
    const shows = async (witness: Witness): Promise<boolean> => {
      const fired = await firedOn(one.ruleSet, witness, timeZone);
      if (!fired?.has(rule.name)) return false;
      return counterpart === null || (await firedOn(other.ruleSet, witness, timeZone))?.has(counterpart.name) === false;
    };
    return smallestOfPasts(witnessOf(kind, parts, timeZone), shows);
  }
}

/** Each rule with its counterpart: that of the same name, or one that was only renamed. */
function paired(
  before: readonly Rule[],
  after: readonly Rule[],
): readonly { readonly was: Rule | null; readonly is: Rule | null }[] {
  const old = new Map(before.map((rule) => [rule.name, rule]));
  const now = new Set(after.map(({ name }) => name));
  const gone = before.filter(({ name }) => !now.has(name));
  const pairs = after.map((is) => {
    const same = old.get(is.name) ?? gone.find((rule) => textOf(rule) === textOf(is)) ?? null;
    if (same && gone.includes(same)) gone.splice(gone.indexOf(same), 1);
    return { was: same, is };
  });
  return [...pairs, ...gone.map((was) => ({ was, is: null }))];
}

function textOf(rule: Rule): string {
  return JSON.stringify({ ...rule, name: "" });
}

function otherKeys(was: Rule, is: Rule): readonly string[] {
  const [before, after] = [new Map(Object.entries(was)), new Map(Object.entries(is))];
  const keys = new Set([...before.keys(), ...after.keys()].filter((key) => !COMPARED.has(key)));
  return [...keys].filter((key) => JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key)));
}
