// What the Durable Objects answer by RPC: the one place where calls are declared. The ledger and the directory implement
// them, the objects pass each call on, and callers see only these interfaces. What receives events sees both as one store.
import type { JsonObject } from "../kit/json.ts";
import type { Result } from "../kit/result.ts";
import type { AuditEntry, AuditNote, ReleasedBy } from "./audit.ts";
import type { AlertRoute, AlertsTo, LocationAlerts, PlacedAlert, VersionedAlerts } from "./alert.ts";
import type { AgencyQuery, AgencyTold, KnownAgency } from "./agency.ts";
import type { Decided } from "./decision.ts";
import type { Drift } from "./drift.ts";
import type {
  CancelledMany,
  Delivery,
  DeliveryCounts,
  DeliveryFilter,
  DiscardedMany,
  ReleasedMany,
  RetriedMany,
} from "./delivery.ts";
import type { Event } from "./event.ts";
import type { ExportPage, ExportQuery } from "./export.ts";
import type { ImportPart, ImportState } from "./import.ts";
import type { Failure } from "./failure.ts";
import type {
  DeliveryQuery,
  Erased,
  EventStory,
  SetAside,
  IgnoredKind,
  KnownLocation,
  LocationQuery,
  LogEntry,
  LogQuery,
  PageQuery,
  Quarantined,
  Counted,
  Recorded,
  Removed,
  TaskQuery,
  UnknownWords,
} from "./ledger.ts";
import type { Home, HomeQuery, PassedLocation, ToldLocation } from "./home.ts";
import type { Known } from "./known.ts";
import type { ContactCard, ContactQuery, KnownContact } from "./known-contact.ts";
import type { Gap, Missing, Reconciling } from "./gap.ts";
import type { Everywhere, EverywhereAnswer, Pause, PauseAnswer, PauseRequest } from "./pause.ts";
import type { TriedRule } from "./playground.ts";
import type {
  Activation,
  ChangeRequest,
  DivergencePage,
  InForce,
  Publication,
  RulesChange,
  RulesState,
  RuleSetVersion,
  WholeVersion,
} from "./published.ts";
import type { BuiltRules, Rule } from "./rule.ts";
import type { Buckets, HostState, Overview, RuleStatistics } from "./statistics.ts";
import type { Task } from "./task.ts";
import type {
  Install,
  NoToken,
  ShownToken,
  SealedToken,
  TokenChecked,
  Uninstall,
  Uninstalled,
  UninstalledPlace,
} from "./token.ts";

/** A page of items under their own name, and the cursor of the next page. */
type Page<Name extends string, Item> = { [N in Name]: Item[] } & { cursor: string | null };

/** What was signed but could not be decided, of one location or of none. */
export interface QuarantineCalls {
  quarantined(query: PageQuery): Promise<Page<"quarantined", Quarantined>>;
  findQuarantined(id: string): Promise<Quarantined | undefined>;
  ignored(): Promise<IgnoredKind[]>;
}

/** What the operator may ask the ledger of a location. */
export interface ReadingCalls extends QuarantineCalls {
  /** Differs from the last answer whenever something that the other answers show may have changed. */
  change(): Promise<string>;
  overview(buckets: Buckets): Promise<Overview>;
  rules(buckets: Buckets): Promise<RuleStatistics>;
  /** HighLevel's words that are not known, on the events of the log. */
  unknownWords(): Promise<UnknownWords>;
  /** What events of the last thirty days had, beside what the rules in force test. */
  drift(): Promise<Drift>;
  hosts(): Promise<HostState[]>;
  /** It looks through a bounded part: the page may have fewer than were asked for, or none, before the last one, too. */
  events(query: LogQuery): Promise<Page<"events", LogEntry>>;
  /** The event with a key: a contact's, or without a contact the last one that any of them has. `isWhatIf`: with what would have been enough. */
  event(key: string, contactId?: string, isWhatIf?: boolean): Promise<EventStory | undefined>;
  /** What is known of a contact; HighLevel is not asked. */
  knownContact(locationId: string, contactId: string): Promise<KnownContact>;
  /** Contacts in short: the first of those that a search means, or those with ids that are known. */
  contacts(query: ContactQuery): Promise<ContactCard[]>;
  /** A user of HighLevel, who is asked for once a day; `null`: HighLevel does not say. */
  user(userId: string): Promise<JsonObject | null>;
  /** What would be decided about an event now. Nothing is recorded. Absent `known`: what the ledger knows. */
  explain(event: Event, known?: Known): Promise<Decided>;
  /** Like `explain`, with a draft in force; `null`: that would keep other calls waiting too long. */
  explainWith(draft: Rule, event: Event, known?: Known): Promise<Decided | null>;
  /** What a rule would have done on the last events. Nothing is recorded. */
  tryRule(rule: Rule, limit: number): Promise<TriedRule>;
  /** Rules of the set in the shadow that would have done otherwise, newest first. */
  divergence(query: PageQuery): Promise<DivergencePage>;
  /** A page of the log as lines, in its order. */
  export(query: ExportQuery): Promise<ExportPage>;
  deliveries(query: DeliveryQuery): Promise<Page<"deliveries", Delivery>>;
  delivery(deliveryId: string): Promise<Delivery | undefined>;
  deliveryCounts(filter: DeliveryFilter): Promise<DeliveryCounts>;
  tasks(query: TaskQuery): Promise<Page<"tasks", Task>>;
  /** Messages of which HighLevel sent no webhook, as far as they were found, newest first. */
  gaps(query: PageQuery): Promise<Page<"gaps", Gap>>;
  reconciling(): Promise<Reconciling>;
  /** What HighLevel's export has and the log lacks since a time, milliseconds since 1970; a failure says what to do. */
  missing(sinceMs: number): Promise<Result<Missing, string>>;
  /** What is paused, here or everywhere. */
  pauses(): Promise<readonly Pause[]>;
  /** What may be shown about the HighLevel token; `null`: there is none. */
  token(): Promise<ShownToken | null>;
  /** What somebody has to know. */
  alerts(): Promise<LocationAlerts>;
  /** Sends a message to where alerts go, and says whether it arrived. */
  testAlert(locationId: string): Promise<Result<{ status: number | null }, Failure>>;
  /** The same after HighLevel was asked with it for what each scope to read shows. */
  checkToken(locationId: string): Promise<TokenChecked>;
  /** What operators did, newest first. */
  audit(query: PageQuery): Promise<Page<"audit", AuditEntry>>;
}

/** What the operator may change there: by `act` alone, so that nothing is changed of which the audit log does not tell. */
export interface ChangingCalls {
  retry(deliveryId: string): Promise<Result<Delivery, Failure>>;
  releaseDelivery(deliveryId: string): Promise<Result<Delivery, Failure>>;
  cancel(deliveryId: string): Promise<Result<Delivery, Failure>>;
  retryDead(filter: DeliveryFilter, limit?: number, dryRun?: boolean): Promise<RetriedMany>;
  cancelScheduled(filter: DeliveryFilter, limit?: number, dryRun?: boolean): Promise<CancelledMany>;
  releaseDeliveries(filter: DeliveryFilter, limit?: number, dryRun?: boolean): Promise<ReleasedMany>;
  discardDeliveries(filter: DeliveryFilter, limit?: number, dryRun?: boolean): Promise<DiscardedMany>;
  completeTask(taskId: string): Promise<Result<Task, Failure>>;
  /** Pauses a rule or (`null`) the location: nothing of it leaves after the answer. */
  pause(
    locationId: string,
    rule: string | null,
    request: PauseRequest,
    by: string,
  ): Promise<Result<PauseAnswer, Failure>>;
  /** Ends a pause of this location. */
  resume(rule: string | null): Promise<PauseAnswer>;
  /** Stores a token, replacing any other. */
  storeToken(locationId: string, token: SealedToken): Promise<ShownToken | null>;
  forgetToken(): Promise<void>;
  /** Says where alerts go. */
  setAlerts(locationId: string, route: AlertRoute): Promise<{ readonly to: AlertsTo }>;
  /** Takes a part of a log from elsewhere; what was taken before is left. `null`: what was taken is removed. */
  importRows(locationId: string, part: ImportPart | null): Promise<Result<ImportState | null, Failure>>;
  /** Removes everything that names a contact. `digest`: by what HighLevel's export does not bring it back. */
  eraseContact(locationId: string, contactId: string, digest?: string): Promise<Erased>;
}

/** The operator's calls to the ledger of a location. */
interface OperatorCalls extends ReadingCalls, ChangingCalls {
  /** Makes a change for an operator, and notes it. */
  act(note: AuditNote, call: keyof ChangingCalls, args: readonly unknown[]): Promise<unknown>;
}

/** How a ledger answers the watchdog. */
export interface Poked {
  /** Whether anything waits to be done. */
  readonly isOpen: boolean;
  /** Whether HighLevel's export is looked through. A version before did not say. */
  readonly isReconciled?: boolean;
  /** What it tells the directory, if that was asked. */
  readonly told?: ToldLocation;
}

/** All calls of a location's ledger. */
export interface LedgerCalls extends OperatorCalls {
  /** Decides an event, then records it and schedules what follows in one transaction. One that is there is a duplicate. */
  record(event: Event): Promise<Recorded | Counted>;
  /** Keeps signed bytes that could not be used. */
  quarantine(locationId: string, item: Quarantined): Promise<SetAside>;
  /** Records what lacks nothing but a contact as an event of the contact of its e-mail, or keeps it if that is not known. */
  join(locationId: string, item: Quarantined): Promise<Recorded | SetAside>;
  countIgnored(locationId: string, kind: string): Promise<SetAside>;
  /** Which rule sets are in force from now on; it resolves once that and their rules are on disk. */
  putInForce(locationId: string, inForce: InForce): Promise<void>;
  /** Removes an item that an operator has ingested since from the quarantine. A version before did not say who. */
  release(id: string, done?: ReleasedBy): Promise<void>;
  /**
   * Removes everything of the location, or of many tasks a part. Whatever arrives meanwhile is to be sent again;
   * `staysClosed`: until this is called once more without it, too. A version before began anew at once.
   */
  remove(locationId: string, by: string, staysClosed?: boolean): Promise<Removed>;
  /** Takes over what is paused in every location; an older version is left. */
  learnPauses(everywhere: Everywhere): Promise<void>;
  /**
   * Repairs a lost alarm, and looks through HighLevel's export if that is due: once an hour, when `isHour` says so, or
   * sooner where webhooks may be lost; `null`: it is left alone. `toldAtMs`: when it told the directory last, by its own
   * clock; absent: nothing is to be told.
   */
  poke(isHour?: boolean | null, toldAtMs?: number | null): Promise<Poked>;
  /**
   * Stores a token that was asked for with its agency's, and returns whether it did: not in the place of another that is
   * good, and not if the app was uninstalled since it was asked for.
   */
  offerToken(locationId: string, token: SealedToken, askedAtMs: number): Promise<boolean>;
  /** The app was uninstalled: forgets its token. */
  uninstall(uninstall: Uninstall): Promise<Uninstalled>;
}

/** Asks an agency for a token of one of its locations, or why there is none. */
export type AgencyToken = (companyId: string, locationId: string) => Promise<Result<SealedToken, NoToken>>;

/** All calls of an agency that has the app installed. Each is durable once it resolves. */
export interface AgencyCalls {
  /** Stores the agency's token, and begins to give its locations theirs. */
  install(companyId: string, token: SealedToken): Promise<void>;
  /** The app was installed in one of its locations, before or after it was in the agency. */
  joined(install: Install & { readonly companyId: string }): Promise<void>;
  /** The app was uninstalled in one of its locations. */
  left(locationId: string, uninstall: Uninstall): Promise<void>;
  /** One of its locations was deleted here: it is given no other token until the app is installed there again. */
  deleted(locationId: string): Promise<void>;
  /** Lists its locations now: one may have joined. */
  look(): Promise<void>;
  /** The app was uninstalled in the agency: forgets its token. */
  uninstall(uninstall: Uninstall): Promise<Uninstalled>;
  /** Another token for a location whose own cannot be refreshed. */
  tokenFor(locationId: string): Promise<Result<SealedToken, NoToken>>;
  /** Repairs a lost alarm, and returns whether the app is installed. */
  poke(): Promise<{ isOpen: boolean }>;
  /** How it stands, and a page of its locations. */
  told(query: AgencyQuery): Promise<AgencyTold>;
}

/** All calls of the directory: which locations there are, and what was signed but names none. */
export interface DirectoryCalls extends QuarantineCalls {
  /** When the watchdog's trigger fired last, milliseconds since 1970; `null`: never. `isNow`: it fires. */
  watchdog(isNow?: boolean): Promise<number | null>;
  /** Notes that something came for a location today, and its name if it is known. */
  announce(locationId: string, name?: string | null): Promise<void>;
  /** Sets an alarm again that was lost, in each object of the directory: the watchdog of its parts. */
  wake(): Promise<void>;
  /** Asks a location's ledger now, and keeps what it tells. */
  look(locationId: string): Promise<void>;
  /** Whether something came of a location, or it has the app. */
  isKnown(locationId: string): Promise<boolean>;
  /** Forgets a location. */
  forget(locationId: string): Promise<void>;
  /** Calls a location by a name that somebody gave it; `null`: by HighLevel's. `false`: there is no such location. */
  callIt(locationId: string, name: string | null): Promise<boolean>;
  /** All locations, as the operator's home shows them, a page at a time. */
  home(query: HomeQuery): Promise<Home>;
  /** Between objects of the directory: takes over rows, as often as they come. */
  take(passed: readonly PassedLocation[]): Promise<void>;
  /** A part of the directory tells its ledgers what is paused everywhere, and how many know. */
  learn(everywhere: Everywhere): Promise<{ readonly locations: number; readonly told: number }>;
  /** None: a version before asked whom to poke. */
  toPoke(count: number): Promise<string[]>;
  toReconcile(count: number): Promise<string[]>;
  /** Notes that the app was installed in a location, with its agency and its name if they are known. */
  installed(locationId: string, companyId: string | null, name?: string | null): Promise<void>;
  /** Notes a location's name. */
  named(locationId: string, name: string): Promise<void>;
  /** Notes that the app is no longer installed in a location. */
  uninstalled(locationId: string): Promise<void>;
  /** The locations whose token came with an agency. */
  ofCompany(companyId: string, limit: number): Promise<string[]>;
  /** The agency that a location's token came with; `null`: none, or it is not known. */
  companyOf(locationId: string): Promise<string | null>;
  /** Notes whether an agency has the app installed. */
  agency(companyId: string, isInstalled: boolean): Promise<void>;
  /** The agencies that have the app installed, or had, by id, a page at a time. */
  knownAgencies(query: PageQuery): Promise<Page<"agencies", KnownAgency>>;
  /** Whether an agency has the app installed; `null`: it never had. */
  knownAgency(companyId: string): Promise<KnownAgency | null>;
  /** Agencies that have the app installed; of too many, a different part every five minutes. */
  agencies(count: number): Promise<string[]>;
  /** The locations by id, a page at a time. */
  locations(query: LocationQuery): Promise<Page<"locations", KnownLocation>>;
  /** Takes over the alerts of a location; an older version is left. */
  alerted(locationId: string, told: VersionedAlerts): Promise<void>;
  /** The alerts of all locations, by location, a page of locations at a time. */
  alerts(query: PageQuery): Promise<Page<"alerts", PlacedAlert>>;
  /** What is paused in every location. */
  everywhere(): Promise<Everywhere>;
  /** Pauses a rule everywhere or (`pause` is `null`) ends that, and tells the locations: most of them before it answers. */
  pauseEverywhere(note: AuditNote, rule: string, pause: Pause | null): Promise<EverywhereAnswer>;
  /** Notes an operator's action that is about to be done elsewhere, and returns its number. */
  actionBegins(note: AuditNote): Promise<number>;
  /** Notes what came of it; `null`: it was refused, and nothing is noted of it. */
  actionEnds(id: number, after: JsonObject | null): Promise<void>;
  /** What operators did that is of no location, newest first. */
  audit(query: PageQuery): Promise<Page<"audit", AuditEntry>>;
  /** Keeps signed bytes that could not be used. */
  quarantine(item: Quarantined): Promise<SetAside>;
  countIgnored(kind: string): Promise<SetAside>;
  /** Removes an item that an operator has ingested since from the quarantine. A version before did not say who. */
  release(id: string, done?: ReleasedBy): Promise<void>;
  /** Removes the items that name a contact, and returns how many there were. */
  eraseContact(contactId: string): Promise<number>;
}

/** What changes published rule sets, or which of them is in force. */
export interface RegistryChanges {
  /** Admits a folder as a build does, and keeps it as the next version. It is not in force by that. */
  publish(publication: Publication): Promise<Result<RuleSetVersion, Failure>>;
  /** Puts a version in force for somebody. */
  activate(version: number, activation: Activation, request: ChangeRequest): Promise<Result<RulesChange, Failure>>;
  /** Puts in force what was before the last change that was not taken back. */
  rollBack(request: ChangeRequest): Promise<Result<RulesChange, Failure>>;
}

/** All calls of the registry of published rule sets. Each is durable once it resolves. */
export interface RegistryCalls extends RegistryChanges {
  /** The versions, newest first. */
  versions(query: PageQuery): Promise<Page<"versions", RuleSetVersion>>;
  version(version: number): Promise<WholeVersion | undefined>;
  state(): Promise<RulesState>;
  /** What is in force. A location that asks is told of each change from then on. */
  inForce(locationId: string): Promise<InForce>;
  /** The rules of a set that are for a location, each as JSON; `null`: there is no such set. */
  rules(ruleSet: string, locationId: string): Promise<readonly string[] | null>;
  /** The set that decides where no canary does; `null`: that of the bundle, `same`: the one that is known by its hash. */
  liveSet(known: string | null): Promise<BuiltRules | "same" | null>;
  /** Whether a set that is or was in force for somebody has a rule of this name: what it planned may still wait. */
  hasRule(name: string): Promise<boolean>;
  /** A location is no longer told of changes, unless it asks again. */
  forget(locationId: string): Promise<void>;
  /** Ends the canary that a ledger knows from a change: it sent more than it was said to. */
  halt(change: number, locationId: string, why: string): Promise<void>;
}

/** Where events go. A location of `null` means that the payload names none. Each call is durable once it resolves. */
export interface EventStore {
  record(event: Event): Promise<Recorded | Counted>;
  quarantine(locationId: string | null, item: Quarantined): Promise<SetAside>;
  join(locationId: string, item: Quarantined): Promise<Recorded | SetAside>;
  countIgnored(locationId: string | null, kind: string): Promise<SetAside>;
  install(install: Install): Promise<void>;
  uninstall(place: UninstalledPlace, uninstall: Uninstall): Promise<Uninstalled>;
}

/** The name of every call: interfaces do not exist at run time. */
export type CallNames<Calls> = { readonly [Name in keyof Calls]: true };

/** The calls as implemented locally: they answer at once, or by a promise. */
export type Answering<Calls> = {
  [Name in keyof Calls]: Calls[Name] extends (...args: infer Args) => Promise<infer Answer>
    ? (...args: Args) => Answer | Promise<Answer>
    : never;
};

export const LEDGER_CALLS: CallNames<LedgerCalls> = {
  quarantined: true,
  findQuarantined: true,
  ignored: true,
  change: true,
  overview: true,
  rules: true,
  unknownWords: true,
  drift: true,
  hosts: true,
  events: true,
  event: true,
  knownContact: true,
  contacts: true,
  user: true,
  explain: true,
  explainWith: true,
  tryRule: true,
  divergence: true,
  export: true,
  deliveries: true,
  delivery: true,
  deliveryCounts: true,
  retry: true,
  releaseDelivery: true,
  cancel: true,
  retryDead: true,
  cancelScheduled: true,
  releaseDeliveries: true,
  discardDeliveries: true,
  tasks: true,
  gaps: true,
  reconciling: true,
  missing: true,
  completeTask: true,
  pauses: true,
  pause: true,
  resume: true,
  audit: true,
  act: true,
  token: true,
  checkToken: true,
  storeToken: true,
  forgetToken: true,
  alerts: true,
  testAlert: true,
  setAlerts: true,
  importRows: true,
  record: true,
  quarantine: true,
  join: true,
  countIgnored: true,
  release: true,
  remove: true,
  learnPauses: true,
  poke: true,
  eraseContact: true,
  putInForce: true,
  offerToken: true,
  uninstall: true,
};

export const AGENCY_CALLS: CallNames<AgencyCalls> = {
  install: true,
  joined: true,
  left: true,
  deleted: true,
  look: true,
  uninstall: true,
  tokenFor: true,
  poke: true,
  told: true,
};

export const REGISTRY_CALLS: CallNames<RegistryCalls> = {
  publish: true,
  versions: true,
  version: true,
  activate: true,
  rollBack: true,
  state: true,
  inForce: true,
  rules: true,
  liveSet: true,
  hasRule: true,
  forget: true,
  halt: true,
};

export const DIRECTORY_CALLS: CallNames<DirectoryCalls> = {
  quarantined: true,
  findQuarantined: true,
  ignored: true,
  watchdog: true,
  announce: true,
  wake: true,
  look: true,
  isKnown: true,
  forget: true,
  callIt: true,
  home: true,
  take: true,
  learn: true,
  toPoke: true,
  toReconcile: true,
  installed: true,
  named: true,
  uninstalled: true,
  ofCompany: true,
  companyOf: true,
  agency: true,
  knownAgencies: true,
  knownAgency: true,
  agencies: true,
  locations: true,
  alerted: true,
  alerts: true,
  everywhere: true,
  pauseEverywhere: true,
  actionBegins: true,
  actionEnds: true,
  audit: true,
  quarantine: true,
  countIgnored: true,
  release: true,
  eraseContact: true,
};
