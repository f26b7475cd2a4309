// What a deployment tells of how it is set up, to whoever looks for what is wrong with it: no secret, and no part of one.
import type { BINDINGS } from "./bindings.ts";

/** What only the deployment itself knows. */
export interface DeploymentTold {
  /** Names the code that it was built from. */
  readonly version: string;
  /** The variables that may be shown, as they are written. */
  readonly variables: { readonly [name: string]: string };
  /** The names of all other strings that are set: secrets. */
  readonly secrets: readonly string[];
  /** What is not bound. */
  readonly missing: readonly (keyof typeof BINDINGS)[];
  /** Whether the namespace of tasks answers. */
  readonly tasks: boolean;
  /** ISO 8601, UTC: when the watchdog's trigger fired last; `null`: never, or the directory does not answer. */
  readonly watchdogAt: string | null;
  /** The places, other than the one that is set, in which there are locations; `any`: no place in particular. */
  readonly elsewhere: readonly string[];
}

/** All of it. */
export interface Health extends DeploymentTold {
  /** ISO 8601, UTC: its clock. */
  readonly now: string;
  /** The hash of the rule set in force. */
  readonly ruleSet: string;
  /** Whether HighLevel's published key is among those that verify webhooks. */
  readonly isHighLevelsKey: boolean;
  /** Secrets that are set and of no use, by name. */
  readonly unusable: readonly string[];
}
