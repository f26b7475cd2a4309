import type { JSX } from "preact";
import type { EventStory, LogEntry } from "../../model/ledger.ts";
import { locationPath } from "../ask/api.ts";
import { linkTo } from "../address/routes.ts";
import { useQuery } from "../ask/use-query.ts";
import { DecisionRows } from "../parts/verdicts.tsx";
import { usePlace } from "../ask/place.ts";
import { Time } from "../time/time-elements.tsx";

/** The first event that a location ever sent, and what every rule made of it. */
export function FirstDecision({ entry }: { readonly entry: LogEntry }): JSX.Element | null {
  const { locationId } = usePlace();
  const { answer } = useQuery<EventStory>(locationPath(locationId, "events", entry.eventKey), {
    contact: entry.contactId,
  });
  if (!answer) return null;
  return (
    <section class="panel" aria-labelledby="first-decision">
      <h2 id="first-decision">The first decision</h2>
      <p>
        An event came at <Time at={answer.event.receivedAt} />, and this is what each rule made of it.{" "}
        <a href={linkTo(locationId, "events", entry.eventKey, { contact: entry.contactId })}>All of it</a>
      </p>
      <DecisionRows decision={answer.decision} />
    </section>
  );
}
