// Why each rule fired or did not: a row for each, which opens to its conditions and what they saw.
import type { JSX } from "preact";
import type { ConditionVerdict, Decision, Verdict, VerdictReason } from "../../model/decision.ts";
import { conditionInWords, counterfactualInWords, noteInWords, verdictInWords } from "../../language/in-words.ts";
import { linkTo } from "../address/routes.ts";
import { conditionTree, type TreeNode } from "./condition-tree.ts";
import { usePlace } from "../ask/place.ts";
import { timeInWords } from "../time/time.ts";

const REASONS: { readonly [Reason in VerdictReason]: string } = {
  fired: "fired",
  conditions: "not met",
  error: "failed",
  limit: "at its limit",
  "duplicate-action": "fired before",
  "no-change": "no change",
  loop: "in a loop",
  late: "too late",
  paused: "paused",
  stopped: "stopped",
  disabled: "disabled",
  location: "other location",
  "loop-guard": "loop guard",
};
/** Rules that fired, or were held, come before those that did not match. */
const ORDER: readonly VerdictReason[] = [
  "fired",
  "error",
  "limit",
  "duplicate-action",
  "no-change",
  "loop",
  "late",
  "paused",
  "stopped",
  "loop-guard",
  "conditions",
  "location",
  "disabled",
];

/**
 * Every verdict of a decision, fired ones first. `open`: the rule whose conditions are shown from the start. `draft`:
 * a rule that is not deployed, so it has no page.
 */
export function DecisionRows({
  decision,
  open,
  draft,
}: {
  readonly decision: Decision;
  readonly open?: string | undefined;
  readonly draft?: string | undefined;
}): JSX.Element {
  const rows = decision.verdicts.toSorted((a, b) => ORDER.indexOf(a.reason) - ORDER.indexOf(b.reason));
  if (rows.length === 0) return <p class="quiet-note">No rule looks at this kind of event.</p>;
  return (
    <div class="verdicts">
      {rows.map((verdict) => (
        <VerdictRow
          key={verdict.rule}
          verdict={verdict}
          isDraft={verdict.rule === draft}
          isOpen={open === undefined ? verdict.fired : verdict.rule === open}
        />
      ))}
      {decision.leftOut === undefined ? null : (
        <p class="quiet-note">{decision.leftOut} more rules did not fire; there was no room to keep their verdicts.</p>
      )}
    </div>
  );
}

function VerdictRow({
  verdict,
  isOpen,
  isDraft,
}: {
  readonly verdict: Verdict;
  readonly isOpen: boolean;
  readonly isDraft: boolean;
}): JSX.Element {
  const { locationId } = usePlace();
  const tree = conditionTree(verdict.conditions);
  return (
    <details class={`verdict reason-${verdict.reason}`} open={isOpen}>
      <summary>
        <span class="verdict-mark" aria-hidden="true">
          {verdict.fired ? "✔" : verdict.reason === "error" ? "!" : "·"}
        </span>
        <span class="verdict-rule">{verdict.rule}</span>
        <span class="badge">{REASONS[verdict.reason]}</span>
        <span class="verdict-why">
          {verdict.fired ? (verdict.notes ?? []).map(noteInWords).join("; ") : verdictInWords(verdict)}
        </span>
        <Enough verdict={verdict} />
      </summary>
      <div class="verdict-body">
        {tree ? <Tree node={tree} /> : <p class="quiet-note">{noTree(verdict)}</p>}
        <OtherWays verdict={verdict} />
        {isDraft ? null : <a href={linkTo(locationId, "rules", verdict.rule)}>The rule {verdict.rule}</a>}
      </div>
    </details>
  );
}

/** What would have been enough, in the location's time. */
function useEnough({ whatIf }: Verdict): readonly string[] | null {
  const { zone } = usePlace();
  const inZone = (at: string): string => timeInWords(at, zone, Date.now());
  return whatIf?.map((one) => counterfactualInWords(one, inZone)) ?? null;
}

/** The nearest change that would have been enough, if somebody asked. */
function Enough({ verdict }: { readonly verdict: Verdict }): JSX.Element | null {
  const [nearest, ...others] = useEnough(verdict) ?? [];
  if (nearest === undefined) return null;
  return (
    <span class="verdict-enough">
      It would have fired with <b>{nearest}</b>
      {others.length === 0 ? "" : others.length === 1 ? ", or in another way" : `, or in ${others.length} other ways`}
    </span>
  );
}

/** The other ways, or that there is none. */
function OtherWays({ verdict }: { readonly verdict: Verdict }): JSX.Element | null {
  const ways = useEnough(verdict);
  if (ways === null) return null;
  if (ways.length === 0)
    return <p class="quiet-note">No change of one thing or two that is looked at would have been enough.</p>;
  if (ways.length === 1) return null;
  return (
    <ul class="what-if">
      {ways.slice(1).map((way) => (
        <li key={way}>
          It would have fired, too, with <b>{way}</b>
        </li>
      ))}
    </ul>
  );
}

function noTree({ shortened, reason, detail }: Verdict): string {
  if (shortened) return "The stored decision had no room for the conditions of this rule.";
  if (reason === "conditions" && detail !== undefined) return `They cannot be shown: ${detail}.`;
  return reason === "error" ? "Evaluating it failed." : "Its conditions were not looked at.";
}

const GROUPS = { all: "all of", any: "any of", not: "not" } as const;

/** Conditions as a tree: met, not met, not reached. */
function Tree({ node }: { readonly node: TreeNode }): JSX.Element {
  return (
    <ul class="tree">
      <Node node={node} />
    </ul>
  );
}

function Node({ node }: { readonly node: TreeNode }): JSX.Element {
  if (node.kind === "condition")
    return (
      <li class={`leaf ${classOf(node.met)}`}>
        <Mark met={node.met} /> <Saw condition={node.condition} />
      </li>
    );
  return (
    <li class={`group ${classOf(node.met)}`}>
      <Mark met={node.met} /> <b>{GROUPS[node.kind]}</b>
      <ul>
        {node.parts.map((part, index) => (
          <Node key={index} node={part} />
        ))}
      </ul>
    </li>
  );
}

const classOf = (met: boolean | null): string => (met === null ? "is-unknown" : met ? "is-met" : "is-unmet");

function Mark({ met }: { readonly met: boolean | null }): JSX.Element {
  const [sign, words] = met === null ? ["–", "not reached"] : met ? ["✔", "met"] : ["✘", "not met"];
  return (
    <span class="mark" role="img" aria-label={words} title={words}>
      {sign}
    </span>
  );
}

function Saw({ condition }: { readonly condition: ConditionVerdict }): JSX.Element {
  return <span class="saw">{conditionInWords(condition)}</span>;
}
