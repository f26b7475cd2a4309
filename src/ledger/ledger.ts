// The ledger of one location: it records events in order, decides each once, and sees their actions through.
// Everything that belongs together is one transaction; the answer leaves after it is on disk. It knows the world
// only through its ports, so the same logic runs on a simulated clock, disk and network. This file joins its parts, and
// passes each call of model/rpc.ts, which says what it answers, to the part that does it; only that makes it long.
import type { JsonObject } from "../kit/json.ts";
import type { Result } from "../kit/result.ts";
import type { AuditNote, ReleasedBy } from "../model/audit.ts";
import type { Answering, ChangingCalls, LedgerCalls, Poked } from "../model/rpc.ts";
import type { AlertRoute, AlertsTo, LocationAlerts } from "../model/alert.ts";
import type { Decided } from "../model/decision.ts";
import type { Drift } from "../model/drift.ts";
import type { Delivery, DeliveryCounts, DeliveryFilter, ReleasedMany, RetriedMany } from "../model/delivery.ts";
import { unknownKindOf } from "../events/event.ts";
import type { HighLevelAccount } from "../highlevel/account.ts";
import { readingRequests } from "../highlevel/scopes.ts";
import { looksAtOthers } from "../match/looks-at-others.ts";
import type { Event } from "../model/event.ts";
import { OTHER } from "../model/event-kinds.ts";
import type { Known } from "../model/known.ts";
import type { ExportPage, ExportQuery } from "../model/export.ts";
import type { Failure } from "../model/failure.ts";
import type { Missing, Reconciling as Told } from "../model/gap.ts";
import type {
  DeliveryQuery,
  Erased,
  EventStory,
  SetAside,
  IgnoredKind,
  LogQuery,
  PageQuery,
  Quarantined,
  Counted,
  Recorded,
  Removed,
  TaskQuery,
  Unavailable,
  UnknownWords,
} from "../model/ledger.ts";
import type { ToldLocation } from "../model/home.ts";
import type { ImportPart, ImportState } from "../model/import.ts";
import type { ContactCard, ContactQuery, KnownContact } from "../model/known-contact.ts";
import type { TriedRule } from "../model/playground.ts";
import type { DivergencePage, InForce } from "../model/published.ts";
import type { Rule } from "../model/rule.ts";
import type { Buckets, HostState, Overview, RuleStatistics } from "../model/statistics.ts";
import type { Task } from "../model/task.ts";
import type { Everywhere, PauseAnswer, PauseRequest, Pause } from "../model/pause.ts";
import type { ShownToken, SealedToken, TokenChecked, Uninstall, Uninstalled } from "../model/token.ts";
import { logError } from "../model/log-line.ts";
import { act } from "./acting.ts";
import { Alerts } from "./alerts/alerts.ts";
import { ByHand } from "./by-hand.ts";
import { Chores } from "./upkeep/chores.ts";
import type { AlertWorld } from "./alerts/kinds.ts";
import { Asking, ASKED_AT_ONCE } from "./recording/asking.ts";
import { Deciding } from "./recording/deciding.ts";
import { resumeInterrupted } from "./deliveries/deliveries.ts";
import * as deliveryLists from "./deliveries/lists.ts";
import { Reports } from "./deliveries/reports.ts";
import * as tasks from "./deliveries/tasks.ts";
import { eventStory } from "./reading/event-story.ts";
import { shownContact } from "./reading/known.ts";
import { Exporting } from "./reading/export.ts";
import { inTurn, LedgerAccount } from "./highlevel/account.ts";
import { HighLevelClock } from "./highlevel/clock.ts";
import { Learning } from "./highlevel/learning.ts";
import { HighLevelLimits } from "./highlevel/limits.ts";
import * as records from "./highlevel/records.ts";
import { LedgerTokens, ofLocation } from "./highlevel/tokens.ts";
import { EmailStatuses } from "./recording/email-statuses.ts";
import { Importing } from "./importing.ts";
import { Removing } from "./removing.ts";
import { Intake } from "./recording/intake.ts";
import { cardsOf, searchContacts } from "./log/contact-keys.ts";
import * as divergence from "./log/divergence.ts";
import { isEmail } from "./log/emails.ts";
import * as audit from "./log/audit.ts";
import * as gaps from "./log/gaps.ts";
import * as log from "./log/log.ts";
import * as quarantine from "./log/quarantine.ts";
import { Pauses } from "./log/pauses.ts";
import { Places } from "./log/places.ts";
import { Pausing } from "./pausing.ts";
import { tryRule } from "./reading/try-rule.ts";
import { Pump } from "./pump/pump.ts";
import { ExportReader } from "./reconcile/reader.ts";
import { Reconciling } from "./reconcile/reconciling.ts";
import { Recorder } from "./recording/recorder.ts";
import { WaitingContacts } from "./recording/waiting-contacts.ts";
import { RulesInForce } from "./rules/in-force.ts";
import { Shadow } from "./rules/shadow.ts";
import { Rounds } from "./rounds.ts";
import { DriftRadar } from "./reading/drift.ts";
import { Statistics } from "./reading/statistics.ts";
import { atStart } from "./start.ts";
import { Alarm } from "./store/alarm.ts";
import { Changes } from "./store/changes.ts";
import { timesIn } from "./store/marks.ts";
import type { LedgerPorts, LedgerStorage } from "./store/ports.ts";
import { migrateLedger } from "./store/schema.ts";
import { ClockWatch } from "./upkeep/clock.ts";
import { goneBeforeMs } from "./upkeep/trim.ts";
import { Transactions } from "./upkeep/transactions.ts";

/** What events say is counted anew for alerts only where that takes less than a second. */
const CHEAP_BYTES = 200_000_000;
/** How soon it is looked at how many cannot be used. */
const KEPT_ASIDE_MS = 300_000;
/** How long to wait where it is not known which rules are in force. */
const ASK_AGAIN_SECONDS = 5;
const DAY_MS = 86_400_000;
/** How long a poke waits for HighLevel to say what the location is called. */
const NAME_WITHIN_MS = 2_000;

export class LocationLedger implements Answering<LedgerCalls> {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  readonly #changes = new Changes();
  readonly #rules: RulesInForce;
  readonly #statistics: Statistics;
  readonly #places: Places;
  readonly #drift: DriftRadar;
  readonly #chores: Chores;
  readonly #clock: ClockWatch;
  readonly #alarm: Alarm;
  readonly #transactions: Transactions;
  readonly #tokens: LedgerTokens;
  readonly #limits: HighLevelLimits;
  readonly #learning: Learning;
  readonly #pump: Pump;
  readonly #deciding: Deciding;
  readonly #exporting: Exporting;
  readonly #recorder: Recorder;
  readonly #intake: Intake;
  readonly #waiting: WaitingContacts;
  readonly #asking: Asking;
  readonly #emailStatuses: EmailStatuses;
  readonly #byHand: ByHand;
  readonly #alerts: Alerts;
  readonly #pauses: Pauses;
  readonly #pausing: Pausing;
  readonly #reconciling: Reconciling;
  /** HighLevel, of whose limits deliveries have the first part. */
  readonly #inTurn: HighLevelAccount;
  readonly #rounds: Rounds;
  readonly #importing: Importing;
  readonly #removing: Removing;
  readonly #naming: Learning;

  constructor(storage: LedgerStorage, world: LedgerPorts) {
    const watched = this.#changes.watch(storage);
    this.#storage = watched;
    this.#clock = new ClockWatch(watched, world.actions.clock);
    const clock = this.#clock.read;
    // Over the world as it is, not a copy of it: the simulation's changes while a ledger lives.
    const ports = (this.#ports = Object.assign(Object.create(world) as LedgerPorts, {
      actions: { ...world.actions, clock },
    }));
    this.#statistics = new Statistics(watched, ports, () => this.#chores.full());
    this.#places = new Places(watched.sql);
    this.#drift = new DriftRadar(watched.sql, clock, () => this.#statistics.tally());
    this.#rules = new RulesInForce(watched, ports, () => this.#recorder.rulesChanged());
    this.#chores = new Chores(watched, ports, {
      announce: (location, name) => this.#announce(location, name),
      rulesInUse: () => this.#rules.inUse(),
      swept: () => this.#statistics.forget(),
    });
    this.#alarm = new Alarm(watched, clock, () => this.#rounds.nextAt());
    const locationId = (): string | undefined => this.#chores.locationId();
    this.#alerts = new Alerts(watched, ports, {
      alarm: this.#alarm,
      pump: { outside: () => this.#pump.outside(), leave: (place, said) => this.#pump.leave(place, said) },
      locationId,
      name: (location) => this.#chores.nameOf(location),
      world: (isDrift) => ({
        fill: watched.sizeBytes() / ports.maxBytes,
        token: this.#tokens.told()?.state ?? null,
        isTokenUnclear: this.#tokens.isUnclear(),
        halted: this.#rules.volume.halted(),
        drift: isDrift ? this.#driftNow() : null,
      }),
    });
    this.#transactions = new Transactions(watched, this.#chores, this.#alarm);
    this.#importing = new Importing(watched, clock, this.#transactions);
    this.#removing = new Removing(watched, ports);
    const { agencyToken } = ports;
    const anew = agencyToken && ((companyId: string) => agencyToken(companyId, locationId() ?? ""));
    this.#tokens = new LedgerTokens(watched, ports, ofLocation(locationId, anew));
    this.#limits = new HighLevelLimits(watched, clock);
    const tokens = ports.tokens ?? this.#tokens;
    const time = new HighLevelClock(clock);
    const account = ports.account ?? new LedgerAccount(ports.highlevel, ports.actions, tokens, this.#limits, time);
    const turnAt = (): number => this.#limits.turnAt();
    const learning = new Learning(watched.sql, { account, turnAt, time, clock });
    // Whoever waits to be decided waits together with the others, and takes no turns from deliveries.
    const asking = new Learning(watched.sql, { account, turnAt: () => this.#limits.mayBeginAt(clock()), time, clock });
    this.#learning = asking;
    const highlevel = { account, limits: this.#limits, time, learning };
    this.#pauses = new Pauses(watched.sql, clock);
    const shadow = new Shadow(watched.sql);
    this.#deciding = new Deciding(watched, ports, { rules: this.#rules, shadow, pauses: this.#pauses });
    this.#exporting = new Exporting(watched.sql, () => this.#rules.live);
    const parts = {
      transactions: this.#transactions,
      chores: this.#chores,
      alarm: this.#alarm,
      statistics: this.#statistics,
    };
    this.#waiting = new WaitingContacts(watched.sql);
    this.#recorder = new Recorder(watched, ports, {
      ...parts,
      rules: this.#rules,
      shadow,
      drift: this.#drift,
      places: this.#places,
      deciding: this.#deciding,
      waiting: this.#waiting,
      muted: () => (ports.account || ports.tokens ? null : this.#tokens.lacking()),
      limits: this.#limits,
    });
    this.#intake = new Intake(
      watched,
      ports,
      (event, isReport) => this.#record(event, isReport),
      () => this.#isClosed(),
      () => this.#alerts.refused(),
    );
    this.#emailStatuses = new EmailStatuses(watched, clock, {
      intake: this.#intake,
      record: (event) => this.#record(event, false),
      recordBehind: (event) => this.#recorder.record(event, false),
      setAside: (locationId, keep) => this.#keepAside(locationId, keep),
    });
    const reports = new Reports(watched, clock, this.#intake);
    this.#pausing = new Pausing(watched, ports, {
      ...parts,
      rules: this.#rules,
      pauses: this.#pauses,
      pump: () => this.#pump,
    });
    const settled = (isMailed: boolean): void => {
      reports.wake();
      if (isMailed) this.#emailStatuses.came();
      if (isMailed) void this.#emailStatuses.wake();
    };
    const stands = (inMs: number): void => this.#alerts.expect(inMs);
    this.#pump = new Pump(watched, ports, this.#statistics, highlevel, this.#pausing, settled, stands);
    this.#asking = new Asking(watched, ports, {
      waiting: this.#waiting,
      intake: this.#intake,
      learning: asking,
      recorder: this.#recorder,
      locationId,
      places: this.#pump,
    });
    this.#byHand = new ByHand(watched, clock, { ...parts, pump: this.#pump, pauses: this.#pauses });
    const spare = ports.account ?? new LedgerAccount(ports.highlevel, ports.actions, tokens, this.#limits.spare, time);
    this.#inTurn = inTurn(spare, this.#limits, ports.timer);
    this.#naming = new Learning(watched.sql, { account: spare, turnAt, time, clock });
    this.#reconciling = new Reconciling(watched, ports, {
      reader: new ExportReader(watched.sql, spare),
      asked: new ExportReader(watched.sql, this.#inTurn),
      limits: this.#limits,
      time,
      alarm: this.#alarm,
      locationId,
      tokens: this.#tokens,
      intake: this.#intake,
      goneBeforeMs: () => goneBeforeMs(watched.sql),
    });
    this.#rounds = new Rounds(watched.sql, ports, {
      ...parts,
      pump: this.#pump,
      pausing: this.#pausing,
      reports,
      asking: this.#asking,
      reconciling: this.#reconciling,
      alerts: this.#alerts,
    });
  }

  /** Brings the tables up to date, and repairs what a crash may have left: interrupted deliveries, a lost alarm. */
  async open(): Promise<void> {
    // Nothing waits in a new ledger.
    if (migrateLedger(this.#storage)) {
      this.#pauses.know(undefined);
      this.#waiting.know();
      this.#reconciling.know(new Map());
      return this.#chores.know(new Map());
    }
    const { marks, interrupted, dueAtMs, decidedAtMs, isAnyUndecided } = atStart(this.#storage.sql);
    this.#chores.know(marks);
    this.#importing.know(marks.get("import"));
    this.#removing.know(marks.get("removing"));
    this.#pauses.know(marks.get("paused"));
    this.#reconciling.know(marks);
    this.#rules.know(marks);
    this.#emailStatuses.know(marks);
    this.#alerts.know(marks);
    if (this.#isClosed()) return;
    if (!isAnyUndecided) this.#waiting.know();
    this.#limits.resume(interrupted, isAnyUndecided ? ASKED_AT_ONCE : 0);
    const isPutRight = this.#clock.start(timesIn(marks.get("clock")), decidedAtMs);
    if (isPutRight) this.#chores.forget();
    resumeInterrupted(this.#storage.sql, this.#now(), interrupted);
    const isAnyMoved = isPutRight || interrupted.length > 0;
    const others = [this.#reconciling.nextAt(), this.#alerts.nextAt()].map((at) => at ?? Infinity);
    const notBeforeMs = Math.min(dueAtMs, this.#chores.notBefore(), ...others);
    await this.#alarm.repair(isAnyMoved ? undefined : notBeforeMs);
  }

  /** Does the alarm's work. Never throws. */
  async alarm(): Promise<void> {
    if (this.#isClosed()) return;
    this.#look();
    void this.#emailStatuses.wake();
    await this.#rounds.run();
    await this.#emailStatuses.wake();
  }

  async poke(isHour: boolean | null = false, toldAtMs?: number | null): Promise<Poked> {
    if (this.#isClosed()) return { isOpen: true };
    this.#look();
    void this.#emailStatuses.wake();
    const poked = await this.#rounds.poke(isHour);
    if (toldAtMs === undefined) return poked;
    if (isHour === true || toldAtMs === null)
      await Promise.race([this.#learnName(), this.#ports.timer(NAME_WITHIN_MS)]);
    return { ...poked, told: this.#told(toldAtMs) };
  }

  /** Asks HighLevel what the location is called, at most once a day, where there is room that no delivery needs. */
  async #learnName(): Promise<void> {
    const locationId = this.#chores.locationId();
    if (locationId === undefined || this.#tokens.told()?.state !== "active") return;
    const kept = records.find(this.#storage.sql, "location", locationId);
    if (kept !== null && Math.abs(this.#now() - kept.askedAtMs) < DAY_MS) return;
    try {
      await this.#naming.record("location", locationId);
    } catch (error) {
      logError("HighLevel could not be asked what the location is called", { locationId }, error);
    }
  }

  /** What the directory is told. Its counts of a day are made only if something may have come since. */
  #told(toldAtMs: number | null): ToldLocation {
    const { nextDueMs, ...waits } = this.#statistics.waits();
    const here = this.#pauses.inForce().filter(({ scope }) => scope !== "everywhere");
    const ends = here.map(({ until }) => (until === null ? Infinity : Date.parse(until)));
    const againMs = Math.min(nextDueMs ?? Infinity, ...ends);
    return {
      ...waits,
      atMs: this.#now(),
      name: this.#chores.nameOf(),
      paused: here.some(({ rule }) => rule === null),
      pausedRules: here.filter(({ rule }) => rule !== null).length,
      againMs: againMs === Infinity ? null : againMs,
      day: this.#chores.isNewsSince(toldAtMs) ? this.#statistics.day() : null,
    };
  }

  async record(event: Event): Promise<Recorded | Counted> {
    if (event.kind !== OTHER || looksAtOthers(this.#ports.ruleSet, event.locationId)) return this.#intake.take(event);
    const counted = this.countIgnored(event.locationId, unknownKindOf(event.payload["type"]));
    return counted.status === "held" ? { status: "ignored" } : counted;
  }

  async #record(event: Event, isReport: boolean): Promise<Recorded> {
    this.#look();
    if (this.#rules.isUnknown()) {
      const failure = await this.#askForRules(event.locationId);
      if (failure) return failure;
    }
    this.#reconciling.arrived(event);
    if (event.origin === undefined) this.#alerts.came();
    else this.#alerts.expect();
    const recorded = await this.#recorder.record(event, isReport);
    if (isEmail(event)) this.#emailStatuses.came();
    await this.#emailStatuses.recordReady();
    this.#pump.wake();
    this.#asking.wake();
    void this.#pausing.know();
    return recorded;
  }

  /** Asks which rules are in force, before the first event. It is not decided by others: it is to be sent again. */
  async #askForRules(locationId: string): Promise<Unavailable | null> {
    try {
      await this.#rules.ask(locationId);
      return null;
    } catch (error) {
      logError("Which rules are in force is not known, an event is to be sent again", { locationId }, error);
      return { status: "unavailable", retryAfterSeconds: ASK_AGAIN_SECONDS };
    }
  }

  /** Tells the directory of the location, and makes sure that no change of the rules was missed. */
  async #announce(locationId: string, name: string | null): Promise<void> {
    await this.#ports.announce(locationId, name);
    // Whoever asks is told of changes from then on.
    if (!this.#removing.isOn()) await this.#rules.ask(locationId);
  }

  async putInForce(locationId: string, inForce: InForce): Promise<void> {
    await this.#rules.putInForce(locationId, inForce);
    await this.#rules.volume.tell(locationId);
  }

  divergence(query: PageQuery): DivergencePage {
    return divergence.list(this.#storage.sql, this.#rules.shadow?.hash ?? null, query);
  }

  /** Resolves once no event waits to be decided that can be decided now. */
  decided(): Promise<void> {
    return this.#asking.run();
  }

  quarantine(locationId: string, item: Quarantined): SetAside {
    return this.#setAside(locationId, () => quarantine.keep(this.#storage.sql, item));
  }

  join(locationId: string, item: Quarantined): Promise<Recorded | SetAside> {
    return this.#emailStatuses.join(locationId, item);
  }

  countIgnored(locationId: string, kind: string): SetAside {
    return this.#setAside(locationId, () => quarantine.countIgnored(this.#storage.sql, kind, this.#now()));
  }

  /** What is set aside without a decision counts against the budget, too. */
  #setAside(locationId: string, keep: () => void): SetAside {
    return this.#intake.refusal() ?? this.#keepAside(locationId, keep);
  }

  #keepAside(locationId: string, keep: () => void): SetAside {
    this.#transactions.commit(() => {
      keep();
      this.#transactions.seen(locationId);
      this.#alerts.expect(KEPT_ASIDE_MS);
    });
    return { status: "held" };
  }

  alerts(): LocationAlerts {
    return this.#alerts.told();
  }

  setAlerts(locationId: string, route: AlertRoute): { readonly to: AlertsTo } {
    return this.#transactions.commit(() => {
      this.#transactions.seen(locationId);
      return this.#alerts.setRoute(route);
    });
  }

  testAlert(locationId: string): ReturnType<Alerts["test"]> {
    return this.#alerts.test(locationId);
  }

  /** Resolves once no message about alerts is under way. */
  alertsSettled(): Promise<void> {
    return this.#alerts.settled();
  }

  /** What has drifted; `null`: it would take too long to count. */
  #driftNow(): AlertWorld["drift"] {
    const isCheap = this.#statistics.isCounted() || this.#storage.sizeBytes() <= CHEAP_BYTES;
    return isCheap ? this.#drift.told(this.#rules.live.rules).findings : null;
  }

  quarantined(query: PageQuery): ReturnType<typeof quarantine.list> {
    return quarantine.list(this.#storage.sql, query);
  }

  findQuarantined(id: string): Quarantined | undefined {
    return quarantine.find(this.#storage.sql, id);
  }

  release(id: string, done?: ReleasedBy): void {
    quarantine.release(this.#storage.sql, id);
    if (done) audit.ingested(this.#storage.sql, done, this.#now());
  }

  ignored(): IgnoredKind[] {
    return quarantine.ignoredCounts(this.#storage.sql);
  }

  events(query: LogQuery): ReturnType<typeof log.list> {
    return log.list(this.#storage.sql, query, this.#places);
  }

  event(key: string, contactId?: string, isWhatIf?: boolean): Promise<EventStory | undefined> {
    const { timeZone, actions } = this.#ports;
    return eventStory(this.#storage.sql, { ruleSet: this.#rules.live, timeZone, actions }, key, contactId, isWhatIf);
  }

  knownContact(locationId: string, contactId: string): KnownContact {
    return shownContact(this.#storage.sql, locationId, contactId, this.#now());
  }

  contacts({ ids, search = "" }: ContactQuery): ContactCard[] {
    const { sql } = this.#storage;
    return ids === undefined ? searchContacts(sql, search) : cardsOf(sql, ids.split(" "));
  }

  async user(userId: string): Promise<JsonObject | null> {
    const asked = await this.#learning.record("user", userId);
    return asked.kind === "known" ? asked.value : null;
  }

  explain(event: Event, known?: Known): Promise<Decided> {
    return this.#deciding.explain(event, known);
  }

  explainWith(draft: Rule, event: Event, known?: Known): Promise<Decided | null> {
    return this.#deciding.explainWith(draft, event, known);
  }

  tryRule(rule: Rule, limit: number): Promise<TriedRule> {
    return tryRule(this.#storage.sql, rule, limit, this.#ports.timeZone);
  }

  export(query: ExportQuery): Promise<ExportPage> | ExportPage {
    return this.#exporting.page(query);
  }

  /** Reads no rows. */
  change(): string {
    return this.#changes.current(this.#now(), this.#ports.random);
  }

  overview(buckets: Buckets): Overview {
    return this.#statistics.overview(buckets);
  }

  rules(buckets: Buckets): RuleStatistics {
    return this.#statistics.rules(buckets);
  }

  drift(): Drift {
    return this.#drift.told(this.#rules.live.rules);
  }

  unknownWords(): UnknownWords {
    return this.#statistics.unknownWords();
  }

  hosts(): HostState[] {
    return this.#pump.hosts();
  }

  deliveries(query: DeliveryQuery): ReturnType<typeof deliveryLists.list> {
    return deliveryLists.list(this.#storage.sql, query, this.#now());
  }

  delivery(id: string): Delivery | undefined {
    return deliveryLists.find(this.#storage.sql, id, this.#now());
  }

  deliveryCounts(filter: DeliveryFilter): DeliveryCounts {
    return this.#statistics.deliveryCounts(filter);
  }

  retry(id: string): Result<Delivery, Failure> {
    return this.#byHand.retry(id);
  }

  releaseDelivery(id: string): Result<Delivery, Failure> {
    return this.#byHand.release(id);
  }

  cancel(id: string): Promise<Result<Delivery, Failure>> {
    return this.#byHand.cancel(id);
  }

  retryDead(filter: DeliveryFilter, limit?: number, dryRun?: boolean): RetriedMany {
    return this.#byHand.retryDead(filter, limit, dryRun);
  }

  cancelScheduled(filter: DeliveryFilter, limit?: number, dryRun?: boolean): ReturnType<ByHand["cancelScheduled"]> {
    return this.#byHand.cancelScheduled(filter, limit, dryRun);
  }

  releaseDeliveries(filter: DeliveryFilter, limit?: number, dryRun?: boolean): ReleasedMany {
    return this.#byHand.releaseHeld(filter, limit, dryRun);
  }

  discardDeliveries(filter: DeliveryFilter, limit?: number, dryRun?: boolean): ReturnType<ByHand["discardHeld"]> {
    return this.#byHand.discardHeld(filter, limit, dryRun);
  }

  act(note: AuditNote, call: keyof ChangingCalls, args: readonly unknown[]): unknown {
    const parts = {
      pausing: this.#pausing,
      tokens: this.#tokens,
      importing: this.#importing,
      alerts: () => ({ to: this.#alerts.to() }),
    };
    this.#alerts.moved();
    return act({ sql: this.#storage.sql, parts, nowMs: this.#now(), ledger: this }, note, call, args);
  }

  audit(query: PageQuery): ReturnType<typeof audit.list> {
    return audit.list(this.#storage.sql, query);
  }

  pauses(): readonly Pause[] {
    return this.#pauses.inForce();
  }

  pause(locationId: string, rule: string | null, request: PauseRequest, by: string): ReturnType<Pausing["pause"]> {
    return this.#pausing.pause(locationId, rule, request, by);
  }

  resume(rule: string | null): PauseAnswer {
    return this.#pausing.resume(rule);
  }

  learnPauses(everywhere: Everywhere): void {
    this.#pausing.learn(everywhere);
  }

  tasks(query: TaskQuery): ReturnType<typeof tasks.list> {
    return tasks.list(this.#storage.sql, query);
  }

  completeTask(id: string): Result<Task, Failure> {
    return this.#byHand.completeTask(id);
  }

  eraseContact(locationId: string, contactId: string, digest?: string): Erased {
    this.#importing.erased(contactId);
    return this.#byHand.eraseContact(locationId, contactId, digest);
  }

  importRows(
    locationId: string,
    part: ImportPart | null,
  ): Result<ImportState | null, Failure> | Promise<Result<ImportState | null, Failure>> {
    const taken = part === null ? this.#importing.giveUp() : this.#importing.take(locationId, part);
    const isAll = taken.ok && taken.value?.isDone !== false && this.#importing.isOn();
    return isAll ? this.#openWith(taken) : taken;
  }

  /** What is on disk is another past: it is taken over as at a start. */
  async #openWith<Told>(told: Told): Promise<Told> {
    this.#statistics.forget();
    this.#places.forget();
    this.#waiting.forget();
    this.#recorder.rulesChanged();
    await this.open();
    return told;
  }

  gaps(query: PageQuery): ReturnType<typeof gaps.list> {
    return gaps.list(this.#storage.sql, query);
  }

  reconciling(): Told {
    return this.#reconciling.told();
  }

  missing(sinceMs: number): Promise<Result<Missing, string>> {
    return this.#reconciling.missing(sinceMs);
  }

  token(): ShownToken | null {
    return this.#tokens.told();
  }

  async checkToken(locationId: string): Promise<TokenChecked> {
    for (const request of readingRequests(locationId)) {
      const answer = await this.#inTurn.call(request);
      if (answer.kind !== "answer")
        return { token: this.token(), failure: "message" in answer ? answer.message : answer.kind };
    }
    return { token: this.token(), failure: null };
  }

  storeToken(locationId: string, token: SealedToken): ShownToken | null {
    this.#transactions.commit(() => {
      this.#tokens.store(token);
      this.#reconciling.begin();
      this.#transactions.seen(locationId);
    });
    return this.#tokens.told();
  }

  offerToken(locationId: string, token: SealedToken, askedAtMs: number): boolean {
    return this.#transactions.commit(() => {
      const isTaken = this.#tokens.offer(token, askedAtMs);
      if (isTaken) this.#transactions.seen(locationId);
      this.#alerts.moved();
      return isTaken;
    });
  }

  forgetToken(): void {
    this.#tokens.forget();
  }

  uninstall(uninstall: Uninstall): Uninstalled {
    this.#alerts.expect();
    return this.#storage.transactionSync(() => this.#tokens.uninstall(uninstall));
  }

  /** Once it has begun, what came before is recorded and nothing after; it ends in an empty ledger that has just begun. */
  async remove(locationId: string, by: string, staysClosed?: boolean): Promise<Removed> {
    if (!this.#removing.isOn()) {
      // What is being sent ends.
      await this.#pausing.pause(locationId, null, { reason: "The location is being deleted" }, by);
      this.#removing.begin();
    }
    const removed = await this.#removing.step(locationId);
    if (!removed.more && !staysClosed) await this.#intake.inTurn(async () => this.#ports.startOver?.());
    return removed;
  }

  /** Whether nothing may be recorded, and nothing may leave. */
  #isClosed(): boolean {
    return this.#importing.isOn() || this.#removing.isOn();
  }

  /** After a clock that was ahead has been set back, what waits is put right, and the alarm with it. */
  #look(): void {
    try {
      if (!this.#clock.look()) return;
      this.#chores.forget();
      this.#waiting.forget();
      this.#alarm.setForNext();
    } catch (error) {
      logError("What waits could not be put right after the clock was set back", {}, error);
    }
  }

  #now(): number {
    return this.#ports.actions.clock();
  }
}
