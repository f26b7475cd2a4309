// The near misses of a rule: what one thing alone kept it from firing in the last week, how often, and on which events.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { lookedInWords, nearMissInWords, sawInWords } from "../../language/near-words.ts";
import type { NearMiss, NearMisses as Found } from "../../model/near-miss.ts";
import type { Rule } from "../../model/rule.ts";
import { linkTo } from "../address/routes.ts";
import { usePlace } from "../ask/place.ts";
import { announce } from "../parts/announce.tsx";
import { counted } from "../parts/counted.ts";
import { Enough, OfAPart, Underway } from "../replay/underway.tsx";
import { headersNow, useThread } from "../replay/use-thread.ts";
import { Time } from "../time/time-elements.tsx";

const DAYS = 7;
const DAY_MS = 86_400_000;

export function NearMisses({
  name,
  inForce,
}: {
  readonly name: string;
  readonly inForce: readonly Rule[];
}): JSX.Element {
  const { locationId } = usePlace();
  const { state, start, stop } = useThread<{ readonly near: Found; readonly isWhole: boolean }>();
  const isBusy = state.at === "begins" || state.at === "reads";
  useEffect(() => {
    if (state.at === "done") announce(lookedInWords(state.near));
  }, [state]);
  const look = (): void => {
    const asked = { locationId, rule: name, inForce, sinceMs: Date.now() - DAYS * DAY_MS };
    start(
      () => Promise.resolve({ near: { ...asked, headers: headersNow() } }),
      (said) => (said.what === "near" ? { near: said.near, isWhole: said.isWhole } : null),
    );
  };
  return (
    <section class="panel" aria-labelledby="near">
      <h2 id="near">Near misses</h2>
      <div class="replay-run">
        <button type="button" disabled={isBusy} onClick={look}>
          {isBusy ? "Looking…" : `Look at the last ${DAYS} days`}
        </button>
        <Enough isBusy={isBusy} stop={stop} />
      </div>
      {state.at === "done" ? (
        <Result near={state.near} isWhole={state.isWhole} locationId={locationId} />
      ) : (
        <Underway state={state}>
          Events on which one thing alone kept it from firing: how often, and which. The log is decided again in your
          browser.
        </Underway>
      )}
    </section>
  );
}

function Result({
  near,
  isWhole,
  locationId,
}: {
  readonly near: Found;
  readonly isWhole: boolean;
  readonly locationId: string;
}): JSX.Element {
  const { misses, more } = near;
  return (
    <>
      {isWhole ? null : <OfAPart />}
      <p>{lookedInWords(near)}.</p>
      {misses.length === 0 ? null : <p class="quiet-note">It would have fired, if only:</p>}
      <ul class="near-misses">
        {misses.map((miss) => (
          <Miss key={nearMissInWords(miss)} miss={miss} locationId={locationId} />
        ))}
      </ul>
      {more === 0 ? null : <p class="quiet-note">{counted(more)} rarer ones are left out.</p>}
    </>
  );
}

function Miss({ miss, locationId }: { readonly miss: NearMiss; readonly locationId: string }): JSX.Element {
  const { count, events } = miss;
  return (
    <li>
      <details>
        <summary>
          {nearMissInWords(miss)}:{" "}
          <b>
            {counted(count)} {count === 1 ? "event" : "events"}
          </b>
        </summary>
        <ul class="differences">
          {events.map((event) => (
            <li key={event.eventKey}>
              <a href={linkTo(locationId, "events", event.eventKey, { contact: event.contactId })}>
                <Time at={event.at} />
              </a>{" "}
              {sawInWords(miss, event)}
            </li>
          ))}
        </ul>
        {count > events.length ? <p class="quiet-note">The newest {events.length} of them.</p> : null}
      </details>
    </li>
  );
}
