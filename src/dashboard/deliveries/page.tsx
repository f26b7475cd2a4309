// Deliveries on their way, delivered or given up: filtered, and acted on one by one or all at once.
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import {
  DELIVERY_STATES,
  type Delivery,
  type DeliveryCounts,
  type DeliveryFilter,
  type DeliveryState,
} from "../../model/delivery.ts";
import { locationPath } from "../ask/api.ts";
import { useCalmQuery } from "../ask/calm.tsx";
import { ERROR_CODES, filterOf, frozen } from "../address/delivery-filter.ts";
import { hostInWords } from "../../language/in-words.ts";
import { AgeFilter } from "./age-filter.tsx";
import { STATE_WORDS } from "../parts/badge.tsx";
import { BULK, BULK_KINDS, BulkDialog, type BulkKind } from "./bulk.tsx";
import { DeliveryRows } from "./delivery-rows.tsx";
import { ContactFilter, Filters, Select } from "../parts/filters.tsx";
import { Hosts, useHosts } from "../parts/hosts.tsx";
import { OneDelivery } from "./one-delivery.tsx";
import { Pager, usePaging } from "../parts/paging.tsx";
import { usePlace } from "../ask/place.ts";
import { useNow } from "../time/use-now.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { linkTo, type Query, type PageProps } from "../address/routes.ts";
import { useQuery } from "../ask/use-query.ts";
import { counted } from "../parts/counted.ts";

const PAGE = 50;
const MINUTE_MS = 60_000;

export function Deliveries({ route }: PageProps): JSX.Element {
  const { query } = route;
  const hosts = useHosts();
  const known = hosts.answer?.hosts ?? [];
  const { id } = query;
  return (
    <>
      <h1 tabIndex={-1}>Deliveries</h1>
      <Hosts asked={hosts} query={query} />
      {id ? <OneDelivery id={id} hosts={known} /> : <List query={query} hosts={known} />}
    </>
  );
}

function List({
  query,
  hosts,
}: {
  readonly query: Query;
  readonly hosts: Parameters<typeof DeliveryRows>[0]["hosts"];
}): JSX.Element {
  const { locationId } = usePlace();
  const filter = filterOf(query, useNow(MINUTE_MS));
  const state = DELIVERY_STATES.find((name) => name === query["state"]);
  const paging = usePaging(JSON.stringify(query));
  const counts = useCalmQuery<DeliveryCounts>(locationPath(locationId, "deliveries", "counts"), { ...filter });
  const list = useQuery<{ deliveries: readonly Delivery[]; cursor: string | null }>(
    locationPath(locationId, "deliveries"),
    { ...filter, state, cursor: paging.cursor, limit: PAGE },
  );
  const section = useRef<HTMLElement>(null);
  const [bulk, setBulk] = useState<{ kind: BulkKind; filter: DeliveryFilter } | null>(null);
  const askAgain = (): void => {
    list.askAgain();
    counts.askAgain();
  };
  const problem = list.problem ?? counts.problem;
  const hostNames = counts.answer?.hosts ?? [];
  return (
    <section class="panel" aria-label="Deliveries" ref={section} tabIndex={-1}>
      <Filters query={query} isFiltered={Object.keys(query).some((name) => name !== "state")}>
        <Select name="rule" words="Rule" options={counts.answer?.rules ?? []} />
        <Select
          name="host"
          words="Destination"
          options={hostNames}
          labels={Object.fromEntries(hostNames.map((host) => [host, hostInWords(host)]))}
        />
        <Select name="error" words="Last error" options={ERROR_CODES} />
        <AgeFilter query={query} />
        <ContactFilter />
      </Filters>
      <div class="states-bar">
        <States query={query} state={state} counts={counts.answer} />
        <BulkButtons
          state={state}
          counts={counts.answer}
          onBulk={(kind) => setBulk({ kind, filter: frozen(filter, Date.now()) })}
        />
      </div>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {list.answer ? (
        <DeliveryRows deliveries={list.answer.deliveries} hosts={hosts} onDone={askAgain} />
      ) : list.problem ? null : (
        <p class="quiet-note">Loading…</p>
      )}
      {list.answer?.deliveries.length === 0 ? <None query={query} /> : null}
      <Pager paging={paging} next={list.answer?.cursor ?? null} />
      {bulk ? (
        <BulkDialog
          {...bulk}
          onClose={() => {
            setBulk(null);
            askAgain();
            // The button that opened it may be gone, together with its deliveries.
            if (document.activeElement === document.body) section.current?.focus();
          }}
        />
      ) : null}
    </section>
  );
}

function States({
  query,
  state,
  counts,
}: {
  readonly query: Query;
  readonly state: DeliveryState | undefined;
  readonly counts: DeliveryCounts | null;
}): JSX.Element {
  const { locationId } = usePlace();
  const all = counts && Object.values(counts.counts).reduce((sum, count) => sum + count, 0);
  const link = (name: DeliveryState | null, words: string, count: number | null | undefined): JSX.Element => (
    <a
      key={name}
      href={linkTo(locationId, "deliveries", null, { ...query, state: name })}
      aria-current={(state ?? null) === name ? "true" : undefined}
    >
      {words} <b>{count === null || count === undefined ? "–" : counted(count)}</b>
    </a>
  );
  return (
    <nav class="choice states" aria-label="State">
      {link(null, "all", all)}
      {DELIVERY_STATES.map((name) => link(name, STATE_WORDS[name], counts?.counts[name]))}
    </nav>
  );
}

/** What can be done to all deliveries that match the filters. */
function BulkButtons({
  state,
  counts,
  onBulk,
}: {
  readonly state: DeliveryState | undefined;
  readonly counts: DeliveryCounts | null;
  readonly onBulk: (kind: BulkKind) => void;
}): JSX.Element {
  // Held deliveries are rare: their buttons are shown only if there are some, or if that state is chosen.
  const kinds = BULK_KINDS.filter(
    (kind) =>
      state === BULK[kind].state ||
      (state === undefined && (BULK[kind].state !== "held" || (counts?.counts.held ?? 0) > 0)),
  );
  return (
    <span class="buttons">
      {kinds.map((kind) => {
        const { verb, state: moved, isDanger } = BULK[kind];
        const count = counts?.counts[moved] ?? 0;
        return (
          <button
            key={kind}
            type="button"
            class={isDanger ? "danger" : ""}
            disabled={count === 0}
            onClick={() => onBulk(kind)}
          >
            {verb} all {count === 0 ? "" : counted(count)} {STATE_WORDS[moved]}
          </button>
        );
      })}
    </span>
  );
}

function None({ query }: { readonly query: Query }): JSX.Element {
  const { locationId } = usePlace();
  if (Object.keys(query).length === 0)
    return <p class="quiet-note">None yet: a delivery comes into being when a rule fires.</p>;
  return (
    <p class="quiet-note">
      No delivery fits these filters. <a href={linkTo(locationId, "deliveries")}>Show all of them</a>
    </p>
  );
}
