// One process of a simulation: plants its mutant, then runs seeds until one fails. Started by sim.ts.
import type { History } from "../history.ts";
import { answerAtOnce } from "./determinism.ts";
import { plant } from "./mutate.ts";
import { MUTANTS } from "./mutants.ts";
import { endIfStuck } from "./stuck.ts";

/** What a seed has runs of: a location and its variants, and what has a simulation of its own. */
export type RunKind =
  | "location"
  | "missed"
  | "agency"
  | "mails"
  | "alerts"
  | "published"
  | "deleting"
  | "ahead"
  | "full";

/** Which seeds to run. */
export interface Job {
  readonly seeds: readonly number[];
  /** Only the runs of one kind, at every seed; absent: of each kind, as often as it has its turn. */
  readonly only?: RunKind | undefined;
  readonly mutant?: string | undefined;
}

/** The result. */
export interface Found {
  readonly seeds: number;
  readonly events: number;
  readonly calls: number;
  readonly interrupted: number;
  readonly failed: { readonly seed: number; readonly violations: readonly string[] } | null;
}

/** One in so many has another run, in which the clock is ahead for a minute, by more than everything may last. */
const AHEAD_EVERY = 8;
const AHEAD_MS = 20 * 86_400_000;
/** One in so many has another one, of a ledger that is full from its first event on. */
const FULL_EVERY = 7;

/** Runs seeds in this process; `tell` is called after each. */
async function runSeeds({ seeds, mutant, only }: Job, tell: (found: Found) => void): Promise<Found> {
  const planted = MUTANTS.find(({ name }) => name === mutant);
  const checkPlanted = planted && plant(planted);
  answerAtOnce();
  // Imported only after the bug is planted: what they load of the product has to be loaded with it.
  const [
    { simulate },
    { violations, AHEAD, FULL },
    { simulateMissed },
    { violationsIn },
    { simulatePublished },
    { violationsOfPublished },
    { simulateAgency },
    { agencyViolations },
    { simulateMails },
    { mailViolations },
    { simulateAlerts },
    { alertViolations },
    { simulateDeleting },
    { deletingViolations },
  ] = await Promise.all([
    import("./run.ts"),
    import("../checker.ts"),
    import("./missed.ts"),
    import("../missed.ts"),
    import("./published.ts"),
    import("../published.ts"),
    import("./agencies.ts"),
    import("../agencies.ts"),
    import("./mails.ts"),
    import("../mails.ts"),
    import("./alerts.ts"),
    import("../alerts.ts"),
    import("./deleting.ts"),
    import("../deleting.ts"),
  ]);
  checkPlanted?.();
  const isDone = endIfStuck();
  const seen = { seeds: 0, events: 0, calls: 0, interrupted: 0 };
  for (const seed of seeds) {
    const found = await quietly(async () => {
      const take = (history: Pick<History, "events" | "calls" | "interrupted">): void => {
        seen.events += history.events.length;
        seen.calls += history.calls.length;
        seen.interrupted += history.interrupted.length;
      };
      // Each seed has a run of its own, and a second one by what is left of it.
      const runs: readonly [kind: RunKind, every: number, at: number, () => Promise<string[]>][] = [
        ["location", 1, 0, () => simulate(seed).then((history) => (take(history), violations(history)))],
        [
          "missed",
          3,
          0,
          () => simulateMissed(seed).then((missed) => ((seen.events += missed.events.length), violationsIn(missed))),
        ],
        ["agency", 3, 1, () => simulateAgency(seed).then(agencyViolations)],
        ["mails", 3, 2, () => simulateMails(seed).then(mailViolations)],
        ["alerts", 3, 1, () => simulateAlerts(seed).then(alertViolations)],
        ["deleting", 3, 2, () => simulateDeleting(seed).then(deletingViolations)],
        ["published", 3, 1, () => simulatePublished(seed).then(violationsOfPublished)],
        [
          "ahead",
          AHEAD_EVERY,
          0,
          () => simulate(seed, { aheadMs: AHEAD_MS }).then((history) => (take(history), violations(history, AHEAD))),
        ],
        [
          "full",
          FULL_EVERY,
          0,
          () => simulate(seed, { maxBytes: 1 }).then((history) => (take(history), violations(history, FULL))),
        ],
      ];
      for (const [kind, every, at, run] of runs) {
        const isAsked = only === undefined ? seed % every === at : kind === only;
        const found = isAsked ? await run() : [];
        if (found.length > 0) return found;
      }
      return [];
    });
    isDone();
    seen.seeds += 1;
    if (found.length > 0) return { ...seen, failed: { seed, violations: found } };
    tell({ ...seen, failed: null });
  }
  return { ...seen, failed: null };
}

/** Silences what a ledger logs; an unhandled rejection is a violation. */
async function quietly(work: () => Promise<string[]>): Promise<string[]> {
  const { log, error } = console;
  console.log = console.error = () => undefined;
  const unheard: string[] = [];
  const hear = (reason: unknown): void => {
    if (!isOfAGoneObject(reason)) unheard.push(`a rejection that nobody hears: ${String(reason)}`);
  };
  process.on("unhandledRejection", hear);
  try {
    return [...(await work()), ...unheard];
  } catch (failure) {
    return [failure instanceof Error ? (failure.stack ?? failure.message) : String(failure)];
  } finally {
    process.off("unhandledRejection", hear);
    Object.assign(console, { log, error });
  }
}

const GONE = new Set(["database or disk is full", "The location was deleted"]);

/** In a Worker, too, nobody hears a rejection in an object that is gone, or in the ledger of a location that is. */
function isOfAGoneObject(reason: unknown): boolean {
  return reason instanceof Error && (reason.name === "ObjectGone" || GONE.has(reason.message));
}

if (process.send) {
  process.once("message", (job) => {
    void runSeeds(job as Job, (found) => process.send?.({ found, isLast: false })).then((found) =>
      process.send?.({ found, isLast: true }, () => process.exit(0)),
    );
  });
  process.once("disconnect", () => process.exit());
}
