// Published rule sets: what a running Worker was given beside the set that it was built with, and for whom it is in force.
import type { Json } from "../kit/json.ts";
import type { CheckedRule, Finding, Rule } from "./rule.ts";

/** Where the rules in force come from: the Worker's bundle, or what was published to it. */
export const RULES_FROM = ["deploy", "published"] as const;
export type RulesFrom = (typeof RULES_FROM)[number];

/** A set that decides for some contacts before it does for all. */
export interface Canary {
  /** Hash of the set. */
  readonly ruleSet: string;
  /** Location ids; empty: every location. */
  readonly locations: readonly string[];
  /** The share of contacts, above 0 and up to 1; the same contacts in every canary. */
  readonly share: number;
  /** How many messages it may send in one location within an hour before it halts itself; `null`: any number. */
  readonly messagesPerHour: number | null;
}

/** Which sets decide, since which change. */
export interface InForce {
  /** One more with each change; 0: nothing was ever published. */
  readonly change: number;
  /** Hash of the set that decides; `null`: the one of the bundle. */
  readonly live: string | null;
  readonly canary: Canary | null;
  /** Hash of the set that decides beside the others, of which nothing leaves. */
  readonly shadow: string | null;
}

/** As it is before anything is published. */
export const NOTHING_PUBLISHED: InForce = { change: 0, live: null, canary: null, shadow: null };

/** A file as it was published. */
export interface PublishedFile {
  /** Its name within the folder of rules: `missed-call.json`. */
  readonly file: string;
  readonly text: string;
}

/** The files of a published folder. */
export interface PublishedFiles {
  readonly rules: readonly PublishedFile[];
  readonly conditions: readonly PublishedFile[];
}

/** A folder that is to be published. */
export interface Publication {
  readonly files: PublishedFiles;
  /** Why, in the author's words. */
  readonly note: string;
  readonly author: string | null;
  /** The version that it was made from, 0: none. Another one is not overwritten unseen. */
  readonly over: number;
  /** What a replay said of it, as `rules replay --json` has it; `null`: nobody asked. */
  readonly replay: Json;
}

/** One published version. */
export interface RuleSetVersion {
  /** From 1 on. */
  readonly version: number;
  /** The hash that decisions name. */
  readonly ruleSet: string;
  /** ISO 8601, UTC. */
  readonly publishedAt: string;
  readonly author: string | null;
  readonly note: string;
  /** How many rules it has. */
  readonly rules: number;
  /** Warnings of admission. */
  readonly findings: readonly Finding[];
}

/** A version with everything that is kept of it. */
export interface WholeVersion extends RuleSetVersion {
  readonly files: PublishedFiles;
  /** The rules that its files make, in the order in which they are decided. */
  readonly admitted: readonly Rule[];
  readonly checked: readonly CheckedRule[];
  readonly replay: Json;
}

/** For whom a version is put in force. */
export type Activation =
  | { readonly for: "all" }
  | { readonly for: "shadow" }
  /** Out of the shadow, and no canary any more. */
  | { readonly for: "nobody" }
  | ({ readonly for: "canary" } & Omit<Canary, "ruleSet">);

/** Who asks for a change, and on which state. */
export interface ChangeRequest {
  readonly by: string | null;
  readonly reason: string;
  /** The change that whoever asks has seen last; another one since is not overwritten. `null`: whatever it is. */
  readonly after: number | null;
}

/** Why the sets in force changed. */
export type ChangeKind = "activate" | "roll-back" | "halt" | "not-admitted";

/** One change of the sets in force. */
export interface RulesChange extends InForce {
  readonly at: string;
  readonly by: string | null;
  readonly what: ChangeKind;
  /** The version it was about; `null`: none. */
  readonly version: number | null;
  readonly reason: string;
}

/** Which sets decide, with the versions that they were published as; `null`: no set, or that of the bundle. */
export interface InForceVersions extends InForce {
  readonly liveVersion: number | null;
  readonly canaryVersion: number | null;
  readonly shadowVersion: number | null;
}

/** What is in force, and how far it is known. */
export interface RulesState {
  readonly rulesFrom: RulesFrom;
  readonly inForce: InForceVersions;
  /** What a roll-back would put in force; `null`: there is nothing to roll back to. */
  readonly before: InForceVersions | null;
  /** Hash of the set of the bundle. */
  readonly bundled: string;
  /** How many locations there are, and how many of them know of the last change. */
  readonly locations: number;
  readonly told: number;
  /** The last changes, newest first. */
  readonly changes: readonly RulesChange[];
}

/** How a shadow's decision differs on an event, by rule. */
export type DivergenceHow = "more" | "less" | "other";

/** A rule that would have done otherwise on an event. */
export interface Divergence {
  readonly eventKey: string;
  readonly contactId: string;
  /** When the event was decided, ISO 8601, UTC. */
  readonly at: string;
  readonly rule: string;
  /** `more`: it would have fired; `less`: it would not have; `other`: it would have done something else. */
  readonly how: DivergenceHow;
  /** Hash of the set in the shadow. */
  readonly ruleSet: string;
  /** What the set in the shadow would have done, as actions; absent: nothing, or it is too much to keep. */
  readonly actions?: Json | undefined;
}

/** How far the set in the shadow agrees, and where it does not. */
export interface DivergencePage {
  /** Newest first. */
  readonly divergence: readonly Divergence[];
  readonly cursor: string | null;
  /** Hash of the set in the shadow; `null`: there is none. */
  readonly shadow: string | null;
  /** How often each rule would have done otherwise since the set came into the shadow. */
  readonly rules: readonly {
    readonly rule: string;
    readonly more: number;
    readonly less: number;
    readonly other: number;
  }[];
  /** How many contacts it concerns. */
  readonly contacts: number;
  /** More were seen than are kept: the counts go no further. */
  readonly isFull: boolean;
}

/** The same as the API answers it. */
export interface ShadowPage extends DivergencePage {
  /** The version of the set in the shadow; `null`: there is none, or another one by now. */
  readonly shadowVersion: number | null;
}
