// Events as rows: when, what, who, and which rules fired or were suppressed.
import type { JSX } from "preact";
import type { LogEntry } from "../../model/ledger.ts";
import { linkTo } from "../address/routes.ts";
import { Tag } from "./badge.tsx";
import { outcomeInWords } from "./outcome-words.ts";
import { ContactLink, People } from "./people.tsx";
import { SUPPRESSION_WORDS } from "./suppression-words.ts";
import { usePlace } from "../ask/place.ts";
import { rowKeys } from "./row-keys.ts";
import { Time } from "../time/time-elements.tsx";

const onKeyDown = rowKeys();

/** A list of events. `null`: not loaded yet. */
export function EventRows({
  events,
  withContact = true,
}: {
  readonly events: readonly LogEntry[] | null;
  readonly withContact?: boolean;
}): JSX.Element {
  const { locationId } = usePlace();
  if (events === null) return <p class="quiet-note">Loading…</p>;
  if (events.length === 0) return <p class="quiet-note">No events.</p>;
  return (
    <People of={withContact ? events.map(({ contactId }) => contactId) : []}>
      <ul class="rows events" onKeyDown={onKeyDown}>
        {events.map((entry) => (
          <li key={`${entry.contactId} ${entry.eventKey}`} data-row>
            <a class="row-main" href={linkTo(locationId, "events", entry.eventKey, { contact: entry.contactId })}>
              <Time at={entry.receivedAt} />
              <WhatHappened entry={entry} />
            </a>
            <WhatFired entry={entry} />
            {withContact ? <ContactLink id={entry.contactId} /> : null}
          </li>
        ))}
      </ul>
    </People>
  );
}

/** An event's kind (unless it is the usual one), its channel and its outcome. */
export function WhatHappened({ entry }: { readonly entry: LogEntry }): JSX.Element {
  return (
    <span class="row-what">
      {entry.kind === "OutboundMessage" ? null : <Tag>{entry.kind}</Tag>}
      {entry.channel ? <Tag>{entry.channel}</Tag> : null}
      {entry.repeats ? <Tag>no change</Tag> : null}
      {entry.deciding ? <Tag>deciding</Tag> : null}
      {entry.sentBy ? <Tag>ours</Tag> : null}
      {entry.origin ? <Tag>found later</Tag> : null}
      {entry.outcome ? <span class={`outcome outcome-${entry.outcome}`}>{outcomeInWords(entry.outcome)}</span> : null}
    </span>
  );
}

/** The rules that fired on an event, and those that were suppressed. */
export function WhatFired({ entry }: { readonly entry: LogEntry }): JSX.Element {
  const { locationId } = usePlace();
  return (
    <span class="row-fired">
      {entry.fired.map((rule) => (
        <a key={rule} class="fired" href={linkTo(locationId, "rules", rule)}>
          {rule} <span class="hidden">fired</span>
        </a>
      ))}
      {entry.held.map(({ rule, reason }) => (
        <a key={rule} class="held" href={linkTo(locationId, "rules", rule)}>
          {rule}, {SUPPRESSION_WORDS[reason]}
        </a>
      ))}
    </span>
  );
}
