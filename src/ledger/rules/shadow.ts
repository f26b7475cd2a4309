// A set in the shadow: it decides each event beside the one in force, by the same past, and nothing of it leaves. Its own past
// differs from the real one only where it would have done otherwise, which is noted: so a limit counts as it would have.
import { decide, type DecisionContext } from "../../match/decide.ts";
import { messageKeyOf } from "../../match/history.ts";
import { logError } from "../../model/log-line.ts";
import type { Decided, PlannedAction } from "../../model/decision.ts";
import type { Event } from "../../model/event.ts";
import { NO_HISTORY, type History } from "../../model/history.ts";
import type { RuleSet } from "../../model/rule.ts";
import * as divergence from "../log/divergence.ts";
import type { Sql } from "../store/ports.ts";

/** What a set in the shadow would have done otherwise on an event. */
export interface Shadowed {
  /** Hash of the set. */
  readonly ruleSet: string;
  readonly differing: readonly divergence.Differing[];
}

export class Shadow {
  readonly #sql: Sql;
  /** How many differences are kept of the set that was looked at last, at least: counted once, and added to since. */
  #kept: { readonly ruleSet: string; count: number } | null = null;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Decides an event by a set in the shadow, beside the decision in force. Never throws. */
  async of(shadow: RuleSet, event: Event, context: DecisionContext, decided: Decided): Promise<Shadowed> {
    const { hash: ruleSet } = shadow;
    try {
      const history = this.#besides(context.history ?? NO_HISTORY, ruleSet, event.contactId);
      return { ruleSet, differing: differing(decided, await decide(event, shadow, { ...context, history })) };
    } catch (error) {
      // Nothing that is only tried may keep an event from being recorded.
      logError("A rule set in the shadow could not decide", { eventKey: event.key }, error);
      return { ruleSet, differing: [] };
    }
  }

  /** Notes what differs. It belongs in the transaction that records the event. */
  note({ ruleSet, differing }: Shadowed, event: Event, chain: string | null, atMs: number): void {
    if (differing.length === 0) return;
    const kept = this.#keptOf(ruleSet);
    if (divergence.isFull(kept.count)) return;
    const { key: eventKey, contactId } = event;
    divergence.note(
      this.#sql,
      { eventKey, contactId, messageKey: messageKeyOf(event, chain), atMs, ruleSet },
      differing,
    );
    kept.count += differing.length;
  }

  /** The past as it would be if the set in the shadow had decided. */
  #besides(history: History, ruleSet: string, contactId: string): History {
    const sql = this.#sql;
    const hasDiffered = (): boolean => this.#keptOf(ruleSet).count > 0;
    return {
      ...history,
      hasFiredFor: (messageKey, rule) => {
        const how = hasDiffered() ? divergence.onMessage(sql, ruleSet, rule, messageKey, contactId) : null;
        return how === null ? history.hasFiredFor(messageKey, rule) : how === "more";
      },
      firings: (rule, per, afterMs, atMost) => {
        if (!hasDiffered()) return history.firings(rule, per, afterMs, atMost);
        const beside = divergence.firingsBeside(sql, ruleSet, rule.name, per, contactId, afterMs);
        // Some of what is counted may have to be taken off again.
        return Math.max(0, history.firings(rule, per, afterMs, atMost + Math.max(0, -beside)) + beside);
      },
    };
  }

  #keptOf(ruleSet: string): { readonly ruleSet: string; count: number } {
    if (this.#kept?.ruleSet !== ruleSet) this.#kept = { ruleSet, count: divergence.countOf(this.#sql, ruleSet) };
    return this.#kept;
  }
}

/** Rules that fired in one decision alone, or of which something else follows. */
function differing(live: Decided, shadow: Decided): readonly divergence.Differing[] {
  const names = new Set([...live.decision.fired, ...shadow.decision.fired]);
  return [...names].flatMap((rule): divergence.Differing[] => {
    const [does, would] = [planOf(live, rule), planOf(shadow, rule)];
    const actions = would.map(({ action }) => action);
    if (!live.decision.fired.includes(rule)) return [{ rule, how: "more", actions }];
    if (!shadow.decision.fired.includes(rule)) return [{ rule, how: "less", actions: [] }];
    return JSON.stringify(told(does)) === JSON.stringify(told(would)) ? [] : [{ rule, how: "other", actions }];
  });
}

function planOf({ actions }: Decided, name: string): readonly PlannedAction[] {
  return actions.filter(({ rule }) => rule.name === name);
}

function told(planned: readonly PlannedAction[]): unknown {
  return planned.map(({ action, dueAtMs, rule: { window, breaker } }) => ({ action, dueAtMs, window, breaker }));
}
