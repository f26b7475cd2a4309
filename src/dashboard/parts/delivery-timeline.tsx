// What became of an action: its state, each attempt, what it waits for or what ended it, and what can be done.
import type { JSX } from "preact";
import type { Delivery } from "../../model/delivery.ts";
import { cancelInWords, doesInWords, windowInWords } from "../../language/in-words.ts";
import { optOutInWords } from "../../model/opt-out.ts";
import type { HostState } from "../../model/statistics.ts";
import { linkTo } from "../address/routes.ts";
import { lengthInWords } from "../time/time.ts";
import { CANCELLED_BY, cancelledInWords, waitInWords } from "./waits.ts";
import { StateBadge } from "./badge.tsx";
import { SentRequest } from "./sent-request.tsx";
import { DeliveryButtons } from "./delivery-buttons.tsx";
import { InHighLevel } from "./in-highlevel.tsx";
import { usePlace } from "../ask/place.ts";
import { useNow } from "../time/use-now.ts";
import { Time } from "../time/time-elements.tsx";

/** A delivery from the decision until now. `hosts`: the state of the destinations, which may be why it waits. */
export function DeliveryTimeline({
  delivery,
  onDone,
  hosts = [],
}: {
  readonly delivery: Delivery;
  readonly onDone: () => void;
  readonly hosts?: readonly HostState[];
}): JSX.Element {
  const { locationId } = usePlace();
  const { action, attempts, unsettled, state, optOut, cancelledBy, giveUpAt } = delivery;
  const workflow = workflowIn(action);
  return (
    <article class={`delivery state-${state}`} aria-label={`Delivery of ${delivery.rule}`}>
      <header>
        <StateBadge state={state} />
        <a href={linkTo(locationId, "rules", delivery.rule)}>{delivery.rule}</a>
        <span class="delivery-what">{action ? doesInWords(action) : "an action of another version"}</span>
        {workflow === null ? null : <InHighLevel thing="workflow" id={workflow} />}
        <DeliveryButtons delivery={delivery} onDone={onDone} />
      </header>
      <ol class="timeline">
        <li>
          <Time at={delivery.decidedAt} /> decided
          {action?.after ? `, to wait ${action.after}` : ""}
          {delivery.window ? `, ${windowInWords(delivery.window)}` : ""}
          {action?.cancelOn ? `, unless ${cancelInWords(action.cancelOn)}` : ""}
        </li>
        {attempts.map((attempt, index) => (
          <li key={index} class={attempt.error === null ? "is-met" : "is-unmet"}>
            <Time at={attempt.at} /> attempt {index + 1}: {attempt.error ?? "done"}
            {attempt.status === null ? "" : `, answered ${attempt.status}`}, after {lengthInWords(attempt.durationMs)}
            {attempt.request ? (
              <SentRequest request={attempt.request} label={`What attempt ${index + 1} sent`} />
            ) : null}
            {attempt.answer ? (
              <pre class="answer" tabIndex={0} role="region" aria-label={`What attempt ${index + 1} was answered`}>
                {attempt.answer}
              </pre>
            ) : null}
          </li>
        ))}
        {unsettled.map((request, index) => (
          <li key={`unsettled ${index}`} class="is-unknown">
            <Time at={request.at} />{" "}
            {state === "sending" && index === unsettled.length - 1
              ? "left, and is not answered yet"
              : "left, but the attempt was cut off before its answer was written down: it may have arrived"}
            <SentRequest request={request} label="What may have arrived" />
          </li>
        ))}
        {state === "scheduled" ? (
          <li class="is-unknown">
            <Wait delivery={delivery} hosts={hosts} />
            {giveUpAt === null ? null : (
              <>
                . It is given up at <Time at={giveUpAt} />
              </>
            )}
          </li>
        ) : null}
        {state === "sending" ? <li class="is-unknown">is being sent</li> : null}
        {state === "held" ? (
          <li class="is-unknown">
            is held until you release or discard it
            {optOut === null ? null : `; releasing does nothing while the contact ${optOutInWords(optOut)}`}
            {giveUpAt === null ? null : (
              <>
                . It is given up at <Time at={giveUpAt} />
              </>
            )}
          </li>
        ) : null}
        {cancelledBy === null ? null : (
          <li class="is-unknown">
            {cancelledBy.by !== "event" ? (
              `${state === "sending" ? "cancelled if this attempt fails, " : "cancelled "}${cancelledInWords(cancelledBy)}`
            ) : (
              <>
                {state === "sending" ? "cancelled if this attempt fails, " : "cancelled "}by{" "}
                {CANCELLED_BY[cancelledBy.trigger]}:{" "}
                <a href={linkTo(locationId, "events", cancelledBy.eventKey, { contact: delivery.contactId })}>
                  that event
                </a>
              </>
            )}
          </li>
        )}
        {state === "dead" ? (
          <li class="is-unmet">
            given up: it is not tried again unless you retry it
            {optOut === null ? null : `, which does nothing while the contact ${optOutInWords(optOut)}`}
          </li>
        ) : null}
      </ol>
    </article>
  );
}

/** The workflow that an action adds a contact to or takes it out of; a template is no id. */
function workflowIn(action: Delivery["action"]): string | null {
  const id = action?.type === "highlevel" ? action["workflowId"] : undefined;
  return typeof id === "string" && /^[\w-]+$/.test(id) ? id : null;
}

/** Why it waits, updated every second. */
export function Wait({
  delivery,
  hosts,
}: {
  readonly delivery: Delivery;
  readonly hosts: readonly HostState[];
}): JSX.Element {
  const { zone } = usePlace();
  const now = useNow();
  const host = hosts.find((one) => one.host === delivery.host);
  return <>{waitInWords(delivery, host, zone, now)}</>;
}
