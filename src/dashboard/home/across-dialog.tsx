// Retries, releases or discards what is dead or held in all locations: shows where first, then does it, and sums up.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Home } from "../../model/home.ts";
import { get, locationPath, post, problemOf, type Problem } from "../ask/api.ts";
import { BULK, movedIn, type BulkAnswer, type BulkKind } from "../deliveries/bulk.tsx";
import { counted } from "../parts/counted.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { moveAcross, type AcrossEnd, type Troubled } from "./across.ts";

const PAGE = 200;
const NAMED = 12;

type Phase =
  | { readonly at: "looking" }
  | { readonly at: "asking"; readonly where: readonly Troubled[] }
  | {
      readonly at: "moving";
      readonly where: readonly Troubled[];
      readonly moved: number;
      readonly here: Troubled | null;
    }
  | { readonly at: "over"; readonly end: AcrossEnd };

/** `search`: only in locations that it finds. `onClose` is called whether or not anything was moved. */
export function AcrossDialog({
  kind,
  search,
  onClose,
}: {
  readonly kind: Exclude<BulkKind, "cancel">;
  readonly search: string;
  readonly onClose: () => void;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const isStopped = useRef(false);
  const until = useRef(new Date().toISOString());
  const [phase, setPhase] = useState<Phase>({ at: "looking" });
  const [problem, setProblem] = useState<Problem | null>(null);
  const { verb, ing, done, what, isDanger } = BULK[kind];
  const trouble = kind === "retry" ? "dead" : "held";
  const look = (): void => {
    setProblem(null);
    troubled(trouble, search).then(
      (where) => setPhase({ at: "asking", where }),
      (error: unknown) => setProblem(problemOf(error)),
    );
  };
  const run = async (where: readonly Troubled[]): Promise<void> => {
    setPhase({ at: "moving", where, moved: 0, here: null });
    const end = await moveAcross(
      where,
      async (locationId, limit) => {
        const body = { until: until.current, limit: Math.min(limit, 1_000) };
        const answer = await post<BulkAnswer>(locationPath(locationId, "deliveries", kind), body);
        return { moved: movedIn(kind, answer), more: answer.more };
      },
      () => isStopped.current,
      (moved, here) => setPhase({ at: "moving", where, moved, here }),
    );
    setPhase({ at: "over", end });
  };
  useEffect(() => {
    dialog.current?.showModal();
    look();
    return () => void (isStopped.current = true);
  }, []);
  useEffect(() => dialog.current?.querySelector<HTMLElement>("[data-first]")?.focus(), [phase.at]);
  const sum = "where" in phase ? phase.where.reduce((all, { count }) => all + count, 0) : 0;
  return (
    <dialog
      class="bulk"
      ref={dialog}
      aria-labelledby="across-title"
      onClose={onClose}
      onCancel={(event) => {
        if (phase.at !== "moving") return;
        event.preventDefault();
        isStopped.current = true;
      }}
    >
      <h2 id="across-title">
        {verb} what is {trouble} in all locations{search === "" ? "" : ` that “${search}” finds`}
      </h2>
      {phase.at === "over" ? null : <p>{what}</p>}
      {problem ? <ProblemNote problem={problem} onAgain={look} /> : null}
      {phase.at === "looking" && !problem ? <p role="status">Looking where…</p> : null}
      {phase.at === "asking" ? <Where where={phase.where} trouble={trouble} /> : null}
      {phase.at === "moving" ? (
        <label class="progress">
          <span role="status">
            {ing}: {counted(phase.moved)} of about {counted(sum)}
            {phase.here ? `, in ${nameOf(phase.here)}` : ""}
          </span>
          <progress max={Math.max(sum, phase.moved)} value={phase.moved} />
        </label>
      ) : null}
      {phase.at === "over" ? (
        <div role="status">
          <p>
            {counted(phase.end.moved)} {done}.
            {phase.end.left > 0 ? ` ${counted(phase.end.left)} locations were not reached.` : ""}
          </p>
          {phase.end.failed.length > 0 ? (
            <ul class="phrases">
              {phase.end.failed.map(({ location, error }) => (
                <li key={location.locationId}>
                  {nameOf(location)}: {problemOf(error).message}
                </li>
              ))}
            </ul>
          ) : null}
        </div>
      ) : null}
      <div class="dialog-buttons">
        {phase.at === "asking" && sum > 0 ? (
          <button type="button" class={isDanger ? "danger" : "primary"} onClick={() => void run(phase.where)}>
            {verb} {counted(sum)} in {counted(phase.where.length)} {phase.where.length === 1 ? "location" : "locations"}
          </button>
        ) : null}
        {phase.at === "moving" ? (
          <button type="button" data-first onClick={() => (isStopped.current = true)}>
            Stop
          </button>
        ) : (
          <button type="button" data-first onClick={() => dialog.current?.close()}>
            {phase.at === "over" ? "Close" : "Leave them as they are"}
          </button>
        )}
      </div>
    </dialog>
  );
}

function Where({ where, trouble }: { readonly where: readonly Troubled[]; readonly trouble: string }): JSX.Element {
  if (where.length === 0) return <p>Nothing is {trouble} any more.</p>;
  return (
    <ul class="phrases">
      {where.slice(0, NAMED).map((one) => (
        <li key={one.locationId}>
          {nameOf(one)}: {counted(one.count)}
        </li>
      ))}
      {where.length > NAMED ? <li>and {counted(where.length - NAMED)} more locations</li> : null}
    </ul>
  );
}

/** Every location with this trouble, page after page. */
async function troubled(trouble: "dead" | "held", search: string): Promise<readonly Troubled[]> {
  const found: Troubled[] = [];
  for (let cursor: string | null = null; ;) {
    const page: Home = await get<Home>("/api/overview", { trouble, sort: trouble, search, cursor, limit: PAGE });
    found.push(...page.locations.map((one) => ({ locationId: one.locationId, name: one.name, count: one[trouble] })));
    cursor = page.cursor;
    if (cursor === null) return found;
  }
}

function nameOf({ name, locationId }: Troubled): string {
  return name ?? locationId;
}
