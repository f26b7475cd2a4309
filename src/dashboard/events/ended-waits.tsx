// What an event cancelled: the contact's deliveries that were waiting when it came.
import type { JSX } from "preact";
import type { Delivery } from "../../model/delivery.ts";
import type { Event } from "../../model/event.ts";
import { doesInWords } from "../../language/in-words.ts";
import { locationPath } from "../ask/api.ts";
import { useQuery } from "../ask/use-query.ts";
import { usePlace } from "../ask/place.ts";
import { linkTo } from "../address/routes.ts";
import { Time } from "../time/time-elements.tsx";

const MOST = 200;

/** Those among the contact's newest 200 cancelled deliveries; renders nothing if there are none. */
export function EndedWaits({ event }: { readonly event: Event }): JSX.Element | null {
  const { locationId } = usePlace();
  const { answer } = useQuery<{ deliveries: readonly Delivery[] }>(locationPath(locationId, "deliveries"), {
    contact: event.contactId,
    state: "cancelled",
    limit: MOST,
  });
  const ended = (answer?.deliveries ?? []).filter(
    ({ cancelledBy }) => cancelledBy?.by === "event" && cancelledBy.eventKey === event.key,
  );
  if (ended.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="ended">
      <h2 id="ended">It cancelled {ended.length === 1 ? "what waited" : `${ended.length} that waited`}</h2>
      <ul class="rows">
        {ended.map((delivery) => (
          <li key={delivery.id} data-row>
            <a href={linkTo(locationId, "deliveries", null, { id: delivery.id })}>
              {delivery.action ? doesInWords(delivery.action) : "an action of another version"}
            </a>
            <span>
              of {delivery.rule}, decided <Time at={delivery.decidedAt} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
