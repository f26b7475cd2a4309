// Tries a rule on the last events of the location: each is decided again with this rule alone, on the history before
// it. This only reads.
import { decide } from "../../match/decide.ts";
import { asksKnown } from "../../match/questions.ts";
import { pastIn } from "../../match/history.ts";
import { workOf } from "../../match/rule-cost.ts";
import type { Moment } from "../../match/facts.ts";
import { TriedFirings } from "../../match/tried-firings.ts";
import type { PlannedAction } from "../../model/decision.ts";
import type { Event } from "../../model/event.ts";
import type { History, RecordedEvent } from "../../model/history.ts";
import type { LogEntry } from "../../model/ledger.ts";
import type { TriedRule } from "../../model/playground.ts";
import type { Rule, RuleSet } from "../../model/rule.ts";
import * as firings from "../deliveries/firings.ts";
import * as log from "../log/log.ts";
import { countOf } from "../log/past.ts";
import { firstRow, type Sql } from "../store/ports.ts";
import { settledKnownOf } from "./known.ts";

/** How many events each list of an answer holds at most. */
const MAX_SHOWN = 100;
/** In units of `workOf`, some tenths of a microsecond each: about a second of a location's time, little of its memory. */
const MAX_WORK = 4_000_000;
const WORK_OF_EVENT = 200;
const WORK_OF_ROW = 20;

/** Why something is not known to whoever tries a draft. */
const NOT_ASKED_NOW = "HighLevel is not asked for a draft";

/** One event to decide again; `position`: which of its contact's newest events it is, from 0. */
interface Asked {
  readonly entry: LogEntry;
  readonly position: number;
}

/** What a rule would have done on the last events of the location; only on the newest if all would take too long. */
export async function tryRule(sql: Sql, rule: Rule, limit: number, timeZone: string): Promise<TriedRule> {
  const listed = log.list(sql, { limit }).events;
  const asked = affordable(sql, listed, rule);
  const fires = new Set<LogEntry>();
  const alone: RuleSet = { hash: "draft", rules: [rule], findings: [] };
  const past = new TriedPast(sql, rule.name, asked);
  for (const { entry, position } of asked) {
    const record = log.find(sql, entry.contactId, entry.eventKey);
    // It was erased while others were decided, or its payload is forgotten.
    if (!record || record.dropped) continue;
    const moment = { nowMs: timeOf(entry), timeZone };
    const history = await past.before(record.event, moment, position);
    const { repeats } = record.decision;
    const about = {
      messageChain: past.chainOf(entry, position),
      ...(repeats === undefined ? {} : { repeats }),
      // As it is now: what was known then is kept only as far as the rules of then asked.
      ...(asksKnown(record.event, alone) ? { known: settledKnownOf(sql, record.event, NOT_ASKED_NOW) } : {}),
    };
    const { decision, actions } = await decide(record.event, alone, { ...moment, history, ...about });
    const fired = decision.fired.length > 0;
    if (fired) fires.add(entry);
    past.tell(record.event, moment, position, actions);
  }
  const newestFirst = asked.map(({ entry }) => entry).toReversed();
  const firedBefore = newestFirst.filter(({ fired }) => fired.includes(rule.name));
  const before = new Set(firedBefore);
  return {
    tried: asked.length,
    from: (newestFirst.at(-1) ?? listed[0])?.receivedAt ?? null,
    to: listed[0]?.receivedAt ?? null,
    fires: fires.size,
    firedBefore: firedBefore.length,
    both: firedBefore.filter((entry) => fires.has(entry)).length,
    onlyNow: newestFirst.filter((entry) => fires.has(entry) && !before.has(entry)).slice(0, MAX_SHOWN),
    onlyBefore: firedBefore.filter((entry) => !fires.has(entry)).slice(0, MAX_SHOWN),
  };
}

/** The newest events that can be decided again for a bounded amount of work, oldest first. */
function affordable(sql: Sql, newestFirst: readonly LogEntry[], rule: Rule): readonly Asked[] {
  const workOn = workOf(rule);
  const left = new Map<string, number>();
  const asked: Asked[] = [];
  let work = 0;
  for (const entry of newestFirst) {
    const known = left.get(entry.contactId);
    const count = known ?? countOf(sql, entry.contactId);
    const position = count - 1;
    // It is further back than is looked at.
    if (position < 0) break;
    left.set(entry.contactId, position);
    work += WORK_OF_EVENT + workOn({ characters: lengthOf(sql, entry), past: position });
    if (known === undefined) work += count * WORK_OF_ROW;
    if (work > MAX_WORK) break;
    asked.push({ entry, position });
  }
  return asked.toReversed();
}

function lengthOf(sql: Sql, { contactId, eventKey }: LogEntry): number {
  const measured = "SELECT LENGTH(record) AS n FROM events WHERE contact_id = ? AND key = ?";
  return firstRow<{ n: number | null }>(sql, measured, contactId, eventKey)?.n ?? 0;
}

const timeOf = ({ receivedAt }: LogEntry): number => Date.parse(receivedAt);

/** The past of each contact as it would be if the tried rule had been in force since the first event. */
class TriedPast {
  readonly #sql: Sql;
  readonly #rule: string;
  readonly #firstAt: number;
  readonly #firings = new TriedFirings();
  readonly #ofContact = new Map<string, RecordedEvent[]>();

  constructor(sql: Sql, rule: string, asked: readonly Asked[]) {
    this.#sql = sql;
    this.#rule = rule;
    this.#firstAt = asked[0] ? timeOf(asked[0].entry) : 0;
    // Read before anything else is recorded, by which the newest would be others.
    for (const { entry } of asked) this.#of(entry.contactId);
  }

  /** What happened before an event. */
  async before(event: Event, moment: Moment, position: number): Promise<History> {
    const { contactId } = event;
    await this.#firings.next(event, moment);
    return {
      ...pastIn(() => this.#of(contactId).slice(0, position)),
      firings: (rule, per, afterMs) => {
        const counted = { rule: rule.name, per, contactId, afterMs, beforeMs: this.#firstAt };
        const earlier = afterMs < this.#firstAt ? firings.countOf(this.#sql, counted) : 0;
        return earlier + this.#firings.countOf(rule, per, event, moment, afterMs);
      },
      replaced: () => null,
      // The question is whether the rule fires, and what the contact wanted then is not known.
      optOut: () => null,
    };
  }

  /** The chain of the message that an event is about. */
  chainOf({ contactId }: LogEntry, position: number): string | undefined {
    return this.#of(contactId)[position]?.chain ?? undefined;
  }

  /** Replaces what the rule did on an event then with what it does now, for the events after it. */
  tell(event: Event, moment: Moment, position: number, actions: readonly PlannedAction[]): void {
    const past = this.#of(event.contactId);
    const then = past[position];
    if (then) past[position] = { ...then, fired: actions.length > 0 ? [this.#rule] : [] };
    this.#firings.fired(event, moment, actions);
  }

  #of(contactId: string): RecordedEvent[] {
    let past = this.#ofContact.get(contactId);
    if (!past) this.#ofContact.set(contactId, (past = log.pastOf(this.#sql, contactId)));
    return past;
  }
}
