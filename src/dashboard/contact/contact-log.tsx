// Everything that happened with a contact on all channels, and what was done about it: newest first, a heading for each day.
import type { JSX } from "preact";
import type { Delivery } from "../../model/delivery.ts";
import { messageTextIn } from "../../model/sent-request.ts";
import type { LogEntry } from "../../model/ledger.ts";
import { doesInWords } from "../../language/in-words.ts";
import { byDay } from "./days.ts";
import type { Happening } from "./timeline.ts";
import { linkTo } from "../address/routes.ts";
import { clockInWords, dayInWords, timeElsewhere } from "../time/time.ts";
import { StateBadge } from "../parts/badge.tsx";
import { DeliveryButtons } from "../parts/delivery-buttons.tsx";
import { WhatFired, WhatHappened } from "../parts/event-rows.tsx";
import { usePlace } from "../ask/place.ts";
import { rowKeys } from "../parts/row-keys.ts";
import { SentRequest } from "../parts/sent-request.tsx";
import { endInWords } from "../parts/waits.ts";

const onKeyDown = rowKeys();

export function ContactLog({
  happenings,
  onDone,
}: {
  readonly happenings: readonly Happening[];
  readonly onDone: () => void;
}): JSX.Element {
  const { zone } = usePlace();
  return (
    <div class="contact-log" onKeyDown={onKeyDown}>
      {byDay(happenings, zone).map(({ day, items }) => (
        <section key={day} aria-labelledby={`day-${day}`}>
          <h3 id={`day-${day}`}>{dayInWords(items[0]?.at ?? day, zone, Date.now())}</h3>
          <ol class="rows">
            {items.map(({ entry, delivery, at }) =>
              delivery ? (
                <Ended key={delivery.id} delivery={delivery} at={at} onDone={onDone} />
              ) : (
                <ContactEvent key={entry.eventKey} entry={entry} />
              ),
            )}
          </ol>
        </section>
      ))}
    </div>
  );
}

/** What became of an action: what was sent, as it left, or what ended it. */
function Ended({
  delivery,
  at,
  onDone,
}: {
  readonly delivery: Delivery;
  readonly at: string;
  readonly onDone: () => void;
}): JSX.Element {
  const { locationId, zone } = usePlace();
  const { id, rule, action, state, attempts, unsettled, cancelledBy, contactId } = delivery;
  const request = attempts.findLast((attempt) => attempt.request !== null)?.request ?? unsettled.at(-1);
  const does = action ? doesInWords(action) : "an action of another version";
  // The text itself stands below, as it left.
  const text = state === "sent" && request ? messageTextIn(request) : null;
  return (
    <li data-row class={`contact-event contact-ended ended-${state}`}>
      <a class="row-main" href={linkTo(locationId, "deliveries", null, { id })}>
        <time dateTime={at} title={timeElsewhere(at)}>
          {clockInWords(at, zone)}
        </time>
        <StateBadge state={state} />
        <span class="ended-what">
          <b>{rule}</b> {text === null ? does : does.split(": “")[0]}
        </span>
      </a>
      {state === "sent" ? null : (
        <span class={`glance glance-${state}`}>
          {endInWords(delivery)}
          {cancelledBy?.by === "event" ? (
            <>
              {": "}
              <a href={linkTo(locationId, "events", cancelledBy.eventKey, { contact: contactId })}>that event</a>
            </>
          ) : null}
        </span>
      )}
      {state === "sent" && request ? <SentRequest request={request} label={`What ${rule} sent`} /> : null}
      {state === "held" || state === "dead" ? <DeliveryButtons delivery={delivery} onDone={onDone} /> : null}
    </li>
  );
}

function ContactEvent({ entry }: { readonly entry: LogEntry }): JSX.Element {
  const { locationId, zone } = usePlace();
  return (
    <li data-row class={`contact-event direction-${entry.direction ?? "none"}`}>
      <a class="row-main" href={linkTo(locationId, "events", entry.eventKey, { contact: entry.contactId })}>
        <time dateTime={entry.receivedAt} title={timeElsewhere(entry.receivedAt)}>
          {clockInWords(entry.receivedAt, zone)}
        </time>
        <Direction direction={entry.direction} />
        <WhatHappened entry={entry} />
      </a>
      <WhatFired entry={entry} />
    </li>
  );
}

function Direction({ direction }: { readonly direction: LogEntry["direction"] }): JSX.Element {
  if (direction === null) return <span class="direction" />;
  return (
    <span class="direction">
      <span aria-hidden="true">{direction === "inbound" ? "← " : "→ "}</span>
      {direction === "inbound" ? "in" : "out"}
    </span>
  );
}
