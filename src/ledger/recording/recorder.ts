// Recording an event, from beginning to end in one place: it is decided on the log before it, and everything that follows
// is one transaction. The caller makes sure that events come one after the other.
import { unknownWordsOf } from "../../events/derive.ts";
import { asPast } from "../../match/history.ts";
import type { Decision, PlannedAction } from "../../model/decision.ts";
import type { CancelledBy } from "../../model/delivery.ts";
import type { Event } from "../../model/event.ts";
import { isExported } from "../../model/event-kinds.ts";
import type { Recorded } from "../../model/ledger.ts";
import type { RecordedEvent } from "../../model/history.ts";
import { logEvent } from "../../model/log-line.ts";
import type { Action, Rule, RuleSet } from "../../model/rule.ts";
import type { Questions } from "../../match/known.ts";
import type { DecidedHere, Deciding, Placed, Prepared } from "./deciding.ts";
import type { WaitingContacts } from "./waiting-contacts.ts";
import { Ahead, hashOf, RESTART_ONLY } from "./waits.ts";
import { settle } from "../deliveries/changes.ts";
import * as deliveries from "../deliveries/deliveries.ts";
import * as firings from "../deliveries/firings.ts";
import { cancelled, type Standing } from "../deliveries/moves.ts";
import { removeNoted } from "../deliveries/reports.ts";
import type { HighLevelLimits } from "../highlevel/limits.ts";
import * as chains from "../log/chains.ts";
import * as emails from "../log/emails.ts";
import * as contacts from "../log/contacts.ts";
import * as erased from "../log/erased.ts";
import * as found from "../log/found.ts";
import * as gaps from "../log/gaps.ts";
import * as log from "../log/log.ts";
import { endOf, type End } from "../log/past.ts";
import * as optOuts from "../log/opt-outs.ts";
import type { Places } from "../log/places.ts";
import * as undecided from "../log/undecided.ts";
import * as ruleSets from "../log/rule-sets.ts";
import type { DriftRadar } from "../reading/drift.ts";
import type { Statistics } from "../reading/statistics.ts";
import type { RulesInForce } from "../rules/in-force.ts";
import type { Shadow } from "../rules/shadow.ts";
import type { Alarm } from "../store/alarm.ts";
import type { LedgerPorts, LedgerStorage } from "../store/ports.ts";
import type { Transactions } from "../upkeep/transactions.ts";

/** What came of a commit. */
type Written = "written" | "erased" | "sent meanwhile";

/** The parts of a ledger that recording uses. */
interface RecorderParts {
  readonly rules: RulesInForce;
  readonly shadow: Shadow;
  readonly deciding: Deciding;
  readonly transactions: Transactions;
  readonly alarm: Alarm;
  readonly statistics: Statistics;
  readonly drift: DriftRadar;
  readonly places: Places;
  readonly waiting: WaitingContacts;
  /** Why HighLevel cannot be asked at all; `null`: it may be. */
  readonly muted: () => string | null;
  /** What was used of them is written down in the transaction that follows from an answer. */
  readonly limits: HighLevelLimits;
}

/** What became of the first event of a contact that waits. */
export type LookedAt =
  /** None waits. */
  | { readonly status: "none" }
  | { readonly status: "decided" }
  /** HighLevel has to be asked first; the event may wait until a time, milliseconds since 1970. */
  | { readonly status: "open"; readonly questions: Questions; readonly deadlineMs: number };

/** What is noted of an event that was found in HighLevel's export, and the digest of its contact. */
type Finding = Omit<gaps.FoundEvent, "late"> & { readonly digest: string };

/** How an event came besides as a webhook: it is a report of our own, or was found in HighLevel's export. */
interface Came {
  readonly isReport: boolean;
  readonly finding: Finding | null;
}

/** A decision with everything that follows from it, before it is committed. */
interface Outcome {
  readonly prepared: Prepared;
  readonly decision: Decision;
  readonly takenForUnsent: readonly string[];
  readonly shadowed: DecidedHere["shadowed"];
  /** The rules that fire, each once. */
  readonly rules: ReadonlySet<Rule>;
  readonly planned: readonly deliveries.NewDelivery[];
  /** What the ids of the deliveries begin with. */
  readonly idPrefix: string;
  readonly past: RecordedEvent;
}

export class Recorder {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  readonly #parts: RecorderParts;
  /** The place in the log that was given last: the time in microseconds, unless the clock stood still or went back. */
  #lastSeq = 0;
  /** The hashes of the rule sets that are known to be kept. */
  readonly #keptRuleSets = new Set<string>();

  constructor(storage: LedgerStorage, ports: LedgerPorts, parts: RecorderParts) {
    this.#storage = storage;
    this.#ports = ports;
    this.#parts = parts;
  }

  /**
   * Records an event: decides it on the log as it is now, then commits together the event, its decision, its deliveries,
   * the cancellation of waits that it ends, and the alarm for what will be due. One that is there already is a duplicate.
   * With a report, what was noted of it goes. Where HighLevel has to be asked first, or its contact waits for that already,
   * the event is recorded without a decision.
   */
  async record(event: Event, isReport: boolean): Promise<Recorded> {
    const { sql } = this.#storage;
    const { deciding, waiting, muted } = this.#parts;
    for (;;) {
      if (log.isRecorded(sql, event.contactId, event.key)) return { status: "duplicate" };
      if (isExported(event.kind) && found.isTwin(sql, event)) return { status: "duplicate" };
      const how = { isReport, finding: event.origin === "reconciled" ? await this.#finding(event) : null };
      const prepared = await deciding.prepare(event);
      if (waiting.has(event.contactId)) return this.#leaveOpen(prepared, how);
      const questions = deciding.questions(prepared);
      const silence = questions && muted();
      if (questions && silence === null) return this.#leaveOpen(prepared, how);
      const outcome = await this.#outcome(prepared, silence);
      if (this.#isTooMuch(outcome)) continue;
      // What was taken for unsent may have been sent meanwhile: that can happen a few times at most.
      const written = this.#commit(outcome, () => this.#append(outcome, how, null));
      if (written === "erased") return { status: "duplicate" };
      if (written === "written") {
        this.#counted(prepared, outcome.past);
        return { status: "accepted", fired: outcome.decision.fired };
      }
    }
  }

  /**
   * Decides the first event of a contact that waits, as of its own place in the log, or says what has to be asked first.
   * `failure`: why HighLevel was asked in vain. After its time it is decided with what is known.
   */
  async decideFirst(contactId: string, failure: string | null): Promise<LookedAt> {
    const { sql } = this.#storage;
    const { deciding, waiting, limits } = this.#parts;
    for (;;) {
      const first = undecided.first(sql, contactId);
      if (!first) {
        waiting.delete(contactId);
        return { status: "none" };
      }
      const { event, deadlineMs } = first;
      const prepared = await deciding.prepareWaiting(first);
      const why = failure ?? (this.#ports.actions.clock() >= deadlineMs ? TOO_LATE : null);
      const questions = why === null ? deciding.questions(prepared) : null;
      if (questions) return { status: "open", questions, deadlineMs };
      const outcome = await this.#outcome(prepared, why);
      if (this.#isTooMuch(outcome)) continue;
      const { decision } = outcome;
      // It may have been erased meanwhile, and then the next one is looked at.
      const written = this.#commit(outcome, () => {
        // With the decision: HighLevel was asked for it.
        limits.write();
        gaps.noteLate(sql, lateIn(decision));
        return log.decide(sql, { event, decision });
      });
      if (written !== "written") continue;
      const { key: eventKey, locationId, kind } = event;
      logEvent({ eventKey, locationId, kind, status: "decided", fired: decision.fired });
      return { status: "decided" };
    }
  }

  /** Everything that follows from an event, before any of it is written. */
  async #outcome(prepared: Prepared, failure: string | null): Promise<Outcome> {
    const { event, moment, placed } = prepared;
    const { deciding } = this.#parts;
    const { decision, actions, takenForUnsent, shadowed } = await deciding.decide(prepared, failure);
    const ahead = new Ahead(this.#storage.sql, event, moment);
    const planned = await Promise.all(actions.map((action) => this.#planned(action, ahead, decision)));
    const idPrefix = planned.length === 0 ? "" : await deliveries.deliveryIdPrefix(event, decision.decidedAt);
    const past = pastOf(event, decision.fired, moment.nowMs, placed);
    return {
      prepared,
      decision,
      takenForUnsent,
      shadowed,
      rules: new Set(actions.map(({ rule }) => rule)),
      planned,
      idPrefix,
      past,
    };
  }

  /** Commits a decision with what follows from it; `write` writes the row of its event, and says whether that may be. */
  #commit(outcome: Outcome, write: () => boolean): Written {
    const { sql } = this.#storage;
    const { transactions, alarm, statistics, places, rules: inForce, shadow } = this.#parts;
    const { prepared, decision, takenForUnsent, shadowed, rules, planned, idPrefix, past } = outcome;
    const { event, moment, settles, chosen, placed } = prepared;
    // From here to the end there is no await.
    const written = transactions.commit((): Written => {
      if (!deliveries.areUnsent(sql, takenForUnsent)) return "sent meanwhile";
      if (!write()) return "erased";
      if (settles !== null) settle(sql, settles);
      this.#keepRuleSet(chosen.ruleSet, event.locationId, moment.nowMs);
      if (chosen.canary) inForce.volume.note(chosen.canary, chosen.change, actionsOf(planned));
      // What was in the shadow when it was decided may be elsewhere by now.
      if (shadowed) shadow.note(shadowed, event, placed.link?.chain ?? null, moment.nowMs);
      for (const { name, limit } of rules) if (limit) firings.note(sql, name, limit, event, moment.nowMs);
      const scheduled = this.#restarted(event, planned, moment.nowMs);
      deliveries.schedule(sql, event, idPrefix, scheduled);
      for (const delivery of scheduled) if (!delivery.cancelledBy) alarm.bringForward(delivery.dueAtMs);
      transactions.seen(event.locationId);
      return "written";
    });
    if (written !== "written") return written;
    // Only now: a transaction that fails keeps nothing.
    this.#keptRuleSets.add(chosen.ruleSet.hash);
    places.note(event);
    const { channel, outcome: became, fired, at } = past;
    const suppressed = log.suppressedBy(decision);
    const words = unknownWordsOf(event.kind, event.payload);
    statistics.recorded({
      atMs: at,
      kind: event.kind,
      channel,
      outcome: became,
      fired,
      suppressed,
      words,
      isRepeat: past.isRepeat,
    });
    for (const { rule, plan } of planned) statistics.scheduled(rule, deliveries.hostOf(plan));
    return written;
  }

  /** Records an event without a decision: it is looked at again with the alarm, which rings at once. */
  #leaveOpen(prepared: Prepared, how: Came): Recorded {
    const { transactions, alarm, waiting } = this.#parts;
    const { event, moment, placed, chosen } = prepared;
    const { nowMs, timeZone } = moment;
    const deadlineMs = nowMs + undecided.MAX_WAIT_MS;
    const decision: Decision = {
      eventKey: event.key,
      decidedAt: new Date(nowMs).toISOString(),
      timeZone,
      ruleSet: chosen.ruleSet.hash,
      fired: [],
      verdicts: [],
      ...(placed.repeats === null ? {} : { repeats: placed.repeats }),
      deciding: true,
    };
    const past = pastOf(event, [], nowMs, placed);
    const isWritten = transactions.commit(() => {
      if (!this.#append({ prepared, decision, past }, how, deadlineMs)) return false;
      alarm.bringForward(nowMs);
      transactions.seen(event.locationId);
      return true;
    });
    if (!isWritten) return { status: "duplicate" };
    this.#parts.places.note(event);
    waiting.add(event.contactId, deadlineMs);
    this.#counted(prepared, past);
    return { status: "accepted", fired: [], deciding: true };
  }

  /** Counts what an event says, once it is in the log; what it repeats was counted. */
  #counted({ event, placed, chosen }: Prepared, { channel }: RecordedEvent): void {
    if (placed.repeats === null) this.#parts.drift.recorded(event, channel, chosen.ruleSet.rules);
  }

  /** Writes what an event says, whether it is decided or not; `false`: its contact was erased meanwhile, and it came of that. */
  #append(
    { prepared, decision, past }: Pick<Outcome, "prepared" | "decision" | "past">,
    { isReport, finding }: Came,
    deciding: number | null,
  ): boolean {
    const { sql } = this.#storage;
    const { event, moment, placed, endedWaits } = prepared;
    if (isReport && !removeNoted(sql, event.key)) return false;
    if (finding && erased.isSince(sql, finding.digest, Date.parse(event.occurredAt))) return false;
    if (placed.link) chains.note(sql, event.contactId, placed.link, moment.nowMs);
    const end = endOf(sql, event.contactId);
    const place = { seq: this.#nextSeq(end, moment.nowMs), end, deciding };
    log.append(sql, { event, decision }, past, placed.stated, place);
    optOuts.note(sql, event);
    emails.note(sql, event);
    contacts.note(sql, event);
    if (finding) gaps.note(sql, { ...finding, late: lateIn(decision) }, moment.nowMs);
    const ends = new Map(endedWaits.map(({ id, by }) => [id, by]));
    const ended = (from: Standing, id: string): Standing | null => {
      const by = ends.get(id);
      return by ? cancelled(from, by) : null;
    };
    deliveries.moveAll(sql, [...ends.keys()], ended, moment.nowMs);
    return true;
  }

  /** What is noted of an event that was found in HighLevel's export. */
  async #finding(event: Event): Promise<Finding> {
    const isChange = found.standingOf(this.#storage.sql, event, found.idsOf(event)).is === "changed";
    const atMs = isChange ? this.#ports.actions.clock() : Date.parse(event.occurredAt);
    return { kind: event.kind, isChange, atMs, digest: await erased.digestOf(event.contactId) };
  }

  /** The event's place in the log: after the contact's last event, even if an earlier instance's clock was ahead. */
  #nextSeq({ seq }: End, nowMs: number): number {
    const lastSeq = Math.max(this.#lastSeq, seq);
    return (this.#lastSeq = Math.max(nowMs * 1_000, lastSeq + 1));
  }

  /** The delivery of a planned action, already cancelled if an event that ends it was recorded before its own. */
  async #planned(
    { rule, index, action, dueAtMs }: PlannedAction,
    ahead: Ahead,
    { chain }: Decision,
  ): Promise<deliveries.NewDelivery> {
    const { name, description = "", priority = 0, window, breaker } = rule;
    const { cancelOn, restart } = action;
    const plan = {
      v: 1,
      action,
      rule: { name, description, priority },
      ...(restart === true ? { place: index } : {}),
      ...(chain ? { chain } : {}),
      ...(window ? { window } : {}),
      ...(breaker ? { breaker } : {}),
    } as const;
    const ends = cancelOn
      ? { cancelOn: await hashOf(cancelOn), cancelledBy: await ahead.cancels(cancelOn) }
      : { cancelOn: restart === true ? RESTART_ONLY : null, cancelledBy: null };
    return { rule: name, plan, dueAtMs, ...ends };
  }

  /**
   * The deliveries of a decision, after those of them that restart have cancelled what still waits in their place. What
   * waits for an event that happened later stays, or was sent, and they are cancelled by it: HighLevel promises no order.
   */
  #restarted(
    event: Event,
    planned: readonly deliveries.NewDelivery[],
    nowMs: number,
  ): readonly deliveries.NewDelivery[] {
    const { sql } = this.#storage;
    if (!planned.some(({ plan }) => plan.place !== undefined)) return planned;
    const occurredAtMs = Date.parse(event.occurredAt);
    const open = deliveries.openOf(sql, event.contactId);
    return planned.map((delivery) => {
      const { rule, plan, cancelledBy: ended } = delivery;
      if (plan.place === undefined || ended !== null) return delivery;
      const inPlace = (open.get(rule) ?? []).filter(({ place }) => place === plan.place);
      const later =
        inPlace.find((other) => other.occurredAtMs > occurredAtMs)?.eventKey ??
        deliveries.doneInPlace(sql, event, rule, plan.place);
      if (later) return { ...delivery, cancelledBy: restartedBy(later) };
      const replaced = inPlace.map(({ id }) => id);
      deliveries.moveAll(sql, replaced, (from) => cancelled(from, restartedBy(event.key)), nowMs);
      return delivery;
    });
  }

  /** Whether it would make a canary send more than it was said to: that is over then, and the event is decided anew. */
  #isTooMuch({ prepared: { chosen, event }, planned }: Outcome): boolean {
    const { rules } = this.#parts;
    if (!chosen.canary || rules.volume.admits(chosen.canary, chosen.change, actionsOf(planned))) return false;
    void rules.volume.tell(event.locationId);
    return true;
  }

  #keepRuleSet(ruleSet: RuleSet, locationId: string, nowMs: number): void {
    const { sql } = this.#storage;
    if (this.#keptRuleSets.has(ruleSet.hash)) return;
    const before = ruleSets.inUse(sql);
    if (before.includes(ruleSet.hash)) return;
    const mayDecide = this.#parts.rules.inUse();
    const ended = before.filter((hash) => !mayDecide.includes(hash));
    ruleSets.keep(sql, ruleSet, { locationId, ended, nowMs });
  }

  /** Other sets decide now: one that comes back is noted as in use again. */
  rulesChanged(): void {
    this.#keptRuleSets.clear();
  }
}

function actionsOf(planned: readonly deliveries.NewDelivery[]): readonly Action[] {
  return planned.map(({ plan }) => plan.action);
}

const TOO_LATE = "HighLevel did not answer within a minute";

/** An event as later ones see it. */
function pastOf(event: Event, fired: readonly string[], atMs: number, { link, repeats }: Placed): RecordedEvent {
  return asPast(event, fired, atMs, { chain: link?.chain ?? null, isRepeat: repeats !== null });
}

function lateIn({ verdicts }: Decision): number {
  return verdicts.filter(({ reason }) => reason === "late").length;
}

function restartedBy(eventKey: string): CancelledBy {
  return { by: "event", trigger: "restart", eventKey };
}
