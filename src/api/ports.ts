// What the operator's API asks of the rest. Every call is an RPC to a ledger or the directory. What changes something takes
// a note for the audit log: there is no way around it.
import type { Result } from "../kit/result.ts";
import type { AuditNote } from "../model/audit.ts";
import type {
  AgencyCalls,
  ChangingCalls,
  DirectoryCalls,
  QuarantineCalls,
  ReadingCalls,
  RegistryCalls,
  RegistryChanges,
} from "../model/rpc.ts";
import type { Configuration } from "../model/configuration.ts";
import type { Failure } from "../model/failure.ts";
import type { DeploymentTold } from "../model/health.ts";
import type { Erased, Quarantined, Removed } from "../model/ledger.ts";
import type { EverywhereAnswer, Pause } from "../model/pause.ts";
import type { RuleSet } from "../model/rule.ts";
import type { DoorPorts } from "./door.ts";

/** What a call that changes nothing has. */
export interface ReadPorts extends DoorPorts {
  readonly configuration: Configuration;
  readonly ruleSet: RuleSet;
  readonly health: () => Promise<DeploymentTold>;
  readonly ledger: (locationId: string) => ReadingCalls;
  /** What was signed and names no location. */
  readonly unplaced: QuarantineCalls;
  /** The published rule sets. */
  readonly registry: Pick<RegistryCalls, "versions" | "version" | "state">;
  readonly locations: Pick<DirectoryCalls, "locations" | "isKnown" | "home">;
  /** The alerts of all locations, and whether one would arrive where all go; what the guard has against a URL. */
  readonly alerts: DirectoryCalls["alerts"];
  readonly testAlert: () => Promise<Result<{ readonly status: number | null }, Failure>>;
  readonly refusedUrl: (url: string) => string | null;
  /** What is paused in every location, and what operators did in all of them. */
  readonly everywhere: DirectoryCalls["everywhere"];
  readonly audit: DirectoryCalls["audit"];
  /** Which agencies have the app installed, or had. */
  readonly agencies: Pick<DirectoryCalls, "knownAgencies" | "knownAgency">;
  readonly agency: (companyId: string) => Pick<AgencyCalls, "told">;
}

/** What a call that changes something has besides. */
interface ChangePorts {
  readonly changes: (locationId: string, note: AuditNote) => ChangingCalls;
  readonly rules: (note: AuditNote) => RegistryChanges;
  /** Whether there is a rule of this name that may decide somewhere, or may have decided what still waits. */
  readonly isRule: (name: string) => Promise<boolean>;
  readonly pauseEverywhere: (note: AuditNote, rule: string, pause: Pause | null) => Promise<EverywhereAnswer>;
  /** Takes a quarantined body in once more; it leaves the quarantine if it is usable now. */
  readonly ingest: (note: AuditNote, item: Quarantined, locationId: string | null) => Promise<Result<unknown, Failure>>;
  /** Calls a location by a name; `null`: by HighLevel's. Whether there is such a location. */
  readonly callIt: (note: AuditNote, locationId: string, name: string | null) => Promise<boolean>;
  /** Deletes a location everywhere, or a part of it. */
  readonly deleteLocation: (note: AuditNote, locationId: string) => Promise<Removed>;
  /** Erases a contact in the ledger and everywhere else. */
  readonly eraseContact: (note: AuditNote, locationId: string, contactId: string) => Promise<Erased>;
}

export interface ApiPorts extends ReadPorts, ChangePorts {}
