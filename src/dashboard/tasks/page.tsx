// What people have to do: open tasks by due date, completed with one key, and those that are done.
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Task } from "../../model/task.ts";
import { locationPath, post, problemOf, type Problem } from "../ask/api.ts";
import { neighbourOf } from "./due.ts";
import { announce } from "../parts/announce.tsx";
import { ContactFilter, Filters } from "../parts/filters.tsx";
import { Pager, usePaging } from "../parts/paging.tsx";
import { usePlace } from "../ask/place.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { TaskRows } from "./task-rows.tsx";
import { linkTo, type PageProps } from "../address/routes.ts";
import { useQuery } from "../ask/use-query.ts";

const PAGE = 50;

export function Tasks({ route }: PageProps): JSX.Element {
  const { locationId } = usePlace();
  const { query } = route;
  const { contact } = query;
  const isDone = query["state"] === "done";
  const state = isDone ? "done" : "open";
  const paging = usePaging(JSON.stringify([state, contact]));
  const { answer, problem, askAgain } = useQuery<{ tasks: readonly Task[]; cursor: string | null }>(
    locationPath(locationId, "tasks"),
    { state, contact, order: isDone ? "newest" : "due", cursor: paging.cursor, limit: PAGE },
  );
  const section = useRef<HTMLElement>(null);
  const completing = useCompleting(askAgain);
  // The previous answer stays until the next arrives: if it is the other tab's, none of it is shown.
  const tasks =
    answer?.tasks.filter((task) => task.state === state && (isDone || !completing.gone.has(task.id))) ?? null;
  const complete = (task: Task): void =>
    completing.complete(task, () => {
      const next = neighbourOf(tasks ?? [], task.id);
      const row = next && document.getElementById(next.id);
      // If the focus has moved elsewhere meanwhile, it stays there.
      if (!document.activeElement?.closest(`[id="${CSS.escape(task.id)}"]`) && document.activeElement !== document.body)
        return;
      (row ?? section.current)?.focus();
    });
  const tab = (name: string | null, words: string): JSX.Element => (
    <a
      href={linkTo(locationId, "tasks", null, { contact, state: name })}
      aria-current={(name === "done") === isDone ? "true" : undefined}
    >
      {words}
    </a>
  );
  return (
    <>
      <div class="title">
        <h1>Tasks</h1>
        <nav class="choice" aria-label="Which tasks">
          {tab(null, "Open")}
          {tab("done", "Done")}
        </nav>
      </div>
      <section class="panel" aria-label={isDone ? "Tasks that are done" : "Open tasks"} ref={section} tabIndex={-1}>
        <Filters query={query}>
          <ContactFilter />
        </Filters>
        <p class="quiet-note keys">
          {isDone ? (
            "Newest first. A task that is done stays done."
          ) : (
            <>
              <kbd>j</kbd> <kbd>k</kbd> go down and up, <kbd>d</kbd> or <kbd>Enter</kbd> completes the task that has the
              focus. That cannot be undone.
            </>
          )}
        </p>
        {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
        {completing.problem ? <ProblemNote problem={completing.problem} /> : null}
        {tasks ? (
          <TaskRows tasks={tasks} busy={completing.busy} onComplete={complete} />
        ) : problem ? null : (
          <p class="quiet-note">Loading…</p>
        )}
        {tasks?.length === 0 ? <p>{noneInWords(isDone, paging.number, contact)}</p> : null}
        <Pager paging={paging} next={answer?.cursor ?? null} />
      </section>
    </>
  );
}

function noneInWords(isDone: boolean, page: number, contact: string | undefined): string {
  if (page > 1) return "There is none left on this page.";
  const whose = contact ? " for this contact" : "";
  return isDone ? `No task${whose} is done yet.` : `Nothing is to be done${whose}.`;
}

interface Completing {
  readonly busy: ReadonlySet<string>;
  /** Completed, though perhaps still in an earlier answer. */
  readonly gone: ReadonlySet<string>;
  readonly problem: Problem | null;
  readonly complete: (task: Task, beforeItGoes: () => void) => void;
}

function useCompleting(onDone: () => void): Completing {
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const [problem, setProblem] = useState<Problem | null>(null);
  const complete = (task: Task, beforeItGoes: () => void): void => {
    if (busy.has(task.id)) return;
    setBusy((before) => new Set([...before, task.id]));
    setProblem(null);
    post<{ task: Task }>(locationPath(task.locationId, "tasks", task.id, "complete"))
      .then(
        () => {
          beforeItGoes();
          setGone((before) => new Set([...before, task.id]));
          announce(`“${task.title}” is done. It stands under Done now.`);
          onDone();
        },
        (error: unknown) => setProblem(problemOf(error)),
      )
      .finally(() => setBusy((before) => new Set([...before].filter((id) => id !== task.id))));
  };
  return { busy, gone, problem, complete };
}
