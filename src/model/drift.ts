// What the drift radar counts and finds: which words the facts of a location's events really have, beside what its rules test.
/** What was seen at one place of events, such as the fact `status`. */
export interface PlaceCounts {
  /** On how many events it was there. */
  readonly present: number;
  /** How often it had each word; of a place that only rules name, the words that they compare with. */
  readonly words: { readonly [word: string]: number };
  /** How often it had another word, or was no single value. */
  readonly others: number;
}

/** What was seen on the events of one kind and channel. */
export interface GroupCounts {
  /** The events that were looked at: what an instance of the ledger saw in its last minutes may be missing. */
  readonly events: number;
  readonly places: { readonly [place: string]: PlaceCounts };
}

/** What was seen on one day, by kind and channel as `groupOf` names them. */
export interface DayCounts {
  readonly [group: string]: GroupCounts;
}

/** The name of the events of a kind and channel; `null`: they have none. */
export function groupOf(kind: string, channel: string | null): string {
  return channel === null ? kind : `${kind} ${channel}`;
}

/**
 * `never`: a word that a rule tests does not come. `new-word`: a place that a rule tests has a word that was never seen
 * before. `vanished`: a place that a rule tests is not there any more. `silent`: a rule that fired regularly does not.
 */
const DRIFTS = ["never", "new-word", "vanished", "silent"] as const;

/** One thing that has drifted, or never was as a rule takes it to be. */
export interface DriftFinding {
  readonly what: (typeof DRIFTS)[number];
  readonly rule: string;
  /** The place, as `status` or `payload $.plan`; absent for `silent`. */
  readonly place?: string;
  /** The words in question. */
  readonly words?: readonly string[];
  /** On how many events it was looked for; for `silent` for how many hours it has not fired. */
  readonly seen: number;
  /** The words that came instead, and how often, the most frequent first; for `new-word` how often the new one did. */
  readonly came?: readonly { readonly word: string; readonly times: number }[];
  /** For `vanished` the least share of a day's events that had it, 0…1; for `silent` the longest silence before, in hours. */
  readonly usual?: number;
  /** It is news that somebody has to look at. `never` is not: the rule may wait for something rare. */
  readonly isAlert: boolean;
  /** How likely it would be by chance, 0…1; absent for `never`. */
  readonly chance?: number;
}

/** What events of one kind and channel had in all the days. */
export interface DriftGroup extends GroupCounts {
  readonly kind: string;
  /** `null`: events of this kind have none. */
  readonly channel: string | null;
  /** On how many of them words were counted: `channel` and `outcome` are counted on each. */
  readonly looked: number;
}

/** The answer of `GET /api/locations/:l/drift`. */
export interface Drift {
  /** ISO 8601, UTC: the beginning of the first day that is counted. */
  readonly since: string;
  readonly until: string;
  readonly findings: readonly DriftFinding[];
  /** The most frequent first. */
  readonly groups: readonly DriftGroup[];
}
