// A pause: nothing of a rule, or of a location, leaves until it ends.

/** What a pause is of: all of a location, one rule there, or one rule in every location. */
type PauseScope = "location" | "rule" | "everywhere";

/** A pause in force. Times are ISO 8601, UTC. */
export interface Pause {
  readonly scope: PauseScope;
  /** `null`: all rules, with the scope `location`. */
  readonly rule: string | null;
  readonly since: string;
  /** `null`: until somebody ends it. */
  readonly until: string | null;
  readonly reason: string;
  /** Who paused it: the name of a token, or of a person whom Cloudflare Access let in. */
  readonly by: string;
}

/** What a pause is asked with. */
export interface PauseRequest {
  /** Absent: until somebody ends it. */
  readonly until?: string;
  readonly reason: string;
}

/** What was paused when an event was decided. */
export interface PausedThen {
  /** `null`: every rule. */
  readonly rule: string | null;
  /** A clause for people: by whom, since when, and why. */
  readonly why: string;
}

/** Pauses of rules in every location, as the directory has them; a later version replaces one before. */
export interface Everywhere {
  readonly version: number;
  readonly pauses: readonly Pause[];
}

/** What became of a pause: what is in force for the rule or location now, and how much waits for a person. */
export interface PauseAnswer {
  /** `null`: nothing is paused. After one was ended, another may still be in force. */
  readonly pause: Pause | null;
  /** Deliveries that became due while it was in force: they are held until somebody releases or discards them. */
  readonly held: number;
}

/** The same of a rule in every location, and how many locations know of it already. */
export interface EverywhereAnswer {
  readonly pause: Pause | null;
  readonly locations: number;
  /** The others are told within seconds, for as long as it takes. */
  readonly told: number;
}

/** A reason is a sentence. */
export const MAX_REASON = 200;
/** More rules at once are a location. */
export const MAX_PAUSES = 50;

/** A pause as the end of a sentence: `by ops since 2026-03-04T12:00:00.000Z: the price in the text is wrong`. */
export function pauseInWords({ scope, since, until, reason, by }: Pause): string {
  return `${PLACES[scope]}by ${by} since ${since}${until === null ? "" : ` until ${until}`}: ${reason}`;
}

const PLACES: { readonly [Scope in PauseScope]: string } = {
  location: "with the whole location, ",
  rule: "",
  everywhere: "in every location, ",
};

/** The pause that holds for a rule; `null`: none. */
export function pauseOf(pauses: readonly Pause[], rule: string): Pause | null {
  return pauses.find((one) => one.rule === null || one.rule === rule) ?? null;
}
