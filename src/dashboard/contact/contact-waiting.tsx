// What is still to come for a contact: waiting deliveries, soonest first, and open tasks.
import type { JSX } from "preact";
import type { Delivery } from "../../model/delivery.ts";
import { doesInWords } from "../../language/in-words.ts";
import type { Task } from "../../model/task.ts";
import { linkTo } from "../address/routes.ts";
import type { Asked } from "../ask/use-query.ts";
import { DeliveryButtons } from "../parts/delivery-buttons.tsx";
import { usePlace } from "../ask/place.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { Ago, Time } from "../time/time-elements.tsx";

export type Deliveries = { readonly deliveries: readonly Delivery[]; readonly cursor: string | null };
export type Tasks = { readonly tasks: readonly Task[]; readonly cursor: string | null };

export function Waiting({
  contactId,
  asked: { answer, problem, askAgain },
}: {
  readonly contactId: string;
  readonly asked: Asked<Deliveries>;
}): JSX.Element {
  const { locationId } = usePlace();
  const soonestFirst = answer?.deliveries.toSorted((a, b) => (a.dueAt ?? "").localeCompare(b.dueAt ?? ""));
  return (
    <section class="panel" aria-labelledby="waiting">
      <h2 id="waiting">Waiting</h2>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {answer === null && !problem ? <p class="quiet-note">Loading…</p> : null}
      {soonestFirst?.length === 0 ? <p class="quiet-note">Nothing waits for this contact.</p> : null}
      <ul class="rows">
        {soonestFirst?.map((delivery) => (
          <li key={delivery.id} class="to-come">
            <span>
              {delivery.dueAt === null ? null : (
                <>
                  <b>
                    <Ago at={delivery.dueAt} />
                  </b>{" "}
                  <Time at={delivery.dueAt} />
                </>
              )}
            </span>
            <span class="to-come-what">
              <a href={linkTo(locationId, "rules", delivery.rule)}>{delivery.rule}</a>{" "}
              {delivery.action ? doesInWords(delivery.action) : "an action of another version"}
            </span>
            <DeliveryButtons delivery={delivery} onDone={askAgain} />
          </li>
        ))}
      </ul>
      {answer?.cursor ? <p class="quiet-note">More wait than are shown: these were decided last.</p> : null}
      <p>
        <a href={linkTo(locationId, "deliveries", null, { contact: contactId })}>All its deliveries</a>
      </p>
    </section>
  );
}

export function OpenTasks({
  contactId,
  asked: { answer, problem, askAgain },
}: {
  readonly contactId: string;
  readonly asked: Asked<Tasks>;
}): JSX.Element {
  const { locationId } = usePlace();
  return (
    <section class="panel" aria-labelledby="open-tasks">
      <h2 id="open-tasks">Open tasks</h2>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {answer === null && !problem ? <p class="quiet-note">Loading…</p> : null}
      {answer?.tasks.length === 0 ? <p class="quiet-note">No open tasks.</p> : null}
      <ul class="rows">
        {answer?.tasks.map((task) => (
          <li key={task.id} class="to-come">
            <span>
              {task.dueAt === null ? (
                <span class="quiet-note">no date</span>
              ) : (
                <>
                  <b class={Date.parse(task.dueAt) < Date.now() ? "is-overdue" : ""}>
                    {Date.parse(task.dueAt) < Date.now() ? "overdue, " : "due "}
                    <Ago at={task.dueAt} />
                  </b>{" "}
                  <Time at={task.dueAt} />
                </>
              )}
            </span>
            <span class="to-come-what">{task.title}</span>
          </li>
        ))}
      </ul>
      <p>
        <a href={linkTo(locationId, "tasks", null, { contact: contactId })}>
          {answer?.cursor ? "There are more: all its tasks" : "All its tasks"}
        </a>
      </p>
    </section>
  );
}
