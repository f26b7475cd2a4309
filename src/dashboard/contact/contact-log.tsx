// Everything that happened with a contact on all channels: newest first, a heading for each day.
import type { JSX } from "preact";
import type { LogEntry } from "../../model/ledger.ts";
import { byDay } from "./days.ts";
import { linkTo } from "../address/routes.ts";
import { clockInWords, dayInWords, timeElsewhere } from "../time/time.ts";
import { WhatFired, WhatHappened } from "../parts/event-rows.tsx";
import { usePlace } from "../ask/place.ts";
import { rowKeys } from "../parts/row-keys.ts";

const onKeyDown = rowKeys();

export function ContactLog({ events }: { readonly events: readonly LogEntry[] }): JSX.Element {
  const { zone } = usePlace();
  return (
    <div class="contact-log" onKeyDown={onKeyDown}>
      {byDay(events, zone).map(({ day, events: own }) => (
        <section key={day} aria-labelledby={`day-${day}`}>
          <h3 id={`day-${day}`}>{dayInWords(own[0]?.receivedAt ?? day, zone, Date.now())}</h3>
          <ol class="rows">
            {own.map((entry) => (
              <ContactEvent key={entry.eventKey} entry={entry} />
            ))}
          </ol>
        </section>
      ))}
    </div>
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
