// The texts that two replays of an event send, beside each other: who gets one now and did not, and who no longer does. A
// text is rendered where it is wanted; what it is made of is held until then, or until too many events wait for that.
import { kindOf } from "../act/kinds.ts";
import type { ChangedText, Text, TextCounts } from "../model/comparison.ts";
import type { RuleSet } from "../model/rule.ts";
import type { ReplayedDelivery } from "./delivery.ts";
import { firsts } from "./firsts.ts";
import type { LogItem } from "./items.ts";
import type { Replayed } from "./replay.ts";
import { textOf } from "./texts.ts";

type BySide = Map<string, [before: number, after: number]>;

/** What one replay does on an event with one delivery. */
interface Sent {
  readonly delivery: ReplayedDelivery;
  readonly description: string;
  readonly priority: number;
  /** Its text, rendered when it is first asked for: until then it holds the event. `null`: it is no message. */
  readonly text: (() => Text) | null;
}

/** What was found of all events. */
interface FoundTexts {
  readonly gained: readonly Text[];
  readonly lost: readonly Text[];
  readonly changed: readonly ChangedText[];
  readonly counts: TextCounts;
  readonly countsOf: { readonly [rule: string]: TextCounts };
  readonly counted: { readonly texts: BySide; readonly others: BySide };
}

export interface ComparingTexts {
  /** What a replay does on an event: before it is known what becomes of it. */
  side(item: LogItem, came: Replayed | null, side: 0 | 1): readonly Sent[];
  /** Puts both beside each other, once nothing can change on them. `place`: that of the event in the log. */
  compare(place: number, before: readonly Sent[], after: readonly Sent[]): void;
  found(): FoundTexts;
}

/** `shown`: how many each list has at most. */
export function comparingTexts(sets: readonly [RuleSet | null, RuleSet], shown: number): ComparingTexts {
  const rules = sets.map((set) => new Map(set?.rules.map((rule) => [rule.name, rule]) ?? []));
  const counted = { texts: new Map(), others: new Map() } satisfies FoundTexts["counted"];
  const [gained, lost, changed] = [firsts<Text>(shown), firsts<Text>(shown), firsts<ChangedText>(shown)];
  const counts = { gained: 0, lost: 0, changed: 0 };
  const countsOf = new Map<string, { -readonly [Name in keyof TextCounts]: number }>();
  const count = (name: keyof TextCounts, rule: string): void => {
    counts[name] += 1;
    let own = countsOf.get(rule);
    if (!own) countsOf.set(rule, (own = { gained: 0, lost: 0, changed: 0 }));
    own[name] += 1;
  };
  return {
    side(item, came, side) {
      return (came?.deliveries ?? []).map((delivery): Sent => {
        const { description = "", priority = 0 } = rules[side]?.get(delivery.firing.rule) ?? {};
        const isMessage = kindOf(delivery.action).messages(delivery.action) !== null;
        const rule = { name: delivery.firing.rule, description, priority };
        const text = isMessage && came ? heldText(delivery, item.event, came, rule) : null;
        return { delivery, description, priority, text };
      });
    },
    compare(place, before, after) {
      const [was, is] = [sentBy(before, 0, counted), sentBy(after, 1, counted)];
      for (const [at, now] of is) {
        const then = was.get(at);
        const { rule } = now.sent.delivery.firing;
        if (!then) {
          count("gained", rule);
          if (gained.wants(place)) gained.add(place, now.text());
        } else if (madeOf(then.sent) !== madeOf(now.sent)) {
          const [earlier, later] = [then.text(), now.text()];
          if (isSame(earlier, later)) continue;
          count("changed", rule);
          changed.add(place, { before: earlier, after: later });
        }
      }
      for (const [at, then] of was) {
        if (is.has(at)) continue;
        count("lost", then.sent.delivery.firing.rule);
        if (lost.wants(place)) lost.add(place, then.text());
      }
    },
    found: () => ({
      gained: gained.found(),
      lost: lost.found(),
      changed: changed.found(),
      counts,
      countsOf: Object.fromEntries(countsOf),
      counted,
    }),
  };
}

/** A text that is rendered when it is first asked for, and then held in place of what it is made of. */
function heldText(...from: Parameters<typeof textOf>): () => Text {
  const held: { from: Parameters<typeof textOf> | null; text: Text | null } = { from, text: null };
  return () => {
    if (held.from) [held.text, held.from] = [textOf(...held.from), null];
    if (held.text === null) throw new Error("A text is rendered once");
    return held.text;
  };
}

/** The texts of one replay of an event that reach their contact, by rule and place; what left or still waits is counted. */
function sentBy(
  all: readonly Sent[],
  side: 0 | 1,
  { texts, others }: FoundTexts["counted"],
): ReadonlyMap<string, { readonly sent: Sent; readonly text: () => Text }> {
  const found = new Map<string, { readonly sent: Sent; readonly text: () => Text }>();
  const counts = new Map<string, number>();
  for (const sent of all) {
    const { delivery, text } = sent;
    const { rule } = delivery.firing;
    if (delivery.state !== "sent" && delivery.state !== "scheduled" && delivery.state !== "sending") continue;
    if (text === null) {
      pair(others, rule)[side] += 1;
      continue;
    }
    // What the log does not have may come out as no text.
    if (delivery.recorded === null && text().text === null) continue;
    pair(texts, rule)[side] += 1;
    const nth = (counts.get(rule) ?? 0) + 1;
    counts.set(rule, nth);
    found.set(`${rule} ${nth}`, { sent, text });
  }
  return found;
}

/** What gives the same text at the same time. */
function madeOf({ delivery: { action, dueAtMs }, description, priority }: Sent): string {
  const { cancelOn: _, after: __, restart: ___, ...fields } = action;
  return JSON.stringify([fields, dueAtMs, description, priority]);
}

function isSame(before: Text, after: Text): boolean {
  return before.text === after.text && before.at === after.at && before.messageType === after.messageType;
}

/** The two numbers of a name. */
export function pair(counts: BySide, name: string): [before: number, after: number] {
  let known = counts.get(name);
  if (!known) counts.set(name, (known = [0, 0]));
  return known;
}
