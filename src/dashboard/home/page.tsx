// All locations on one page: what needs a person first, then each with its day, searched, sorted and filtered by trouble.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { HOME_SORTS, TROUBLES, type Home, type HomeSort, type HomeTotals, type LocationOverview } from "../../model/home.ts"; // prettier-ignore
import { goTo, linkTo, type Query } from "../address/routes.ts";
import type { BulkKind } from "../deliveries/bulk.tsx";
import { Bars } from "../parts/bars.tsx";
import { counted } from "../parts/counted.ts";
import { Filters, TextFilter } from "../parts/filters.tsx";
import { Pager, type Paging } from "../parts/paging.tsx";
import { rowKeys } from "../parts/row-keys.ts";
import { Ago } from "../time/time-elements.tsx";
import { AcrossDialog } from "./across-dialog.tsx";

type Across = Exclude<BulkKind, "cancel">;

/** What the address says of the home: words that are not known count as absent. */
export function homeQuery({ search = "", sort, trouble }: Query) {
  return {
    search: search.slice(0, 64).replaceAll(/\p{C}/gu, ""),
    sort: HOME_SORTS.find((known) => known === sort),
    trouble: TROUBLES.find((known) => known === trouble),
  };
}

const COLUMNS: readonly { readonly sort: HomeSort; readonly words: string }[] = [
  { sort: "name", words: "Location" },
  { sort: "lastEvent", words: "Last event" },
  { sort: "events", words: "Events" },
  { sort: "fired", words: "Rules fired" },
  { sort: "waiting", words: "Waiting" },
  { sort: "held", words: "Held" },
  { sort: "dead", words: "Dead" },
  { sort: "overdue", words: "Overdue" },
  { sort: "alerts", words: "Alerts" },
];

const TROUBLE_WORDS: { readonly [T in (typeof TROUBLES)[number]]: string } = {
  any: "any trouble",
  held: "held",
  dead: "dead",
  overdue: "overdue tasks",
  paused: "paused",
  alerts: "alerts",
};

/** `onMoved`: something was changed in locations. */
export function HomeTable({
  home,
  query,
  paging,
  onMoved,
}: {
  readonly home: Home;
  readonly query: Query;
  readonly paging: Paging;
  readonly onMoved: () => void;
}): JSX.Element {
  const { search, sort = "trouble", trouble } = homeQuery(query);
  const link = (more: Query): string => linkTo("", "overview", null, { search, sort: query["sort"], trouble, ...more });
  return (
    <div class="home">
      <NeedsAPerson totals={home.totals} search={search} onMoved={onMoved} />
      <Filters query={query}>
        <TextFilter name="search" words="Name or id" />
        <label>
          Show
          <select value={trouble ?? ""} onChange={(event) => goTo(link({ trouble: event.currentTarget.value }), true)}>
            <option value="">all locations</option>
            {TROUBLES.map((one) => (
              <option key={one} value={one}>
                with {TROUBLE_WORDS[one]}
              </option>
            ))}
          </select>
        </label>
        <label>
          Sort
          <select value={sort} onChange={(event) => goTo(link({ sort: event.currentTarget.value }), true)}>
            <option value="trouble">trouble first</option>
            {COLUMNS.map((column) => (
              <option key={column.sort} value={column.sort}>
                {column.words.toLowerCase()}
              </option>
            ))}
          </select>
        </label>
      </Filters>
      <p class="quiet-note" role="status">
        {counted(home.totals.locations)} {home.totals.locations === 1 ? "location" : "locations"},{" "}
        {counted(home.totals.troubled)} with trouble. In the last 24 hours {counted(home.totals.events)} events,{" "}
        {counted(home.totals.fired)} rules fired. Up to five minutes old.
      </p>
      {home.locations.length === 0 ? (
        <p>No location fits. {search || trouble ? <a href={linkTo("")}>Show all</a> : null}</p>
      ) : (
        <table class="home-table" onKeyDown={rowKeys()}>
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th
                  key={column.sort}
                  scope="col"
                  aria-sort={sort !== column.sort ? "none" : sort === "name" ? "ascending" : "descending"}
                >
                  <a href={link({ sort: column.sort })}>{column.words}</a>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {home.locations.map((one) => (
              <Row key={one.locationId} one={one} />
            ))}
          </tbody>
        </table>
      )}
      <Pager paging={paging} next={home.cursor} />
    </div>
  );
}

function Row({ one }: { readonly one: LocationOverview }): JSX.Element {
  const { locationId, name, lastEventAt, hours } = one;
  const to = (page: "deliveries" | "tasks", query: Query): string => linkTo(locationId, page, null, query);
  return (
    <tr>
      <th scope="row">
        <a data-row href={linkTo(locationId)}>
          {name ?? locationId}
        </a>
        {name === null ? null : <small>{locationId}</small>}
        {one.paused ? <span class="badge state-held">paused</span> : null}
        {one.pausedRules > 0 ? (
          <span class="badge state-held">
            {counted(one.pausedRules)} {one.pausedRules === 1 ? "rule" : "rules"} paused
          </span>
        ) : null}
        {one.toldAt === null ? <small>not asked yet</small> : null}
      </th>
      <td data-label="Last event">{lastEventAt === null ? "–" : <Ago at={lastEventAt} />}</td>
      <td data-label="Events">
        <Day values={hours.events} name="bar-plain" what="events" count={one.events} />
      </td>
      <td data-label="Rules fired">
        <Day values={hours.fired} name="bar-good" what="rules fired" count={one.fired} />
      </td>
      <Count label="Waiting" count={one.waiting} href={to("deliveries", { state: "scheduled" })} />
      <Count label="Held" count={one.held} href={to("deliveries", { state: "held" })} isTrouble />
      <Count label="Dead" count={one.dead} href={to("deliveries", { state: "dead" })} isTrouble />
      <Count label="Overdue" count={one.overdue} href={to("tasks", {})} isTrouble />
      <Count label="Alerts" count={one.alerts} href={linkTo(locationId, "alerts")} isTrouble />
    </tr>
  );
}

function Day({
  values,
  name,
  what,
  count,
}: {
  readonly values: readonly number[];
  readonly name: string;
  readonly what: string;
  readonly count: number;
}): JSX.Element {
  return (
    <span class="day">
      {counted(count)}
      {count === 0 ? (
        <span class="bars" />
      ) : (
        <Bars stacks={[{ name, values }]} label={`${counted(count)} ${what} in 24 hours`} height={18} />
      )}
    </span>
  );
}

function Count({
  label,
  count,
  href,
  isTrouble = false,
}: {
  readonly label: string;
  readonly count: number;
  readonly href: string;
  readonly isTrouble?: boolean;
}): JSX.Element {
  return (
    <td data-label={label} class={count === 0 ? "none" : isTrouble ? "trouble" : ""}>
      {count === 0 ? "0" : <a href={href}>{counted(count)}</a>}
    </td>
  );
}

/** What waits for somebody, in all locations together, with what can be done about it at once. */
function NeedsAPerson({
  totals,
  search,
  onMoved,
}: {
  readonly totals: HomeTotals;
  readonly search: string;
  readonly onMoved: () => void;
}): JSX.Element | null {
  const [kind, setKind] = useState<Across | null>(null);
  const { dead, held, overdue, alerts } = totals;
  if (dead + held + overdue + alerts === 0 && kind === null) return null;
  const button = (of: Across, words: string): JSX.Element => (
    <button type="button" onClick={() => setKind(of)}>
      {words}…
    </button>
  );
  return (
    <section class="panel needs" aria-labelledby="needs">
      <h2 id="needs">Needs a person</h2>
      <ul>
        {dead > 0 ? (
          <li>
            <span>
              <a href={linkTo("", "overview", null, { search, trouble: "dead" })}>{counted(dead)} dead</a>: given up
              after all tries
            </span>
            {button("retry", "Retry")}
          </li>
        ) : null}
        {held > 0 ? (
          <li>
            <span>
              <a href={linkTo("", "overview", null, { search, trouble: "held" })}>{counted(held)} held</a>: they wait
              until somebody decides
            </span>
            {button("release", "Release")} {button("discard", "Discard")}
          </li>
        ) : null}
        {overdue > 0 ? (
          <li>
            <a href={linkTo("", "overview", null, { search, trouble: "overdue" })}>
              {counted(overdue)} overdue {overdue === 1 ? "task" : "tasks"}
            </a>
          </li>
        ) : null}
        {alerts > 0 ? (
          <li>
            <a href={linkTo("", "overview", null, { search, trouble: "alerts" })}>
              {counted(alerts)} open {alerts === 1 ? "alert" : "alerts"}
            </a>
          </li>
        ) : null}
      </ul>
      {kind === null ? null : (
        <AcrossDialog
          key={kind}
          kind={kind}
          search={search}
          onClose={() => {
            setKind(null);
            onMoved();
          }}
        />
      )}
    </section>
  );
}
