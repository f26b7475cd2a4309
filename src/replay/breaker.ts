// The breaker of a rule, as ledger/deliveries/breaker.ts counts: each message, and of other changes each firing once.
import { kindOf } from "../act/kinds.ts";
import { BREAKER_BOUNDS } from "../model/rule.ts";
import type { ReplayedDelivery } from "./delivery.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What was let through: by rule, and by rule and contact. */
export interface BreakerCounts {
  /** Lets a delivery through and counts it, or says that it is held. What a person has released passes. */
  lets(delivery: ReplayedDelivery, atMs: number, isReleased: boolean): boolean;
  /** Forgets what no longer counts at a time, milliseconds since 1970. */
  forgetBefore(atMs: number): void;
}

interface Passed {
  readonly delivery: ReplayedDelivery;
  atMs: number;
}

export function breakerCounts(): BreakerCounts {
  const ofRule = new Map<string, Passed[]>();
  const ofContact = new Map<string, Passed[]>();
  const counted = new Map<ReplayedDelivery, Passed>();
  return {
    lets(delivery, atMs, isReleased) {
      const { action, breaker, firing } = delivery;
      const kind = kindOf(action);
      const isMessage = kind.messages(action) !== null;
      if (!isMessage && kind.changes(action) === null) return true;
      const bounds = BREAKER_BOUNDS[isMessage ? "messages" : "changes"];
      const { perMinute = bounds.perMinute, perContactDay = bounds.perContactDay } = breaker ?? {};
      const sort = isMessage ? "m" : "c";
      const lists = [
        listOf(ofRule, `${sort} ${firing.rule}`),
        listOf(ofContact, `${sort} ${firing.rule} ${firing.contactId}`),
      ] as const;
      const isOther = (other: ReplayedDelivery): boolean => (isMessage ? other !== delivery : other.firing !== firing);
      const reached = (list: readonly Passed[], withinMs: number): number => {
        const found = new Set<unknown>();
        for (let at = list.length - 1; at >= 0; at -= 1) {
          const passed = list[at];
          if (!passed || passed.atMs <= atMs - withinMs) break;
          if (isOther(passed.delivery)) found.add(isMessage ? passed : passed.delivery.firing);
        }
        return found.size;
      };
      if (!isReleased && (reached(lists[0], MINUTE_MS) >= perMinute || reached(lists[1], DAY_MS) >= perContactDay))
        return false;
      const again = counted.get(delivery);
      const passed: Passed = { delivery, atMs };
      counted.set(delivery, passed);
      for (const list of lists) {
        if (again) list.splice(list.indexOf(again), 1);
        list.push(passed);
      }
      return true;
    },
    forgetBefore(atMs) {
      for (const lists of [ofRule, ofContact])
        for (const [name, list] of lists) {
          const kept = list.filter((passed) => passed.atMs > atMs - DAY_MS);
          if (kept.length === 0) lists.delete(name);
          else if (kept.length < list.length) lists.set(name, kept);
        }
      for (const [delivery, passed] of counted) if (passed.atMs <= atMs - DAY_MS) counted.delete(delivery);
    },
  };
}

function listOf(lists: Map<string, Passed[]>, name: string): Passed[] {
  let list = lists.get(name);
  if (!list) lists.set(name, (list = []));
  return list;
}
