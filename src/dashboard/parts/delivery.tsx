// What became of an action: where it stands, each attempt, what it waits for or what ended it, and what one can do.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Delivery } from "../../model/delivery.ts";
import type { Action } from "../../model/rule.ts";
import { locationPath, post, Problem } from "../api.ts";
import { linkTo } from "../routes.ts";
import { lengthInWords } from "../time.ts";
import { announce } from "./announce.tsx";
import { StateBadge } from "./badge.tsx";
import { usePlace } from "./place.ts";
import { ProblemNote } from "./problem.tsx";
import { Ago, Time } from "./time.tsx";

/** Where an action goes, in a few words. */
export function actionInWords(action: Action | null): string {
  if (action === null) return "an action of another version";
  switch (action.type) {
    case "webhook":
      return `${action.method ?? "POST"} ${action.url}`;
    case "task":
      return `task “${action.title}”`;
  }
}

/** Retry and cancel, as far as the state allows them. */
export function DeliveryButtons({
  delivery,
  onDone,
}: {
  readonly delivery: Delivery;
  readonly onDone: () => void;
}): JSX.Element {
  const { locationId } = usePlace();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const act = (verb: "retry" | "cancel"): void => {
    setBusy(true);
    setProblem(null);
    post<{ delivery: Delivery }>(locationPath(locationId, "deliveries", delivery.id, verb))
      .then(
        ({ delivery: moved }) => announce(`The delivery is ${moved.state === "scheduled" ? "due now" : moved.state}`),
        (error: unknown) => setProblem(error instanceof Problem ? error : null),
      )
      .finally(() => {
        setBusy(false);
        onDone();
      });
  };
  const { state } = delivery;
  return (
    <span class="buttons">
      {state === "sent" ? null : (
        <button type="button" disabled={isBusy || state === "sending"} onClick={() => act("retry")}>
          {state === "scheduled" ? "Send now" : "Retry"}
        </button>
      )}
      {state === "scheduled" || state === "sending" ? (
        <button type="button" disabled={isBusy} onClick={() => act("cancel")}>
          Cancel
        </button>
      ) : null}
      {problem ? <ProblemNote problem={problem} /> : null}
    </span>
  );
}

/** A delivery from the decision to where it stands now. */
export function DeliveryTimeline({
  delivery,
  onDone,
}: {
  readonly delivery: Delivery;
  readonly onDone: () => void;
}): JSX.Element {
  const { locationId } = usePlace();
  const { action, attempts, state, dueAt, cancelledBy } = delivery;
  return (
    <article class={`delivery state-${state}`} aria-label={`Delivery of ${delivery.rule}`}>
      <header>
        <StateBadge state={state} />
        <a href={linkTo(locationId, "rules", delivery.rule)}>{delivery.rule}</a>
        <span class="delivery-what">{actionInWords(action)}</span>
        <DeliveryButtons delivery={delivery} onDone={onDone} />
      </header>
      <ol class="timeline">
        <li>
          <Time at={delivery.decidedAt} /> decided
          {action?.after ? `, to wait ${action.after}` : ""}
          {delivery.window ? `, ${windowInWords(delivery.window)}` : ""}
          {action?.cancelOn
            ? `, unless ${action.cancelOn.map((on) => (typeof on === "string" ? on : on.on.join(", "))).join(" or ")}`
            : ""}
        </li>
        {attempts.map((attempt, index) => (
          <li key={index} class={attempt.error === null ? "is-met" : "is-unmet"}>
            <Time at={attempt.at} /> attempt {index + 1}: {attempt.error ?? "done"}
            {attempt.status === null ? "" : `, answered ${attempt.status}`}, after {lengthInWords(attempt.durationMs)}
            {attempt.answer ? <pre class="answer">{attempt.answer}</pre> : null}
          </li>
        ))}
        {state === "scheduled" && dueAt !== null ? (
          <li class="is-unknown">
            <Time at={dueAt} /> {attempts.length > 0 ? "tried again" : "due"} <Ago at={dueAt} />
          </li>
        ) : null}
        {cancelledBy === null ? null : (
          <li class="is-unknown">
            {cancelledBy.by === "operator" ? (
              "cancelled by an operator"
            ) : (
              <>
                cancelled by{" "}
                {cancelledBy.trigger === "conditions" ? "an event that the rule names" : cancelledBy.trigger}:{" "}
                <a href={linkTo(locationId, "events", cancelledBy.eventKey, { contact: delivery.contactId })}>
                  that event
                </a>
              </>
            )}
          </li>
        )}
        {state === "dead" ? <li class="is-unmet">given up: it is not tried again unless you retry it</li> : null}
      </ol>
    </article>
  );
}

function windowInWords({ days, from, to, timeZone }: NonNullable<Delivery["window"]>): string {
  const hours = from || to ? ` ${from ?? "00:00"} to ${to ?? "24:00"}` : "";
  const on = days ? ` on ${days.map((day) => day.slice(0, 3)).join(", ")}` : "";
  return `only${on}${hours}${timeZone ? ` (${timeZone})` : ""}`;
}
