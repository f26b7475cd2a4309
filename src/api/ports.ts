// What the operator's API asks of the rest. Every call is an RPC to a ledger or the directory.
import type { Decided } from "../match/decide.ts";
import type { Configuration } from "../model/configuration.ts";
import type { Event } from "../model/event.ts";
import type { Delivery, DeliveryFilter, DeliveryState } from "../model/delivery.ts";
import type { Failure } from "../model/failure.ts";
import type {
  Erased,
  EventStory,
  IgnoredKind,
  KnownLocation,
  LogEntry,
  LogQuery,
  PageQuery,
  Quarantined,
} from "../model/ledger.ts";
import type { TriedRule } from "../model/playground.ts";
import type { Result } from "../model/result.ts";
import type { Rule, RuleSet } from "../model/rule.ts";
import type { Task } from "../model/task.ts";
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
  events(query: LogQuery): Promise<Page<"events", LogEntry>>;
  explain(event: Event, draft?: Rule): Promise<Decided>;
  tryRule(rule: Rule, limit: number): Promise<TriedRule>;
  event(key: string): Promise<EventStory | undefined>;
  deliveries(query: PageQuery & { state?: DeliveryState | undefined }): Promise<Page<"deliveries", Delivery>>;
  retryDead(filter: DeliveryFilter): Promise<{ retried: number; more: boolean }>;
  retry(deliveryId: string): Promise<Result<Delivery, Failure>>;
  cancel(deliveryId: string): Promise<Result<Delivery, Failure>>;
  tasks(query: PageQuery & { state?: Task["state"] | undefined }): Promise<Page<"tasks", Task>>;
  completeTask(taskId: string): Promise<Result<Task, Failure>>;
}

export interface ApiPorts extends DoorPorts {
  readonly configuration: Configuration;
  readonly ruleSet: RuleSet;
  readonly ledger: (locationId: string) => LedgerReader;
  /** What was signed and names no location. */
  readonly unplaced: HeldReader;
  readonly locations: (query: PageQuery) => Promise<Page<"locations", KnownLocation>>;
  /** Takes a quarantined body in once more; it leaves the quarantine if it is usable now. */
  readonly ingest: (item: Quarantined, locationId: string | null) => Promise<Result<unknown, Failure>>;
  /** Erases a contact in the ledger and everywhere else. */
  readonly eraseContact: (locationId: string, contactId: string) => Promise<Erased>;
}
