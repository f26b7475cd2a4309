// Bugs that somebody could introduce into the replay. Each is planted in turn, and the comparison with the real ledger has
// to find it.
import type { Mutant } from "../sim/mutants.ts";

export const REPLAY_MUTANTS: readonly Mutant[] = [
  {
    name: "limits-count-what-came-to-nothing",
    file: "replay/deciding.ts",
    from: "if (firing.deliveries.some((one) => !cameToNothing(one) && !ending.has(one))) count += 1;",
    to: "if (firing.deliveries.some((one) => !ending.has(one))) count += 1;",
  },
  {
    name: "limits-count-what-the-event-ends",
    file: "replay/deciding.ts",
    from: "(ended.has(one) || (isBefore(one) && isReplaced(one, rule)))",
    to: "(isBefore(one) && isReplaced(one, rule))",
  },
  {
    name: "limits-count-what-is-replaced",
    file: "replay/deciding.ts",
    from: "(ended.has(one) || (isBefore(one) && isReplaced(one, rule)))",
    to: "ended.has(one)",
  },
  {
    name: "limits-count-for-ever",
    file: "replay/deciding.ts",
    from: "if (!firing || firing.atMs <= afterMs) break;",
    to: "if (!firing) break;",
  },
  {
    name: "limits-of-locations-by-contact",
    file: "replay/deciding.ts",
    from: '(per === "location" ? ofLocation : contact.firings)',
    to: "contact.firings",
  },
  {
    name: "duplicates-not-known",
    file: "replay/contact.ts",
    from: "if (seen.hasFired(number, messageKey, rule)) return true;",
    to: "if (seen.hasFired(number, messageKey, `${rule} `)) return true;",
  },
  {
    name: "wishes-of-the-event-itself-not-heard",
    file: "replay/deciding.ts",
    from: "isWish(event) ? wishesWith(contact, event) : contact.optOuts",
    to: "contact.optOuts",
  },
  {
    name: "repeats-are-history",
    file: "replay/contact.ts",
    from: "if (!own.isRepeat && asked.historyMs > -Infinity)",
    to: "if (asked.historyMs > -Infinity)",
  },
  {
    name: "retries-are-messages-of-their-own",
    file: "replay/contact.ts",
    from: "if (link) join(contact, link);",
    to: "if (link) void join;",
  },
  {
    name: "joined-messages-stay-apart",
    file: "replay/contact.ts",
    from: "if (joined === null) return;",
    to: "if (joined !== null) return;",
  },
  {
    name: "what-is-said-again-is-news",
    file: "replay/contact.ts",
    from: "if (stated) seen.noteStated(",
    to: "if (stated && contact.number < 0) seen.noteStated(",
  },
  {
    name: "later-events-not-looked-for",
    file: "replay/ahead.ts",
    from: "if (latestMs < afterMs) return [];",
    to: "if (latestMs < afterMs + 1e15) return [];",
  },
  {
    name: "waits-end-by-what-happened-before",
    file: "replay/replay.ts",
    from: "|| delivery.firing.occurredAtMs > occurredAtMs",
    to: "",
  },
  {
    name: "waits-not-ended",
    file: "replay/replay.ts",
    from: "if (by) ended.set(delivery, by);",
    to: "",
  },
  {
    name: "restarts-do-not-replace",
    file: "replay/replay.ts",
    from: "else for (const one of inPlace) pump.cancel(one, restartedBy(event.key), atMs);",
    to: "",
  },
  {
    name: "restarts-replace-what-happened-later",
    file: "replay/replay.ts",
    from: "if (later) bornCancelled(delivery, restartedBy(later.firing.eventKey), atMs);",
    to: "if (later && atMs < 0) bornCancelled(delivery, restartedBy(later.firing.eventKey), atMs);",
  },
  {
    name: "wishes-not-noted",
    file: "replay/replay.ts",
    from: "if (read.isWish) contact.optOuts",
    to: "if (read.occurredAtMs < 0) contact.optOuts",
  },
  {
    name: "our-own-messages-are-others",
    file: "replay/replay.ts",
    from: "...(sentBy === undefined ? {} : { sentBy }),",
    to: "",
  },
  {
    name: "our-own-changes-begin-no-chain",
    file: "replay/replay.ts",
    from: "...(ours === undefined ? {} : { chain: ours }),",
    to: "",
  },
  {
    name: "breakers-let-everything-through",
    file: "replay/breaker.ts",
    from: ">= perContactDay))",
    to: ">= perContactDay && atMs < 0))",
  },
  {
    name: "breakers-count-other-rules",
    file: "replay/breaker.ts",
    from: "listOf(ofRule, `${sort} ${firing.rule}`)",
    to: "listOf(ofRule, sort)",
  },
  {
    name: "attempts-out-of-order",
    file: "replay/clock.ts",
    from: "(a.atMs - b.atMs || a.rank - b.rank || a.n - b.n) < 0",
    to: "(a.rank - b.rank || b.atMs - a.atMs || a.n - b.n) < 0",
  },
  {
    name: "what-a-person-cancels-goes-out",
    file: "replay/pump.ts",
    from: 'if (isOpen(delivery)) cancel(delivery, { by: "operator" }, one.atMs);',
    to: "",
  },
  {
    name: "what-was-sent-can-be-cancelled",
    file: "replay/pump.ts",
    from: 'if (one.error === null) return finish(delivery, "sent", one.atMs);',
    to: "if (one.error === null) return;",
  },
  {
    name: "what-left-counts-as-nothing",
    file: "replay/pump.ts",
    from: "delivery.hasLeft ||= one.hasLeft;",
    to: "",
  },
];
