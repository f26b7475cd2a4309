// A location at a glance: what came in and what became of it over time, what needs somebody, and the newest events.
import type { JSX } from "preact";
import type { LogEntry } from "../../model/ledger.ts";
import type { Overview as Answer } from "../../model/statistics.ts";
import { locationPath } from "../ask/api.ts";
import { Bars, folded } from "../parts/bars.tsx";
import { Chart } from "./chart.tsx";
import { EventRows } from "../parts/event-rows.tsx";
import { FirstDecision } from "./first-decision.tsx";
import { usePlace } from "../parts/place.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { SendFirst } from "../parts/send-first.tsx";
import { Ago } from "../time/time-elements.tsx";
import { goTo, linkTo, spanOf, type PageProps } from "../routes.ts";
import { timeInWords } from "../time/time.ts";
import { useNow } from "../time/use-now.ts";
import { bucketsOf, isRange, RANGES } from "./range.ts";
import { useQuery } from "../ask/use-query.ts";

const MINUTE_MS = 60_000;
const NEWEST = 25;
const MULTIPLE_BARS = 48;

export function Overview({ route }: PageProps): JSX.Element {
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
        <h1>Overview</h1>
        <SendFirst locationId={locationId} />
      </>
    );
  const [first] = events.answer?.events ?? [];
  const isFirst = events.answer?.events.length === 1 && !brushed.from;
  return (
    <>
      <div class="title">
        <h1>Overview</h1>
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
      <Numbers answer={answer} />
      <div class="at-a-glance">
        <div class="stack">
          <section class="panel" aria-labelledby="over-time">
            <h2 id="over-time">Over time</h2>
            {answer ? <OverTime answer={answer} zone={zone} onBrush={brush} /> : <div class="chart" />}
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

function Numbers({ answer }: { readonly answer: Answer | null }): JSX.Element {
  const { locationId } = usePlace();
  const now = answer?.now;
  const number = (words: string, value: number | undefined, link: string, isBad = false): JSX.Element => (
    <a class={`number${isBad && value ? " is-bad" : ""}`} href={link}>
      <b>{value === undefined ? "–" : value.toLocaleString("en")}</b> {words}
    </a>
  );
  return (
    <section class="numbers" aria-label="Numbers that matter">
      {number("events today", now?.eventsToday, linkTo(locationId, "events"))}
      {number("waiting", now?.scheduled, linkTo(locationId, "deliveries", null, { state: "scheduled" }))}
      {number("dead", now?.dead, linkTo(locationId, "deliveries", null, { state: "dead" }), true)}
      {number("open tasks", now?.openTasks, linkTo(locationId, "tasks"))}
      {number("overdue", now?.overdueTasks, linkTo(locationId, "tasks"), true)}
      {now?.quarantined
        ? number("not usable", now.quarantined, linkTo(locationId, "events", null, { show: "quarantine" }), true)
        : null}
      <span class="number">
        <b>{now?.oldestDueAt ? <Ago at={now.oldestDueAt} /> : "–"}</b> next due
      </span>
    </section>
  );
}

function OverTime({
  answer,
  zone,
  onBrush,
}: {
  readonly answer: Answer;
  readonly zone: string;
  readonly onBrush: (fromMs: number, toMs: number) => void;
}): JSX.Element {
  const { fired, sent, failed, bucketMs } = answer;
  const start = Date.parse(answer.from);
  const at = fired.map((_, index) => start + index * bucketMs);
  const all = fired.map((_, index) =>
    Object.values(answer.events).reduce(
      (sum, outcomes) => sum + Object.values(outcomes).reduce((inner, values) => inner + (values[index] ?? 0), 0),
      0,
    ),
  );
  return (
    <Chart
      at={at}
      zone={zone}
      onBrush={onBrush}
      label={`${sumOf(all)} events, ${sumOf(fired)} rules fired, ${sumOf(sent)} deliveries sent, ${sumOf(failed)} failed attempts`}
      series={[
        { label: "Events", color: "--chart-1", values: all, filled: true },
        { label: "Rules fired", color: "--chart-2", values: fired },
        { label: "Sent", color: "--chart-3", values: sent },
        { label: "Failed", color: "--chart-4", values: failed },
      ]}
    />
  );
}

/** What of an outcome is good, bad or neither. */
const GOOD = new Set(["delivered", "sent", "answered", "read", "opened", "clicked"]);
const BAD = new Set(["failed", "no-answer", "busy", "canceled", "opted-out"]);

function Multiples({ answer }: { readonly answer: Answer }): JSX.Element | null {
  const { locationId } = usePlace();
  const channels = Object.entries(answer.events).toSorted(
    ([a, ofA], [b, ofB]) => Number(a === "none") - Number(b === "none") || total(ofB) - total(ofA),
  );
  if (channels.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="channels">
      <h2 id="channels">Channels and outcomes</h2>
      <div class="multiples">
        {channels.map(([channel, outcomes]) => {
          const stacks = Object.entries(outcomes).map(([outcome, values]) => ({
            name: GOOD.has(outcome) ? "bar-good" : BAD.has(outcome) ? "bar-bad" : "bar-plain",
            outcome,
            values: folded(values, MULTIPLE_BARS),
          }));
          const counted = stacks
            .map(({ outcome, values }) => ({ outcome, count: sumOf(values) }))
            .filter(({ count }) => count > 0)
            .toSorted((a, b) => b.count - a.count);
          const words = counted.map(
            ({ outcome, count }) => `${count} ${outcome === "none" ? "without outcome" : outcome}`,
          );
          return (
            <figure key={channel} class="multiple">
              <figcaption>
                <a href={linkTo(locationId, "events", null, channel === "none" ? {} : { channel })}>
                  {channel === "none" ? "no channel" : channel}
                </a>
              </figcaption>
              <Bars stacks={stacks} label={`${channel}: ${words.join(", ")}`} />
              <p>
                {counted.map(({ outcome, count }) => (
                  <a key={outcome} href={linkTo(locationId, "events", null, filterOf(channel, outcome))}>
                    {count} {outcome === "none" ? "without outcome" : outcome}
                  </a>
                ))}
              </p>
            </figure>
          );
        })}
      </div>
    </section>
  );
}

/** All events of a channel. */
function total(outcomes: Answer["events"][string]): number {
  return Object.values(outcomes).reduce((sum, values) => sum + sumOf(values), 0);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function filterOf(channel: string, outcome: string): Record<string, string> {
  return {
    ...(channel === "none" ? {} : { channel }),
    ...(outcome === "none" ? {} : { outcome }),
  };
}
