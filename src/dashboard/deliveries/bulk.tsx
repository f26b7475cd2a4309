// Retries, cancels, releases or discards all deliveries that match a filter: asks first, shows progress, and sums up.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { DELIVERY_STATES, type DeliveryCounts, type DeliveryFilter, type DeliveryState } from "../../model/delivery.ts";
import { get, locationPath, post, problemOf, type Problem } from "../ask/api.ts";
import { filterInWords } from "../address/delivery-filter.ts";
import { moveAll, type MoveEnd } from "./move-all.ts";
import { STATE_WORDS } from "../parts/badge.tsx";
import { usePlace } from "../ask/place.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { counted } from "../parts/counted.ts";

export type BulkKind = "retry" | "cancel" | "release" | "discard";
type Counts = DeliveryCounts["counts"];

interface Words {
  readonly verb: string;
  readonly ing: string;
  readonly done: string;
  readonly state: DeliveryState;
  readonly what: string;
  /** The deliveries are then not sent. */
  readonly isDanger?: true;
}

/** In the order in which they are offered. */
export const BULK_KINDS: readonly BulkKind[] = ["retry", "cancel", "release", "discard"];

/** What each does, and to deliveries in which state. */
export const BULK: { readonly [Kind in BulkKind]: Words } = {
  retry: {
    verb: "Retry",
    ing: "Retrying",
    done: "made due again",
    state: "dead",
    what: "They become due at once, and each destination gets them as fast as it takes them. Messages beyond their rule's breaker are held. Attempts made so far stay listed.",
  },
  cancel: {
    verb: "Cancel",
    ing: "Cancelling",
    done: "cancelled",
    state: "scheduled",
    what: "They are not sent. What is being sent at this moment is left alone. Each can be retried afterwards.",
    isDanger: true,
  },
  release: {
    verb: "Release",
    ing: "Releasing",
    done: "released",
    state: "held",
    what: "They become due at once, and their rule's breaker holds them no more. Windows are kept to, and so are limits of HighLevel.",
  },
  discard: {
    verb: "Discard",
    ing: "Discarding",
    done: "discarded",
    state: "held",
    what: "They are cancelled and not sent. Each can be retried afterwards.",
    isDanger: true,
  },
};

/** How they stand, and what moving them would do. */
interface Before {
  readonly counts: Counts;
  readonly would: WouldMove;
}

type Phase =
  | { readonly at: "counting" }
  | { readonly at: "asking"; readonly before: Before }
  | { readonly at: "moving"; readonly before: Before; readonly moved: number; readonly isStopping: boolean }
  | { readonly at: "over"; readonly before: Before; readonly end: MoveEnd; readonly after: Before | null };

/** `filter` already excludes anything decided later. `onClose` is called whether or not anything was moved. */
export function BulkDialog({
  kind,
  filter,
  onClose,
}: {
  readonly kind: BulkKind;
  readonly filter: DeliveryFilter;
  readonly onClose: () => void;
}): JSX.Element {
  const { locationId, zone } = usePlace();
  const dialog = useRef<HTMLDialogElement>(null);
  const isStopped = useRef(false);
  const [phase, setPhase] = useState<Phase>({ at: "counting" });
  const [problem, setProblem] = useState<Problem | null>(null);
  const { verb, ing, state, what } = BULK[kind];
  const path = locationPath(locationId, "deliveries", kind);
  const count = async (): Promise<Before> => {
    const [{ counts }, would] = await Promise.all([
      get<DeliveryCounts>(locationPath(locationId, "deliveries", "counts"), { ...filter }),
      BULK[kind].isDanger ? null : post<BulkAnswer>(path, { ...filter, dryRun: true }),
    ]);
    // What is ended needs nobody's consent: all of them move.
    return { counts, would: would ? wouldMove(kind, would) : { moved: counts[state], held: 0, asked: 0 } };
  };
  const ask = (): void => {
    setProblem(null);
    count().then(
      (before) => setPhase({ at: "asking", before }),
      (error: unknown) => setProblem(problemOf(error)),
    );
  };
  const run = async (before: Before): Promise<void> => {
    isStopped.current = false;
    setProblem(null);
    setPhase({ at: "moving", before, moved: 0, isStopping: false });
    const end = await moveAll(
      before.would.moved,
      async (limit) => {
        const answer = await post<BulkAnswer>(path, { ...filter, limit });
        return { moved: wouldMove(kind, answer).moved, more: answer.more };
      },
      () => isStopped.current,
      (moved) => setPhase({ at: "moving", before, moved, isStopping: isStopped.current }),
    );
    const after = await count().catch(() => null);
    if (end.end === "failed") setProblem(problemOf(end.error));
    setPhase({ at: "over", before, end, after });
  };
  const stop = (): void => {
    isStopped.current = true;
    setPhase((now) => (now.at === "moving" ? { ...now, isStopping: true } : now));
  };
  useEffect(() => {
    dialog.current?.showModal();
    ask();
    return () => void (isStopped.current = true);
  }, []);
  // The focused element vanishes with its phase: focus moves to the next thing to do.
  useEffect(() => dialog.current?.querySelector<HTMLElement>("[data-first]")?.focus(), [phase.at]);
  const close = (): void => dialog.current?.close();
  const phrases = filterInWords(filter, zone, Date.now());
  return (
    <dialog
      class="bulk"
      ref={dialog}
      aria-labelledby="bulk-title"
      aria-describedby="bulk-what"
      onClose={onClose}
      onCancel={(event) => {
        if (phase.at !== "moving") return;
        event.preventDefault();
        stop();
      }}
    >
      <h2 id="bulk-title">{titleOf(kind, phase)}</h2>
      <div id="bulk-what">
        <ul class="phrases">
          {phrases.map((phrase) => (
            <li key={phrase}>{phrase}</li>
          ))}
        </ul>
        {phase.at === "over" ? null : <p>{what}</p>}
        {phase.at === "asking" ? <Stays kind={kind} would={phase.before.would} /> : null}
      </div>
      {problem ? <ProblemNote problem={problem} {...(phase.at === "counting" ? { onAgain: ask } : {})} /> : null}
      {phase.at === "moving" ? (
        <label class="progress">
          <span role="status">
            {ing} {counted(phase.moved)} of {counted(phase.before.would.moved)}
          </span>
          <progress max={phase.before.would.moved} value={phase.moved} />
        </label>
      ) : null}
      {phase.at === "over" ? <Over kind={kind} phase={phase} /> : null}
      <div class="dialog-buttons">
        {phase.at === "asking" && phase.before.would.moved > 0 ? (
          <button
            type="button"
            class={BULK[kind].isDanger ? "danger" : "primary"}
            onClick={() => void run(phase.before)}
          >
            {verb} {counted(phase.before.would.moved)}
          </button>
        ) : null}
        {phase.at === "over" && phase.end.end !== "done" && phase.after && phase.after.would.moved > 0 ? (
          <button type="button" onClick={() => void (phase.after && run(phase.after))}>
            Go on with the other {counted(phase.after.would.moved)}
          </button>
        ) : null}
        {phase.at === "moving" ? (
          <button type="button" data-first aria-disabled={phase.isStopping} onClick={stop}>
            {phase.isStopping ? "Stopping after this call…" : "Stop"}
          </button>
        ) : (
          <button type="button" data-first onClick={close}>
            {phase.at === "over" ? "Close" : "Leave them as they are"}
          </button>
        )}
      </div>
    </dialog>
  );
}

/** The field of the answer that holds how many were moved. */
const MOVED_AS = { retry: "retried", cancel: "cancelled", release: "released", discard: "discarded" } as const;

export interface BulkAnswer extends Partial<Readonly<Record<(typeof MOVED_AS)[BulkKind] | "held" | "asked", number>>> {
  readonly more: boolean;
}

/** How many a call has moved. */
export function movedIn(kind: BulkKind, answer: BulkAnswer): number {
  return answer[MOVED_AS[kind]] ?? 0;
}

/** How many are moved, how many stay since their contact does not want them, and of how many HighLevel decides. */
interface WouldMove {
  readonly moved: number;
  readonly held: number;
  readonly asked: number;
}

function wouldMove(kind: BulkKind, answer: BulkAnswer): WouldMove {
  return { moved: movedIn(kind, answer), held: answer.held ?? 0, asked: answer.asked ?? 0 };
}

/** What stays as it is although it fits the filter, and what may come back. */
function Stays({ kind, would: { held, asked } }: { readonly kind: BulkKind; readonly would: WouldMove }): JSX.Element {
  const words = STATE_WORDS[BULK[kind].state];
  return (
    <>
      {held === 0 ? null : (
        <p>
          {counted(held)} {held === 1 ? "stays" : "stay"} {words}:{" "}
          {held === 1 ? "its contact does" : "their contacts do"} not want {held === 1 ? "it" : "them"}, by do not
          disturb or a word such as STOP.
        </p>
      )}
      {asked === 0 ? null : (
        <p>
          HighLevel had do not disturb on for {counted(asked)} of those released: it is asked again, and{" "}
          {asked === 1 ? "it is" : "they are"} held again if it still is.
        </p>
      )}
    </>
  );
}

/** How many were moved, and the counts before and after. */
function Over({
  kind,
  phase,
}: {
  readonly kind: BulkKind;
  readonly phase: Extract<Phase, { at: "over" }>;
}): JSX.Element {
  const { end } = phase;
  const { done, state } = BULK[kind];
  const [before, after] = [phase.before.counts, phase.after?.counts];
  const changed = DELIVERY_STATES.filter((name) => after && (name === state || after[name] !== before[name]));
  return (
    <>
      <p role="status">
        {end.end === "stopped" ? "Stopped: " : ""}
        {counted(end.moved)} {end.moved === 1 ? "was" : "were"} {done}.
      </p>
      <Stays kind={kind} would={{ ...phase.before.would, ...(phase.after ? { held: phase.after.would.held } : {}) }} />
      {after ? (
        <table class="changed">
          <thead>
            <tr>
              <th scope="col">State</th>
              <th scope="col">Before</th>
              <th scope="col">Now</th>
            </tr>
          </thead>
          <tbody>
            {changed.map((name) => (
              <tr key={name}>
                <th scope="row">{STATE_WORDS[name]}</th>
                <td>{counted(before[name])}</td>
                <td>{counted(after[name])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p>How they stand now could not be counted: the list behind this shows it.</p>
      )}
    </>
  );
}

function titleOf(kind: BulkKind, phase: Phase): string {
  const { verb, ing, state } = BULK[kind];
  switch (phase.at) {
    case "counting":
      return `${verb} all ${STATE_WORDS[state]} deliveries: counting them…`;
    case "asking": {
      const count = phase.before.would.moved;
      if (phase.before.counts[state] === 0) return `No ${STATE_WORDS[state]} delivery fits any more`;
      if (count === 0) return `None of the ${STATE_WORDS[state]} deliveries can go now`;
      return `${verb} ${counted(count)} ${STATE_WORDS[state]} ${count === 1 ? "delivery" : "deliveries"}?`;
    }
    case "moving":
      return `${ing} ${STATE_WORDS[state]} deliveries`;
    case "over":
      return phase.end.end === "failed" ? "It broke off" : phase.end.end === "stopped" ? "Stopped" : "Done";
  }
}
