// What the operator's API asks of the rest. Every call is an RPC to a ledger or the directory.
import type { Result } from "../kit/result.ts";
import type { AgencyCalls, DirectoryCalls, OperatorCalls, QuarantineCalls } from "../model/rpc.ts";
import type { Configuration } from "../model/configuration.ts";
import type { Failure } from "../model/failure.ts";
import type { Erased, Quarantined } from "../model/ledger.ts";
import type { RuleSet } from "../model/rule.ts";
import type { DoorPorts } from "./door.ts";

export interface ApiPorts extends DoorPorts {
  readonly configuration: Configuration;
  readonly ruleSet: RuleSet;
  readonly ledger: (locationId: string) => OperatorCalls;
  /** What was signed and names no location. */
  readonly unplaced: QuarantineCalls;
  readonly locations: DirectoryCalls["locations"];
  /** Which agencies have the app installed, or had. */
  readonly agencies: Pick<DirectoryCalls, "knownAgencies" | "knownAgency">;
  readonly agency: (companyId: string) => Pick<AgencyCalls, "told">;
  /** Takes a quarantined body in once more; it leaves the quarantine if it is usable now. */
  readonly ingest: (item: Quarantined, locationId: string | null) => Promise<Result<unknown, Failure>>;
  /** Erases a contact in the ledger and everywhere else. */
  readonly eraseContact: (locationId: string, contactId: string) => Promise<Erased>;
}
