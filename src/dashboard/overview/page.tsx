// A location at a glance: what came in and what came of it over time, what needs attention, and the newest events.
import type { JSX } from "preact";
import type { LogEntry } from "../../model/ledger.ts";
import type { Overview as Answer } from "../../model/statistics.ts";
import { locationPath } from "../ask/api.ts";
import { EventRows } from "../parts/event-rows.tsx";
import { DeleteLocation } from "./delete-location.tsx";
import { FullNote } from "./full-note.tsx";
import { FirstDecision } from "./first-decision.tsx";
import { Multiples } from "./multiples.tsx";
import { NameLocation } from "./name-location.tsx";
import { Numbers } from "./numbers.tsx";
import { OverTime } from "./over-time.tsx";
import { usePlace } from "../ask/place.ts";
import { PauseControl } from "../parts/pauses.tsx";
import { InHighLevel } from "../parts/in-highlevel.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { SendFirst } from "../parts/send-first.tsx";
import { goTo, linkTo, spanOf, type PageProps } from "../address/routes.ts";
import { timeInWords } from "../time/time.ts";
import { useNow } from "../time/use-now.ts";
import { bucketsOf, isRange, RANGES } from "./range.ts";
import { useQuery } from "../ask/use-query.ts";

const MINUTE_MS = 60_000;
const NEWEST = 25;

export function Overview(props: PageProps): JSX.Element {
  return (
    <>
      <Glance {...props} />
      <DeleteLocation key={usePlace().locationId} />
    </>
  );
}

function Glance({ route }: PageProps): JSX.Element {
  const { locationId, zone } = usePlace();
  const given = route.query["range"] ?? "";
  const name = isRange(given) ? given : "day";
  const brushed = spanOf(route.query);
  const asked = bucketsOf(name, brushed, useNow(MINUTE_MS));
  const overview = useQuery<Answer>(locationPath(locationId, "overview"), { ...asked });
  const events = useQuery<{ events: readonly LogEntry[] }>(locationPath(locationId, "events"), {
    ...brushed,
    limit: NEWEST,
  });
  const { answer } = overview;
  const isEmpty = events.answer?.events.length === 0 && !brushed.from;
  const brush = (fromMs: number, toMs: number): void =>
    goTo(
      linkTo(locationId, "overview", null, {
        range: name,
        from: new Date(fromMs).toISOString(),
        to: new Date(toMs).toISOString(),
      }),
    );
  if (isEmpty)
    return (
      <>
        <div class="title">
          <h1>Overview</h1>
          <NameLocation />
        </div>
        {overview.problem ? <ProblemNote problem={overview.problem} onAgain={overview.askAgain} /> : null}
        {isAnything(answer) ? <Numbers now={answer?.now} /> : null}
        {answer?.now.quarantined ? (
          <p>
            HighLevel has sent something that cannot be used:{" "}
            <a href={linkTo(locationId, "events", null, { show: "quarantine" })}>see what, and why</a>.
          </p>
        ) : null}
        <SendFirst locationId={locationId} />
      </>
    );
  const [first] = events.answer?.events ?? [];
  const isFirst = events.answer?.events.length === 1 && !brushed.from;
  return (
    <>
      <div class="title">
        <h1>Overview</h1>
        <InHighLevel thing="location" />
        <NameLocation />
        <nav class="choice" aria-label="Range">
          {Object.entries(RANGES).map(([key, { words }]) => (
            <a
              key={key}
              href={linkTo(locationId, "overview", null, { range: key })}
              aria-current={key === name ? "true" : undefined}
            >
              {words}
            </a>
          ))}
        </nav>
      </div>
      {overview.problem ? <ProblemNote problem={overview.problem} onAgain={overview.askAgain} /> : null}
      <Numbers now={answer?.now} />
      <PauseControl rule={null} />
      {answer?.storage.full ? <FullNote storage={answer.storage} /> : null}
      <div class="at-a-glance">
        <div class="stack">
          <section class="panel" aria-labelledby="over-time">
            <h2 id="over-time">Over time</h2>
            {answer ? <OverTime answer={answer} onBrush={brush} /> : <div class="chart" />}
            {brushed.from && brushed.to ? (
              <p class="brushed">
                {timeInWords(brushed.from, zone, Date.now())} to {timeInWords(brushed.to, zone, Date.now())}{" "}
                <a href={linkTo(locationId, "overview", null, { range: name })}>Show all of it</a>{" "}
                <a href={linkTo(locationId, "events", null, brushed)}>Its events</a>
              </p>
            ) : (
              <p class="quiet-note">Drag over the chart to see a part of it.</p>
            )}
          </section>
          {answer ? <Multiples answer={answer} /> : null}
        </div>
        <div class="stack">
          {isFirst && first ? <FirstDecision entry={first} /> : null}
          <section class="panel" aria-labelledby="newest">
            <h2 id="newest">{brushed.from ? "Newest of this time" : "Newest events"}</h2>
            {events.problem ? <ProblemNote problem={events.problem} onAgain={events.askAgain} /> : null}
            {events.answer || !events.problem ? <EventRows events={events.answer?.events ?? null} /> : null}
            <p>
              <a href={linkTo(locationId, "events", null, brushed)}>All events</a>
            </p>
          </section>
        </div>
      </div>
    </>
  );
}

/** Whether something is waiting or needs attention, although no event is kept. */
function isAnything(answer: Answer | null): boolean {
  return answer !== null && Object.values(answer.now).some((value) => value !== 0 && value !== null);
}
