// One event: what it was, what every rule made of it and why, and what happened to the actions.
import { Fragment, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { amount } from "../../kit/amount.ts";
import type { Verdict } from "../../model/decision.ts";
import type { EventStory } from "../../model/ledger.ts";
import type { Json } from "../../kit/json.ts";
import { locationPath } from "../ask/api.ts";
import { EndedWaits } from "./ended-waits.tsx";
import { exampleOf, storyOf } from "./fixture.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { DecisionRows } from "../parts/verdicts.tsx";
import { DeliveryTimeline } from "../parts/delivery-timeline.tsx";
import { useHosts } from "../parts/hosts.tsx";
import { InHighLevel } from "../parts/in-highlevel.tsx";
import { JsonText } from "../parts/json.tsx";
import { ContactLink, People } from "../parts/people.tsx";
import { UserName } from "../parts/user-name.tsx";
import { usePlace } from "../ask/place.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { Time } from "../time/time-elements.tsx";
import { linkTo, type PageProps } from "../address/routes.ts";
import { useQuery } from "../ask/use-query.ts";

export function EventPage({ route }: PageProps): JSX.Element {
  const { locationId, name } = usePlace();
  const key = route.item ?? "";
  const { answer, problem, askAgain } = useQuery<EventStory>(locationPath(locationId, "events", key), {
    contact: route.query["contact"],
  });
  const [isAsked, setAsked] = useState(false);
  const more = useQuery<EventStory>(isAsked ? locationPath(locationId, "events", key) : null, {
    contact: route.query["contact"],
    whatIf: "1",
  });
  const hosts = useHosts(answer?.deliveries.some(({ state }) => state === "scheduled") ?? false);
  useEffect(() => {
    if (answer) document.title = `${answer.event.kind} · ${name ?? locationId} · Afterbeep`;
  }, [answer, name]);
  if (!answer)
    return (
      <>
        <h1>Event</h1>
        {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : <p class="quiet-note">Loading…</p>}
      </>
    );
  const { event, facts, issues, decision, deliveries, dropped } = answer;
  const { contactId } = event;
  const { messageId, conversationId } = event.payload;
  const users = ["userId", "assignedTo"].flatMap((name): [string, string][] => {
    const id = event.payload[name];
    return typeof id === "string" && id !== "" ? [[name, id]] : [];
  });
  return (
    <>
      <div class="title">
        <h1>
          {event.kind}{" "}
          <small class="quiet-note">
            {words(facts["channel"])} {words(facts["outcome"])}
          </small>
        </h1>
        <span class="buttons">
          <CopyButton label="Copy as rule example" text={() => exampleOf(event, decision)} />
          <CopyButton label="Copy as story" text={() => storyOf(event, decision)} />
          <a href={linkTo(locationId, "playground", null, { event: event.key, contact: contactId })}>Try rules on it</a>
        </span>
      </div>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      <section class="panel" aria-label="About the event">
        <dl class="facts">
          <dt>Received</dt>
          <dd>
            <Time at={event.receivedAt} />
          </dd>
          <dt>Happened</dt>
          <dd>
            <Time at={event.occurredAt} />
          </dd>
          <dt>Contact</dt>
          <dd>
            <People of={[contactId]}>
              <ContactLink id={contactId} />
            </People>{" "}
            <InHighLevel thing="contact" id={contactId} />
          </dd>
          {typeof conversationId === "string" && conversationId !== "" ? (
            <>
              <dt>Conversation</dt>
              <dd>
                {conversationId} <InHighLevel thing="conversation" id={conversationId} />
              </dd>
            </>
          ) : null}
          {users.map(([name, userId]) => (
            <Fragment key={name}>
              <dt>{name === "assignedTo" ? "Assigned to" : "User"}</dt>
              <dd>
                <UserName id={userId} />
              </dd>
            </Fragment>
          ))}
          {typeof messageId === "string" ? (
            <>
              <dt>Message</dt>
              <dd>
                <a href={linkTo(locationId, "events", null, { contact: contactId, message: messageId })}>{messageId}</a>
              </dd>
            </>
          ) : null}
          <dt>Key</dt>
          <dd class="mono">{event.key}</dd>
        </dl>
      </section>
      <section class="panel" aria-labelledby="why">
        <h2 id="why">
          {decision.deciding
            ? "Being decided"
            : decision.fired.length === 0
              ? "No rule fired"
              : decision.fired.length === 1
                ? "One rule fired"
                : `${decision.fired.length} rules fired`}
        </h2>
        {decision.deciding ? (
          <p class="quiet-note">
            HighLevel is asked about the contact first, for a minute at most. What comes to this contact meanwhile waits
            behind it.
          </p>
        ) : (
          <p class="quiet-note">
            Decided <Time at={decision.decidedAt} /> in {decision.timeZone}, by rule set{" "}
            <code>{decision.ruleSet.slice(0, 8)}</code>
          </p>
        )}
        {decision.repeats === undefined ? null : (
          <p class="quiet-note">
            It changes nothing, so no rule fires: it says what{" "}
            <a href={linkTo(locationId, "events", decision.repeats, { contact: contactId })}>{decision.repeats}</a>{" "}
            said.
          </p>
        )}
        {decision.sentBy === undefined ? null : (
          <p class="quiet-note">
            Afterbeep sent this message itself (delivery <code>{decision.sentBy}</code>): only rules with{" "}
            <code>includeApi</code> see it.
          </p>
        )}
        {decision.deciding ? null : (
          <>
            {decision.verdicts.every(({ fired }) => fired) ? null : isAsked ? (
              <p class="quiet-note" role="status" tabIndex={-1} ref={focusOn}>
                {more.answer ? enoughInWords(more.answer.decision.verdicts) : more.problem ? "" : "Checking…"}
              </p>
            ) : (
              <button type="button" onClick={() => setAsked(true)}>
                What would have been enough?
              </button>
            )}
            {more.problem ? <ProblemNote problem={more.problem} onAgain={more.askAgain} /> : null}
            <DecisionRows decision={more.answer?.decision ?? decision} open={route.query["rule"]} />
          </>
        )}
      </section>
      <section class="panel" aria-labelledby="deliveries">
        <h2 id="deliveries">Deliveries</h2>
        {deliveries.length === 0 ? <p class="quiet-note">Nothing was to be done.</p> : null}
        {deliveries.map((delivery) => (
          <DeliveryTimeline key={delivery.id} delivery={delivery} hosts={hosts.answer?.hosts ?? []} onDone={askAgain} />
        ))}
      </section>
      <EndedWaits event={event} />
      <div class="columns">
        <section class="panel" aria-labelledby="payload">
          <h2 id="payload">As HighLevel sent it</h2>
          {dropped === undefined ? (
            <JsonText value={event.payload} label="Payload" />
          ) : (
            <p class="quiet-note">
              It is gone{dropped === "decision" ? ", with what each rule said of it" : ""}: the ledger was full, and the
              oldest history goes first.
            </p>
          )}
        </section>
        <section class="panel" aria-labelledby="normal">
          <h2 id="normal">As rules see it</h2>
          {issues.length === 0 ? null : (
            <p class="quiet-note">
              Not readable, so absent here: {issues.map(({ pointer, message }) => `${pointer} (${message})`).join(", ")}
            </p>
          )}
          <dl class="facts">
            {Object.entries(facts)
              .filter(([name]) => name !== "payload")
              .map(([name, value]) => (
                <Fact key={name} name={name} value={value} />
              ))}
          </dl>
        </section>
      </div>
    </>
  );
}

/** What takes the place of a button that had the focus. */
function focusOn(element: HTMLElement | null): void {
  element?.focus();
}

/** For how many rules it is known what would have been enough. */
function enoughInWords(verdicts: readonly Verdict[]): string {
  const asked = verdicts.filter(({ whatIf }) => whatIf !== undefined);
  const found = asked.filter(({ whatIf = [] }) => whatIf.length > 0).length;
  const left = verdicts.filter(({ fired }) => !fired).length - asked.length;
  const told = `What would have been enough is said of ${found} of ${amount(asked.length, "rule")}: each way was decided again, with everything else as it was.`;
  return left === 0 ? told : `${told} ${amount(left, "more rule")} did not fire: only the first are looked at.`;
}

function Fact({ name, value }: { readonly name: string; readonly value: Json }): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
    </>
  );
}

function words(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
