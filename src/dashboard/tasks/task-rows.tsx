// Tasks as rows that can be walked by keyboard: one key completes the focused task.
import type { JSX } from "preact";
import type { Task } from "../../model/task.ts";
import { dueInWords } from "./due.ts";
import { linkTo } from "../address/routes.ts";
import { usePlace } from "../ask/place.ts";
import { useNow } from "../time/use-now.ts";
import { ContactLink, People } from "../parts/people.tsx";
import { rowKeys } from "../parts/row-keys.ts";
import { Time } from "../time/time-elements.tsx";

export interface TaskRowsProps {
  readonly tasks: readonly Task[];
  /** The ids of those being completed at this moment. */
  readonly busy: ReadonlySet<string>;
  readonly onComplete: (task: Task) => void;
}

export function TaskRows({ tasks, busy, onComplete }: TaskRowsProps): JSX.Element {
  const complete = (row: HTMLElement): void => {
    const task = tasks.find(({ id }) => id === row.id);
    if (task?.state === "open") onComplete(task);
  };
  const walk = rowKeys({ d: complete });
  return (
    <People of={tasks.map(({ contactId }) => contactId)}>
      <ul
        class="rows tasks"
        onKeyDown={(event) => {
          // Enter on a link or button in the row belongs to that link or button.
          const { target } = event;
          const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
          if (event.key === "Enter" && isPlain && target instanceof HTMLElement && target.matches("[data-row]"))
            complete(target);
          else walk(event);
        }}
      >
        {tasks.map((task) => (
          <Row key={task.id} task={task} isBusy={busy.has(task.id)} onComplete={onComplete} />
        ))}
      </ul>
    </People>
  );
}

function Row({
  task,
  isBusy,
  onComplete,
}: {
  readonly task: Task;
  readonly isBusy: boolean;
  readonly onComplete: (task: Task) => void;
}): JSX.Element {
  const { locationId } = usePlace();
  const now = useNow();
  const { id, title, description, contactId, rule, eventKey, dueAt, state, completedAt, createdAt } = task;
  const due = dueInWords(task, now);
  const isOpen = state === "open";
  const label = isOpen ? `${title}, ${due.words}` : `${title}, done`;
  return (
    <li id={id} data-row tabIndex={0} aria-label={label} aria-busy={isBusy}>
      <span class="task-due">
        {isOpen ? <b class={due.isOverdue ? "is-overdue" : ""}>{due.words}</b> : <b>done</b>}
        <small>
          {isOpen ? (
            dueAt === null ? null : (
              <Time at={dueAt} />
            )
          ) : completedAt === null ? null : (
            <Time at={completedAt} />
          )}
        </small>
      </span>
      <span class="task-what">
        <span class="task-title">{title}</span>
        {description === null ? null : <span class="task-description">{description}</span>}
        <span class="links">
          <ContactLink id={contactId} />
          <a href={linkTo(locationId, "rules", rule)}>{rule}</a>
          <a href={linkTo(locationId, "events", eventKey, { contact: contactId, rule })}>
            its event of <Time at={createdAt} />
          </a>
        </span>
      </span>
      {isOpen ? (
        <button type="button" aria-disabled={isBusy} aria-label={`Done: ${title}`} onClick={() => onComplete(task)}>
          Done
        </button>
      ) : null}
    </li>
  );
}
