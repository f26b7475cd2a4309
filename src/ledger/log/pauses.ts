// What is paused, kept in one mark: it is read with the others when a ledger starts, and costs an event nothing. A pause
// is in force until its time, by the clock that asks; nothing has to be done when it ends.
import { pauseInWords, pauseOf, type Everywhere, type Pause, type PausedThen } from "../../model/pause.ts";
import { mark, setMark } from "../store/marks.ts";
import type { Sql, SqlValue } from "../store/ports.ts";

/** What the mark `paused` holds. */
interface Kept {
  /** Paused in this location. */
  readonly here: readonly Pause[];
  /** In every location, as the directory has told; `null`: it has not. */
  readonly everywhere: Everywhere | null;
}

const NOTHING: Kept = { here: [], everywhere: null };

export class Pauses {
  readonly #sql: Sql;
  readonly #clock: () => number;
  /** `undefined`: the mark has to be read. */
  #kept: Kept | undefined;

  constructor(sql: Sql, clock: () => number) {
    this.#sql = sql;
    this.#clock = clock;
  }

  /** Takes over the mark as it was read; `undefined`: there is none. */
  know(text: string | undefined): void {
    this.#kept = keptIn(text);
  }

  /** What was written may not have been committed: the mark is read again. */
  forget(): void {
    this.#kept = undefined;
  }

  /** The pauses in force: that of the location first, then those of rules here, then everywhere. */
  inForce(): readonly Pause[] {
    return inForce(this.#all(), this.#clock());
  }

  /** The pause that holds for a rule; `null`: none. */
  of(rule: string): Pause | null {
    return pauseOf(this.inForce(), rule);
  }

  /** What decisions are told of it; absent: nothing is paused. */
  told(): { readonly paused?: readonly PausedThen[] } {
    const paused = this.inForce().map((one): PausedThen => ({ rule: one.rule, why: pauseInWords(one) }));
    return paused.length === 0 ? {} : { paused };
  }

  /** Whether the directory has told what is paused everywhere. */
  isTold(): boolean {
    return this.#all().everywhere !== null;
  }

  /** Pauses a rule here, or (`null`) the location, in the place of a pause before; or (`pause` is `null`) ends that. */
  set(rule: string | null, pause: Pause | null): void {
    const others = this.#all().here.filter((one) => one.rule !== rule && isInForce(one, this.#clock()));
    const here = pause === null ? others : [...others, pause].toSorted((a, b) => rank(a) - rank(b));
    this.#keep({ ...this.#all(), here });
  }

  /** Takes what the directory tells; what is older than what is known is left. Whether it was news. */
  learn(everywhere: Everywhere): boolean {
    const known = this.#all().everywhere;
    if (known !== null && known.version >= everywhere.version) return false;
    this.#keep({ ...this.#all(), everywhere });
    return true;
  }

  #keep(kept: Kept): void {
    setMark(this.#sql, "paused", JSON.stringify(kept));
    this.#kept = kept;
  }

  #all(): Kept {
    return (this.#kept ??= keptIn(mark(this.#sql, "paused")));
  }
}

/** The pauses in force, read from the table. */
export function pausesIn(sql: Sql, nowMs: number): readonly Pause[] {
  return inForce(keptIn(mark(sql, "paused")), nowMs);
}

/** Of a row of `deliveries`: nothing of its rule leaves. */
export function isPausedClause(pauses: readonly Pause[]): { readonly clause: string; readonly values: SqlValue[] } {
  const rules = pauses.map(({ rule }) => rule).filter((rule) => rule !== null);
  if (rules.length < pauses.length) return { clause: "1", values: [] };
  return rules.length === 0
    ? { clause: "0", values: [] }
    : { clause: `rule IN (${rules.map(() => "?").join(", ")})`, values: rules };
}

function keptIn(text: string | undefined): Kept {
  return text === undefined ? NOTHING : (JSON.parse(text) as Kept);
}

function inForce({ here, everywhere }: Kept, nowMs: number): readonly Pause[] {
  return [...here, ...(everywhere?.pauses ?? [])].filter((one) => isInForce(one, nowMs));
}

function isInForce({ until }: Pause, nowMs: number): boolean {
  return until === null || Date.parse(until) > nowMs;
}

function rank({ rule }: Pause): number {
  return rule === null ? 0 : 1;
}
