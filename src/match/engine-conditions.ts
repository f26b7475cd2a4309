// Conditions of json-rules-engine 7.3.1 in a form that is cheap to clone. The engine clones a rule's whole tree at
// every evaluation, to write results on the copy; that was half of its time. Its clone keeps prototypes and passes
// functions on unchanged. So each condition here holds one function that returns its constant parts, behind getters
// with the names that the engine reads, and the parts of a group are made when first needed. What is evaluated, and
// how, is still up to the engine.

/** A condition as the engine made it: a comparison, or a group with its parts. */
interface Original {
  readonly fact?: unknown;
  readonly operator: string;
  readonly value?: unknown;
  readonly path?: unknown;
  readonly params?: unknown;
  readonly priority?: unknown;
  readonly all?: readonly Original[];
  readonly any?: readonly Original[];
  readonly not?: Original;
}

/** What a copy of a condition is made from. */
interface Constant extends Omit<Original, "all" | "any" | "not"> {
  /** The parts of a group; `null` for a comparison. */
  readonly parts: readonly (() => Constant)[] | null;
}

class LazyCondition {
  readonly constant: () => Constant;

  constructor(constant: () => Constant) {
    this.constant = constant;
  }
  get operator(): string {
    return this.constant().operator;
  }
  get priority(): unknown {
    return this.constant().priority;
  }
  isConditionReference(): boolean {
    return false;
  }
}

class LazyComparison extends LazyCondition {
  get fact(): unknown {
    return this.constant().fact;
  }
  get value(): unknown {
    return this.constant().value;
  }
  get path(): unknown {
    return this.constant().path;
  }
  get params(): unknown {
    return this.constant().params;
  }
  isBooleanOperator(): boolean {
    return false;
  }
}

class LazyGroup extends LazyCondition {
  get all(): readonly LazyCondition[] | undefined {
    return this.operator === "all" ? partsOf(this) : undefined;
  }
  get any(): readonly LazyCondition[] | undefined {
    return this.operator === "any" ? partsOf(this) : undefined;
  }
  get not(): LazyCondition | undefined {
    return this.operator === "not" ? partsOf(this)[0] : undefined;
  }
  isBooleanOperator(): boolean {
    return true;
  }
}

/** The parts of one copy of a group, each copied for it. */
function partsOf(group: LazyGroup & { copies?: readonly LazyCondition[] }): readonly LazyCondition[] {
  return (group.copies ??= (group.constant().parts ?? []).map(copyOf));
}

function copyOf(constant: () => Constant): LazyCondition {
  return constant().parts === null ? new LazyComparison(constant) : new LazyGroup(constant);
}

/** Has comparisons evaluated by the engine's own method, taken from any condition that the engine made. */
export function evaluateLike(condition: object): void {
  Object.setPrototypeOf(LazyCondition.prototype, Object.getPrototypeOf(condition) as object);
}

/** The same conditions, cheap to clone. Conditions that refer to others by name are not supported here. */
export function cheapToClone(condition: object): object {
  return copyOf(constantOf(condition as Original));
}

function constantOf({ all, any, not, ...rest }: Original): () => Constant {
  const parts = any ?? all ?? (not && [not]);
  const constant: Constant = { ...rest, parts: parts ? parts.map(constantOf) : null };
  return () => constant;
}
