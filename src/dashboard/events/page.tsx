// The log of a location, newest first, with filters.
import type { JSX } from "preact";
import { CHANNELS } from "../../model/channels.ts";
import { NONE, OUTCOMES } from "../../model/event.ts";
import { EVENT_KINDS } from "../../model/event-kinds.ts";
import type { LogEntry } from "../../model/ledger.ts";
import { locationPath } from "../ask/api.ts";
import { EventRows } from "../parts/event-rows.tsx";
import { ContactFilter, Filters, Select } from "../parts/filters.tsx";
import { OUTCOME_WORDS } from "../parts/outcome-words.ts";
import { Pager, usePaging } from "../parts/paging.tsx";
import { usePlace } from "../ask/place.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { Drift } from "./drift.tsx";
import { Gaps } from "./gaps.tsx";
import { Ignored } from "./ignored.tsx";
import { Quarantine } from "./quarantine.tsx";
import { linkTo, spanOf, type PageProps } from "../address/routes.ts";
import { timeInWords } from "../time/time.ts";
import { useQuery, useQueryAt } from "../ask/use-query.ts";
import type { RuleStatistics } from "../../model/statistics.ts";
import { spanUpTo } from "../time/span.ts";
import { useNow } from "../time/use-now.ts";

const PAGE = 50;
const HOUR_MS = 3_600_000;
const NAMES = ["kind", "channel", "outcome", "rule", "contact", "message", "fired", "from", "to"] as const;

/** What the page can show, by the word in its address. */
const VIEWS = [
  { show: null, words: "Recorded" },
  { show: "gaps", words: "Found later" },
  { show: "quarantine", words: "Not usable" },
  { show: "ignored", words: "Not known" },
  { show: "drift", words: "Drift" },
] as const;

export function Events({ route }: PageProps): JSX.Element {
  const { locationId, zone } = usePlace();
  const { query } = route;
  const asked = Object.fromEntries(NAMES.map((name) => [name, query[name]]));
  const paging = usePaging(JSON.stringify(asked));
  const shown = VIEWS.find(({ show }) => show !== null && show === query["show"]) ?? VIEWS[0];
  const path = shown.show === null ? locationPath(locationId, "events") : null;
  const { answer, problem, askAgain } = useQuery<{ events: readonly LogEntry[]; cursor: string | null }>(path, {
    ...asked,
    cursor: paging.cursor,
    limit: PAGE,
  });
  const rules = useFiredRules(shown.show === null);
  const { from, to } = spanOf(query);
  return (
    <>
      <div class="title">
        <h1>Events</h1>
        <nav class="choice" aria-label="Which events">
          {VIEWS.map((view) => (
            <a
              key={view.words}
              href={linkTo(locationId, "events", null, view.show === null ? {} : { show: view.show })}
              aria-current={view === shown ? "true" : undefined}
            >
              {view.words}
            </a>
          ))}
        </nav>
      </div>
      {shown.show === "gaps" ? (
        <Gaps />
      ) : shown.show === "quarantine" ? (
        <Quarantine />
      ) : shown.show === "ignored" ? (
        <Ignored />
      ) : shown.show === "drift" ? (
        <Drift />
      ) : (
        <section class="panel" aria-label="Recorded events">
          <Filters query={query} isFiltered={Object.keys(query).length > 0}>
            <Select name="kind" words="Kind" options={EVENT_KINDS} />
            <Select name="channel" words="Channel" options={[...CHANNELS, NONE]} labels={{ none: "no channel" }} />
            <Select name="outcome" words="Outcome" options={[...OUTCOMES, NONE]} labels={OUTCOME_WORDS} />
            <Select
              name="fired"
              words="Rules"
              options={["yes", "no"]}
              labels={{ yes: "some fired", no: "none fired" }}
            />
            <Select name="rule" words="Fired rule" options={rules} />
            <ContactFilter />
          </Filters>
          {from && to ? (
            <p class="brushed">
              {timeInWords(from, zone, Date.now())} to {timeInWords(to, zone, Date.now())}
              <a href={linkTo(locationId, "events", null, { ...query, from: null, to: null })}>At any time</a>
            </p>
          ) : null}
          {query["message"] ? (
            <p class="brushed">
              Message {query["message"]}{" "}
              <a href={linkTo(locationId, "events", null, { ...query, message: null })}>Any message</a>
            </p>
          ) : null}
          {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
          {answer || !problem ? <EventRows events={answer?.events ?? null} /> : null}
          <Pager paging={paging} next={answer?.cursor ?? null} />
        </section>
      )}
    </>
  );
}

/** The rules that have fired here, to choose from. */
function useFiredRules(isAsked: boolean): readonly string[] {
  const { locationId } = usePlace();
  const span = spanUpTo(useNow(HOUR_MS), HOUR_MS, HOUR_MS);
  const { answer } = useQueryAt<RuleStatistics>("", isAsked ? locationPath(locationId, "rules") : null, {
    ...span,
    bucket: "hour",
  });
  return Object.keys(answer?.lastFired ?? {}).toSorted();
}
