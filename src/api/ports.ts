// What the operator's API asks of the rest. Every call is an RPC to a ledger or the directory.
import type { SealedToken } from "../highlevel/sealed-token.ts";
import type { Decided } from "../match/decide.ts";
import type { Configuration } from "../model/configuration.ts";
import type { Event } from "../model/event.ts";
import type { Delivery, DeliveryCounts, DeliveryFilter } from "../model/delivery.ts";
import type { Failure } from "../model/failure.ts";
import type {
  DeliveryQuery,
  Erased,
  EventStory,
  IgnoredKind,
  KnownLocation,
  LocationQuery,
  LogEntry,
  LogQuery,
  PageQuery,
  Quarantined,
  TaskQuery,
} from "../model/ledger.ts";
import type { TriedRule } from "../model/playground.ts";
import type { Result } from "../kit/result.ts";
import type { Rule, RuleSet } from "../model/rule.ts";
import type { Buckets, HostState, Overview, RuleStatistics } from "../model/statistics.ts";
import type { Task } from "../model/task.ts";
import type { KeptToken } from "../model/token.ts";
import type { DoorPorts } from "./door.ts";

/** A page of something, under its own name, and the cursor of the next one. */
type Page<Name extends string, Item> = { [N in Name]: Item[] } & { cursor: string | null };

/** What is kept for a location, or for none. */
export interface HeldReader {
  quarantined(query: PageQuery): Promise<Page<"quarantined", Quarantined>>;
  findQuarantined(id: string): Promise<Quarantined | undefined>;
  ignored(): Promise<IgnoredKind[]>;
}

/** The ledger of one location, as the operator sees it. */
interface LedgerReader extends HeldReader {
  change(): Promise<string>;
  overview(buckets: Buckets): Promise<Overview>;
  rules(buckets: Buckets): Promise<RuleStatistics>;
  hosts(): Promise<HostState[]>;
  events(query: LogQuery): Promise<Page<"events", LogEntry>>;
  explain(event: Event): Promise<Decided>;
  explainWith(draft: Rule, event: Event): Promise<Decided | null>;
  tryRule(rule: Rule, limit: number): Promise<TriedRule>;
  event(key: string, contactId?: string): Promise<EventStory | undefined>;
  deliveries(query: DeliveryQuery): Promise<Page<"deliveries", Delivery>>;
  delivery(deliveryId: string): Promise<Delivery | undefined>;
  deliveryCounts(filter: DeliveryFilter): Promise<DeliveryCounts>;
  retryDead(filter: DeliveryFilter, limit?: number): Promise<{ retried: number; more: boolean }>;
  cancelScheduled(filter: DeliveryFilter, limit?: number): Promise<{ cancelled: number; more: boolean }>;
  releaseDeliveries(filter: DeliveryFilter, limit?: number): Promise<{ released: number; more: boolean }>;
  discardDeliveries(filter: DeliveryFilter, limit?: number): Promise<{ discarded: number; more: boolean }>;
  retry(deliveryId: string): Promise<Result<Delivery, Failure>>;
  releaseDelivery(deliveryId: string): Promise<Result<Delivery, Failure>>;
  cancel(deliveryId: string): Promise<Result<Delivery, Failure>>;
  tasks(query: TaskQuery): Promise<Page<"tasks", Task>>;
  completeTask(taskId: string): Promise<Result<Task, Failure>>;
  token(): Promise<KeptToken | null>;
  storeToken(locationId: string, token: SealedToken): Promise<KeptToken | null>;
  forgetToken(): Promise<void>;
}

export interface ApiPorts extends DoorPorts {
  readonly configuration: Configuration;
  readonly ruleSet: RuleSet;
  readonly ledger: (locationId: string) => LedgerReader;
  /** What was signed and names no location. */
  readonly unplaced: HeldReader;
  readonly locations: (query: LocationQuery) => Promise<Page<"locations", KnownLocation>>;
  /** Takes a quarantined body in once more; it leaves the quarantine if it is usable now. */
  readonly ingest: (item: Quarantined, locationId: string | null) => Promise<Result<unknown, Failure>>;
  /** Erases a contact in the ledger and everywhere else. */
  readonly eraseContact: (locationId: string, contactId: string) => Promise<Erased>;
}
