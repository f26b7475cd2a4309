// The tree of a rule's conditions, rebuilt from the pointers in their verdicts.
import type { ConditionVerdict } from "../../model/decision.ts";

/** A group, or one condition. `met` is `null` if that is not known. */
export type TreeNode =
  | { readonly kind: "all" | "any" | "not"; readonly met: boolean | null; readonly parts: readonly TreeNode[] }
  | { readonly kind: "condition"; readonly met: boolean | null; readonly condition: ConditionVerdict };

interface Branch {
  condition: ConditionVerdict | null;
  readonly parts: Map<string, Branch>;
}

/** The tree, or `null` for a verdict without conditions. */
export function conditionTree(conditions: readonly ConditionVerdict[]): TreeNode | null {
  if (conditions.length === 0) return null;
  const root: Branch = { condition: null, parts: new Map() };
  for (const condition of conditions) {
    let branch = root;
    for (const key of condition.pointer.split("/").slice(1)) {
      let next = branch.parts.get(key);
      if (!next) branch.parts.set(key, (next = { condition: null, parts: new Map() }));
      branch = next;
    }
    branch.condition = condition;
  }
  return nodeOf(root);
}

function nodeOf({ condition, parts }: Branch): TreeNode | null {
  if (condition) return { kind: "condition", met: condition.met, condition };
  const [entry] = parts;
  if (!entry) return null;
  const [key, inner] = entry;
  if (key === "not") {
    const node = nodeOf(inner);
    return node && { kind: "not", met: node.met === null ? null : !node.met, parts: [node] };
  }
  const kind = key === "any" ? "any" : "all";
  const nodes = [...inner.parts.values()].map(nodeOf).filter((node) => node !== null);
  return { kind, met: kind === "all" ? allMet(nodes) : anyMet(nodes), parts: nodes };
}

function allMet(nodes: readonly TreeNode[]): boolean | null {
  if (nodes.some(({ met }) => met === false)) return false;
  return nodes.every(({ met }) => met === true) ? true : null;
}

function anyMet(nodes: readonly TreeNode[]): boolean | null {
  if (nodes.some(({ met }) => met === true)) return true;
  return nodes.every(({ met }) => met === false) ? false : null;
}
