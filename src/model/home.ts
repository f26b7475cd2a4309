// All locations on one page: what the ledger of each tells the directory, and what the operator is told of them.

/** Hours that are counted: a day. */
export const HOURS = 24;
export const HOUR_MS = 3_600_000;
/** A ledger's events are news to the directory for so long: what comes within that time of the first is told with it. */
export const NEWS_MS = 300_000;

/** Counts of a day, one for each hour, oldest first. */
export interface DayHours {
  readonly events: readonly number[];
  /** Rules that fired. */
  readonly fired: readonly number[];
}

/** What a ledger tells of its day, if there is news of that. */
export interface ToldDay extends DayHours {
  /** When the first hour begins, milliseconds since 1970. */
  readonly fromMs: number;
  /** When the last event came, milliseconds since 1970; `null`: none that is kept. */
  readonly lastEventMs: number | null;
}

/** What a ledger tells with its answer to a poke. */
export interface ToldLocation {
  /** By its clock, milliseconds since 1970. */
  readonly atMs: number;
  /** What HighLevel calls it; `null`: it was not asked, or would not say. */
  readonly name: string | null;
  readonly waiting: number;
  readonly held: number;
  readonly dead: number;
  /** Open tasks whose date has passed. */
  readonly overdue: number;
  /** The whole location is paused. */
  readonly paused: boolean;
  /** Rules that are paused there alone. */
  readonly pausedRules: number;
  /** When this changes by itself, because a task is due or a pause ends, milliseconds since 1970; `null`: it does not. */
  readonly againMs: number | null;
  /** `null`: nothing came since it was told last. */
  readonly day: ToldDay | null;
}

/** A location on the operator's home. */
export interface LocationOverview extends Pick<
  ToldLocation,
  "waiting" | "held" | "dead" | "overdue" | "paused" | "pausedRules"
> {
  readonly locationId: string;
  /** What somebody called it, else what HighLevel does; `null`: neither is known. */
  readonly name: string | null;
  /** ISO 8601, UTC; `null`: none is known. */
  readonly lastEventAt: string | null;
  /** Of the last 24 hours. */
  readonly events: number;
  readonly fired: number;
  /** Open alerts. */
  readonly alerts: number;
  readonly hours: DayHours;
  /** ISO 8601, UTC: when its ledger was asked last and had something to tell; `null`: it has not told anything yet. */
  readonly toldAt: string | null;
}

/** By what locations are sorted: names ascending, all others descending. */
export const HOME_SORTS = [
  "trouble", "name", "lastEvent", "events", "fired", "waiting", "held", "dead", "overdue", "alerts",
] as const; // prettier-ignore
export type HomeSort = (typeof HOME_SORTS)[number];

/** Which locations are shown: those with any trouble, or with one. */
export const TROUBLES = ["any", "held", "dead", "overdue", "paused", "alerts"] as const;
type Trouble = (typeof TROUBLES)[number];

/** Which locations are asked for. */
export interface HomeQuery {
  /** Part of an id or of a name, ignoring case. */
  readonly search?: string | undefined;
  readonly sort?: HomeSort | undefined;
  readonly trouble?: Trouble | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Sums over all locations that a search finds, whichever of them a page shows. */
export interface HomeTotals {
  readonly locations: number;
  readonly events: number;
  readonly fired: number;
  readonly waiting: number;
  readonly held: number;
  readonly dead: number;
  readonly overdue: number;
  readonly alerts: number;
  /** Locations that are paused, and those with any trouble. */
  readonly paused: number;
  readonly troubled: number;
}

/** A page of the operator's home. */
export interface Home {
  readonly locations: readonly LocationOverview[];
  readonly cursor: string | null;
  readonly totals: HomeTotals;
  /** Of all locations that a search finds. */
  readonly hours: DayHours;
  /** ISO 8601, UTC: when the first of the hours begins. */
  readonly hoursFrom: string;
}

/** A row of the directory, as one of its objects passes it on to another. Times are milliseconds since 1970. */
export interface PassedLocation {
  readonly locationId: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly companyId: string | null;
  readonly name: string | null;
  readonly givenName: string | null;
  readonly told: number;
}
