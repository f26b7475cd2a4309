// The promises about agencies and the tokens of their sub-accounts, checked on what was seen of a few hours in which
// everything that names them comes late, twice or never, and then of some hours of peace.

/** A sub-account at the end. */
export interface SeenLocation {
  readonly id: string;
  /** Whether HighLevel has the app installed there, by its agency. */
  readonly isInstalled: boolean;
  /** Whether the Worker may serve it, and whether it ever might. */
  readonly isAdmitted: boolean;
  readonly wasAdmitted: boolean;
  /** Whether the last that HighLevel posted of it, or of its agency, says that the app is gone, and arrived. */
  readonly isToldGone: boolean;
  /** The state of the token in its ledger; `null`: there never was one. */
  readonly tokenState: string | null;
  /** What it was before the ledger used it. */
  readonly heldAs: string | null;
  /** Whose token it is, by HighLevel; `null`: HighLevel does not know it any more. */
  readonly tokenOf: string | null;
  /** What HighLevel calls it, and what the directory does. */
  readonly name: string;
  readonly knownName: string | null;
}

/** What was seen. */
export interface AgencySeen {
  readonly locations: readonly SeenLocation[];
  /** Whether HighLevel has the app installed in the agency. */
  readonly isInstalled: boolean;
  /** Whether the last that HighLevel posted of the agency says that the app is gone, and arrived. */
  readonly isToldGone: boolean;
  readonly tokenState: string | null;
  readonly wanting: number;
  /** When the object died. */
  readonly stops: number;
  readonly tooMany: { readonly total: number };
  readonly mistakes: readonly string[];
}

/** Every promise by its name. */
export const AGENCIES: { readonly [name: string]: (seen: AgencySeen) => Iterable<string> } = {
  "each admitted sub-account has its token": function* ({ locations, isInstalled, tokenState }) {
    if (!isInstalled || tokenState !== "active") return;
    for (const { id, isInstalled: has, isAdmitted, tokenState: state, tokenOf } of locations)
      if (has && isAdmitted && (state !== "active" || tokenOf === null)) yield `${id} has none that is good: ${state}`;
  },
  "no sub-account has another's token": function* ({ locations }) {
    for (const { id, tokenOf } of locations)
      if (tokenOf !== null && tokenOf !== id) yield `${id} has that of ${tokenOf}`;
  },
  "no token lives on after its UNINSTALL, or its agency's": function* ({ locations, isToldGone, tokenState }) {
    if (isToldGone && tokenState === "active") yield "that of the agency does";
    for (const { id, isInstalled, isToldGone: its, heldAs } of locations)
      if (its && !isInstalled && heldAs === "active") yield `that of ${id} does`;
  },
  "nobody has a token who was never admitted": function* ({ locations }) {
    for (const { id, wasAdmitted, tokenState } of locations)
      if (!wasAdmitted && tokenState !== null) yield `${id} has one`;
  },
  "names are those of HighLevel": function* ({ locations, isInstalled, tokenState }) {
    if (!isInstalled || tokenState !== "active") return;
    for (const { id, isInstalled: has, isAdmitted, name, knownName } of locations)
      if (has && isAdmitted && name !== knownName) yield `${id} is ${knownName} and not ${name}`;
  },
  "an agency comes to rest": ({ wanting }) => (wanting > 0 ? [`${wanting} still want a token`] : []),
  "an agency keeps to HighLevel's limits": ({ tooMany, stops }) =>
    tooMany.total > stops ? [`HighLevel said 429 ${tooMany.total} times, after ${stops} stops`] : [],
  "every call is as HighLevel publishes it": ({ mistakes }) => mistakes,
};

/** What a run violates: the promise, and what was observed. */
export function agencyViolations(seen: AgencySeen): string[] {
  return Object.entries(AGENCIES).flatMap(([name, holds]) => [...holds(seen)].map((found) => `${name}: ${found}`));
}
