// Deliveries as rows under the firing that they follow from: the state of each and the reason at a glance, all of its
// attempts when opened.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Delivery } from "../../model/delivery.ts";
import { deliveryInWords } from "../../language/in-words.ts";
import type { HostState } from "../../model/statistics.ts";
import { linkTo } from "../address/routes.ts";
import { endInWords } from "../parts/waits.ts";
import { StateBadge } from "../parts/badge.tsx";
import { DeliveryTimeline, Wait } from "../parts/delivery-timeline.tsx";
import { InHighLevel } from "../parts/in-highlevel.tsx";
import { ContactLink, People } from "../parts/people.tsx";
import { firingsOf, type Firing } from "./firings.ts";
import { usePlace } from "../ask/place.ts";
import { rowKeys } from "../parts/row-keys.ts";
import { Time } from "../time/time-elements.tsx";

const onKeyDown = rowKeys();
/** Characters of an answer shown in a row; the rest is shown when the row is opened. */
const ANSWER_SHOWN = 140;

export interface DeliveryRowsProps {
  readonly deliveries: readonly Delivery[];
  readonly hosts: readonly HostState[];
  readonly onDone: () => void;
}

export function DeliveryRows({ deliveries, hosts, onDone }: DeliveryRowsProps): JSX.Element {
  return (
    <People of={deliveries.map(({ contactId }) => contactId)}>
      <div class="delivery-rows" onKeyDown={onKeyDown}>
        {firingsOf(deliveries).map((firing) => (
          <FiringRows key={firing[0].id} deliveries={firing} hosts={hosts} onDone={onDone} />
        ))}
      </div>
    </People>
  );
}

/** What one firing of a rule led to: when, which rule, for whom, and a row for each of its actions. */
function FiringRows({ deliveries, hosts, onDone }: DeliveryRowsProps & { readonly deliveries: Firing }): JSX.Element {
  const { locationId } = usePlace();
  const [{ decidedAt, rule, contactId, eventKey }] = deliveries;
  return (
    <section
      class="firing"
      aria-label={`${rule}, ${deliveries.length} ${deliveries.length === 1 ? "action" : "actions"}`}
    >
      <p class="firing-of">
        <a href={linkTo(locationId, "events", eventKey, { contact: contactId, rule })}>
          <Time at={decidedAt} />
        </a>
        <a class="firing-rule" href={linkTo(locationId, "rules", rule)}>
          {rule}
        </a>
        <ContactLink id={contactId} />
      </p>
      {deliveries.map((delivery) => (
        <Row key={delivery.id} delivery={delivery} hosts={hosts} onDone={onDone} />
      ))}
    </section>
  );
}

function Row({
  delivery,
  hosts,
  onDone,
}: Omit<DeliveryRowsProps, "deliveries"> & { readonly delivery: Delivery }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const { state, host, action } = delivery;
  return (
    <details class="verdict" data-row onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary tabIndex={0}>
        <StateBadge state={state} />
        <span class="delivery-to">{deliveryInWords(action, host)}</span>
        <Glance delivery={delivery} hosts={hosts} />
      </summary>
      {isOpen ? (
        <div class="delivery-body">
          <DeliveryTimeline delivery={delivery} hosts={hosts} onDone={onDone} />
          <DeliveryLinks delivery={delivery} />
        </div>
      ) : null}
    </details>
  );
}

/** In one line: why it waits, how it was answered, or what ended it. */
function Glance({
  delivery,
  hosts,
}: {
  readonly delivery: Delivery;
  readonly hosts: readonly HostState[];
}): JSX.Element | null {
  const { state } = delivery;
  if (state === "sending") return null;
  const answer = state === "dead" ? delivery.attempts.at(-1)?.answer?.trim() : undefined;
  return (
    <span class={`glance glance-${state}`}>
      {state === "scheduled" ? <Wait delivery={delivery} hosts={hosts} /> : endInWords(delivery)}
      {answer ? (
        <>
          {" "}
          <code>{answer.length > ANSWER_SHOWN ? `${answer.slice(0, ANSWER_SHOWN)}…` : answer}</code>
        </>
      ) : null}
    </span>
  );
}

/** Links to a delivery's event, to its contact, and to itself. */
export function DeliveryLinks({ delivery }: { readonly delivery: Delivery }): JSX.Element {
  const { locationId } = usePlace();
  const { id, eventKey, contactId, rule } = delivery;
  return (
    <p class="links">
      <a href={linkTo(locationId, "events", eventKey, { contact: contactId, rule })}>The event, and why {rule} fired</a>
      <People of={[contactId]}>
        <ContactLink id={contactId} />
      </People>
      <InHighLevel thing="contact" id={contactId} />
      <a class="mono" href={linkTo(locationId, "deliveries", null, { id })}>
        {id}
      </a>
    </p>
  );
}
