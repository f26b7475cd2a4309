// Deciding at a location: by the rules in force, its clock, and its log as it is now. Nothing is written here.
import { decide, explain, type DecisionContext } from "../../match/decide.ts";
import type { Moment } from "../../match/facts.ts";
import { isAffordable } from "../../match/rule-cost.ts";
import { linkOf, type ChainLink } from "../../match/chain.ts";
import { messageKeyOf } from "../../match/history.ts";
import { asksKnown, openQuestions } from "../../match/questions.ts";
import type { Questions } from "../../match/known.ts";
import { isRepeat, statedBy, type Stated } from "../../match/stated.ts";
import type { Decided } from "../../model/decision.ts";
import type { Event } from "../../model/event.ts";
import type { Known } from "../../model/known.ts";
import type { History, PastEvent } from "../../model/history.ts";
import type { Rule, RuleSet } from "../../model/rule.ts";
import { withDraft } from "../../rules/rule-set.ts";
import { chainOf, type Chain } from "../deliveries/changes.ts";
import * as deliveries from "../deliveries/deliveries.ts";
import * as firings from "../deliveries/firings.ts";
import { decidedAtMs } from "../deliveries/ids.ts";
import { ownSender } from "../deliveries/sends.ts";
import * as chains from "../log/chains.ts";
import { ContactPast, countOf, firedOn, lastStated } from "../log/past.ts";
import * as optOuts from "../log/opt-outs.ts";
import type { Pauses } from "../log/pauses.ts";
import type { Undecided } from "../log/undecided.ts";
import { knownOf, settledKnownOf } from "../reading/known.ts";
import type { Chosen, RulesInForce } from "../rules/in-force.ts";
import type { Shadow, Shadowed } from "../rules/shadow.ts";
import type { LedgerPorts, LedgerStorage } from "../store/ports.ts";
import { endedBy, type EndedWait } from "./waits.ts";

/** Where an event belongs among those that the contact's log has. */
export interface Placed {
  /** The chain of its message; `null`: it is about none. */
  readonly link: ChainLink | null;
  /** What it says is so; `null`: nothing that another could repeat. */
  readonly stated: Stated | null;
  /** The key of the event that it repeats; `null`: it is news. */
  readonly repeats: string | null;
}

/** What an event means for a location. */
export interface DecidedHere extends Decided {
  /** What the set in the shadow would have done otherwise; `null`: there is none. */
  readonly shadowed: Shadowed | null;
  /** Deliveries that limits took for not sent: if one is sent before this is committed, it has to be decided anew. */
  readonly takenForUnsent: readonly string[];
}

/** An event and what was read to decide it, before the contact and the location. */
export interface Prepared {
  readonly event: Event;
  readonly moment: Moment;
  readonly placed: Placed;
  readonly endedWaits: readonly EndedWait[];
  /** The delivery whose change the event tells of; `null`: it tells of none, or may not be the only one. */
  readonly settles: string | null;
  readonly context: DecisionContext;
  readonly takenForUnsent: ReadonlySet<string>;
  /** The rule set that decides it. */
  readonly chosen: Chosen;
}

/** What a decision is made with besides the event and the rules. */
interface Around {
  readonly placed: Placed;
  readonly ended: readonly EndedWait[];
  /** The changes of our own that led to the event; `null`: none. */
  readonly chain: Chain | null;
  /** Told of each delivery that a limit takes for not sent. */
  readonly taken: (id: string) => unknown;
  /** The last place in the log before the event; absent: the event is not in the log. */
  readonly upTo?: number | undefined;
}

/** Why something is not known to a set in the shadow. */
const NOT_ASKED = "HighLevel is not asked for a set in the shadow";
/** Why something is not known to whoever asks what would be decided. */
const NOT_YET = "HighLevel is asked once such an event comes";

export class Deciding {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  readonly #rules: RulesInForce;
  readonly #shadow: Shadow;
  readonly #pauses: Pauses;

  constructor(
    storage: LedgerStorage,
    ports: LedgerPorts,
    { rules, shadow, pauses }: { readonly rules: RulesInForce; readonly shadow: Shadow; readonly pauses: Pauses },
  ) {
    this.#storage = storage;
    this.#ports = ports;
    this.#rules = rules;
    this.#shadow = shadow;
    this.#pauses = pauses;
  }

  /** The time that every part of one decision takes as now. */
  moment(): Moment {
    return { nowMs: this.#now(), timeZone: this.#ports.timeZone };
  }

  /** Where an event belongs, as the log is now. */
  async place(event: Event): Promise<Placed> {
    const { sql } = this.#storage;
    const link = linkOf(event, (messageId) => chains.chainOf(sql, event.contactId, messageId));
    const stated = await statedBy(event);
    const before = stated && lastStated(sql, event, stated.subject);
    return { link, stated, repeats: stated && before && isRepeat(stated, before) ? before.eventKey : null };
  }

  /** Reads what an event is decided with that is to be recorded now. */
  async prepare(event: Event): Promise<Prepared> {
    const moment = this.moment();
    const placed = await this.place(event);
    return this.#prepared(event, moment, { placed, ended: await this.#endedBy(event, moment) });
  }

  /** The same for one that waits: as of its place in the log. The waits that it ends were ended when it was recorded. */
  async prepareWaiting({ event, seq, atMs }: Undecided): Promise<Prepared> {
    const { nowMs, timeZone } = this.moment();
    const moment = { nowMs: Math.min(atMs, nowMs), timeZone };
    return this.#prepared(event, moment, { placed: await this.place(event), ended: [], upTo: seq - 1 });
  }

  /** What HighLevel has to be asked before an event can be decided; `null`: nothing. */
  questions({ event, context, chosen: { ruleSet } }: Prepared): Questions | null {
    if (!asksKnown(event, ruleSet)) return null;
    const known = knownOf(this.#storage.sql, event, this.#now());
    const questions = openQuestions(event, ruleSet, { ...context, known });
    return Object.values(questions).includes(true) ? questions : null;
  }

  /** Decides an event with what is known. `failure`: why HighLevel was asked in vain, or is not asked. */
  async decide(
    { event, context, takenForUnsent, chosen: { ruleSet } }: Prepared,
    failure: string | null,
  ): Promise<DecidedHere> {
    const decided = await decide(event, ruleSet, { ...context, ...this.#known(event, ruleSet, failure) });
    // What limits take for not sent matters to the decision that counts alone.
    const taken = [...takenForUnsent];
    const { shadow } = this.#rules;
    const shadowed =
      shadow &&
      (await this.#shadow.of(
        shadow,
        event,
        { ...context, ...this.#known(event, shadow, failure ?? NOT_ASKED) },
        decided,
      ));
    return { ...decided, takenForUnsent: taken, shadowed };
  }

  #known(event: Event, ruleSet: RuleSet, failure: string | null): { readonly known?: Known } {
    return asksKnown(event, ruleSet) ? { known: settledKnownOf(this.#storage.sql, event, failure) } : {};
  }

  /** What would be decided about an event now. Absent `known`: with what is known of its contact and location. */
  async explain(event: Event, known?: Known, draft?: RuleSet): Promise<Decided> {
    const moment = this.moment();
    const ruleSet = draft ?? this.#rules.for(event.locationId, event.contactId).ruleSet;
    const placed = await this.place(event);
    const { context } = this.#prepared(event, moment, { placed, ended: await this.#endedBy(event, moment) });
    const ownKnown = known ?? settledKnownOf(this.#storage.sql, event, NOT_YET);
    return explain(event, ruleSet, { ...context, known: ownKnown });
  }

  /** Like `explain`, with a draft in force; `null`: that would keep the location's events waiting too long. */
  async explainWith(draft: Rule, event: Event, known?: Known): Promise<Decided | null> {
    const past = countOf(this.#storage.sql, event.contactId);
    if (!isAffordable(draft, event, past, known)) return null;
    const { ruleSet } = this.#rules.for(event.locationId, event.contactId);
    return this.explain(event, known, await withDraft(ruleSet, draft));
  }

  #now(): number {
    return this.#ports.actions.clock();
  }

  #endedBy(event: Event, moment: Moment): Promise<readonly EndedWait[]> {
    return endedBy(this.#storage.sql, event, moment);
  }

  #prepared(event: Event, moment: Moment, around: Pick<Around, "placed" | "ended" | "upTo">): Prepared {
    const takenForUnsent = new Set<string>();
    const chain = chainOf(this.#storage.sql, event, moment.nowMs);
    const { placed, ended } = around;
    return {
      event,
      moment,
      placed,
      endedWaits: ended,
      // What repeats an event tells of no change: the event of an open one is still to come.
      settles: placed.repeats === null ? (chain?.settles ?? null) : null,
      context: this.#context(event, moment, { ...around, chain, taken: (id) => takenForUnsent.add(id) }),
      takenForUnsent,
      chosen: this.#rules.for(event.locationId, event.contactId),
    };
  }

  #context(event: Event, moment: Moment, around: Around): DecisionContext {
    const { link, repeats } = around.placed;
    const sentBy = ownSender(this.#storage.sql, event);
    return {
      ...moment,
      history: this.#history(event, around),
      ...(link === null ? {} : { messageChain: link.chain }),
      ...(repeats === null ? {} : { repeats }),
      ...(sentBy === null ? {} : { sentBy }),
      ...(around.chain === null ? {} : { chain: around.chain.rules }),
      ...this.#pauses.told(),
    };
  }

  /** The log before an event, read when a rule first needs it. */
  #history(event: Event, { placed: { link }, ended, taken, upTo }: Around): History {
    const { contactId } = event;
    const { sql } = this.#storage;
    const past = new ContactPast(sql, contactId, upTo);
    const isEnded = new Set(ended.map(({ id }) => id));
    const occurredAtMs = Date.parse(event.occurredAt);
    let fired: readonly string[] | null = null;
    let open: ReturnType<typeof deliveries.openOf> | null = null;
    const openOf = ({ name }: Rule): readonly deliveries.OpenDelivery[] =>
      (open ??= deliveries.openOf(sql, contactId)).get(name) ?? [];
    return {
      past: (afterMs) => joined(past.after(afterMs), link),
      // One event is about one message, so the key is always the same. What it joins has its own until it is recorded.
      hasFiredFor: (messageKey, rule) => {
        const joined = link && messageKeyOf(event, link.joined);
        fired ??= firedOn(sql, contactId, joined === null ? [messageKey] : [messageKey, joined]);
        return fired.includes(rule);
      },
      firings: (rule, per, afterMs, atMost) => {
        const ending = openOf(rule).filter(
          (one) =>
            !one.hasLeft &&
            one.state !== "sending" &&
            (isEnded.has(one.id) || (one.occurredAtMs <= occurredAtMs && isReplaced(one, rule))),
        );
        const but = this.#takenBack(rule, ending, taken);
        return firings.countOf(sql, { rule: rule.name, per, contactId, afterMs, but, atMost });
      },
      replaced: (rule, action) => {
        const waiting = openOf(rule).find(
          (one) => one.place === action && one.occurredAtMs <= occurredAtMs && !isEnded.has(one.id),
        );
        return waiting ? new Date(decidedAtMs(waiting.id)).toISOString() : null;
      },
      optOut: (action) => optOuts.againstAfter(sql, event, action),
    };
  }

  /** The firings of a rule of which nothing is left after some of its deliveries end. */
  #takenBack(
    rule: Rule,
    ending: readonly deliveries.OpenDelivery[],
    taken: (id: string) => void,
  ): readonly firings.FiringId[] {
    const ends = new Set(ending.map(({ id }) => id));
    const seen = new Map<string, firings.FiringId>();
    for (const { id, eventKey } of ending) {
      const { atMs, alive } = firings.firingOf(this.#storage.sql, id, rule.name);
      if (!alive.every((other) => ends.has(other))) continue;
      alive.forEach(taken);
      seen.set(`${atMs} ${eventKey}`, { atMs, eventKey });
    }
    return [...seen.values()];
  }
}

/** The past as it will be once the event is recorded: what it joins to its chain is of the same. */
function joined(past: readonly PastEvent[], link: ChainLink | null): readonly PastEvent[] {
  if (link === null || link.joined === null) return past;
  const known = joins.get(past);
  if (known) return known;
  const { chain, joined: other } = link;
  const made = past.map((one) => (one.chain === other ? { ...one, chain } : one));
  joins.set(past, made);
  return made;
}
/** Made once for each decision: a past is read for one event. */
const joins = new WeakMap<readonly PastEvent[], readonly PastEvent[]>();

/** Whether a delivery that waits is replaced when its rule fires again. */
function isReplaced({ place }: deliveries.OpenDelivery, { actions }: Rule): boolean {
  return place !== null && actions[place]?.restart === true;
}
