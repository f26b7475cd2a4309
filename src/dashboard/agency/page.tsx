// An agency that has the app installed: how its own token stands, and which of its sub-accounts have one, with what to do
// where one has none.
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { AgencyLocation, AgencyLocationState, AgencyTold } from "../../model/agency.ts";
import { linkTo, linkToAgency, type Route } from "../address/routes.ts";
import { useQueryAt } from "../ask/use-query.ts";
import { whileSeen } from "../ask/while-seen.ts";
import { counted } from "../parts/counted.ts";
import { Pager, usePaging } from "../parts/paging.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { Time } from "../time/time-elements.tsx";
import { STATES, TOKEN_STATES } from "./states.ts";

const PAGE = 50;
const ASK_EVERY_MS = 5_000;

/** The agency that the address names. */
export function Agency({ companyId, route }: { readonly companyId: string; readonly route: Route }): JSX.Element {
  const state = stateIn(route.query["state"]);
  const paging = usePaging(`${companyId} ${state ?? ""}`);
  const parameters = { state, cursor: paging.cursor, limit: PAGE };
  const path = `/api/agencies/${encodeURIComponent(companyId)}`;
  const { answer, problem, askAgain } = useQueryAt<AgencyTold>("", path, parameters);
  useEffect(() => whileSeen(askAgain, ASK_EVERY_MS, document), [askAgain]);
  useEffect(() => {
    document.title = `Agency ${companyId} · Afterbeep`;
  }, [companyId]);
  return (
    <>
      <h1>Agency {companyId}</h1>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {answer ? (
        <>
          <Standing told={answer} />
          <section class="panel" aria-label="Sub-accounts">
            <h2>Sub-accounts</h2>
            <Counts told={answer} shown={state} />
            {answer.locations.length === 0 ? <p>None.</p> : null}
            <ul class="rows sub-accounts">
              {answer.locations.map((one) => (
                <SubAccount key={one.locationId} one={one} />
              ))}
            </ul>
            <Pager paging={paging} next={answer.cursor} />
          </section>
        </>
      ) : problem ? null : (
        <p class="quiet-note">Loading…</p>
      )}
    </>
  );
}

function stateIn(word: string | undefined): AgencyLocationState | null {
  return word !== undefined && isState(word) ? word : null;
}

function isState(word: string): word is AgencyLocationState {
  return Object.hasOwn(STATES, word);
}

/** The agency's own token, its list, and what went wrong. */
function Standing({ told: { token, listedAt, waitsUntil, failure } }: { readonly told: AgencyTold }): JSX.Element {
  const { words, todo } = TOKEN_STATES[token?.state ?? "none"];
  return (
    <section class="panel" aria-label="How it stands">
      <p>
        The agency's own token {words}
        {token ? (
          <>
            , since <Time at={token.since} />
          </>
        ) : null}
        .{todo ? ` ${todo}.` : ""}
      </p>
      {token?.state === "active" ? (
        <p>
          {listedAt === null ? (
            "Its sub-accounts were not listed yet."
          ) : (
            <>
              Its sub-accounts were listed <Time at={listedAt} />, which is done every hour.
            </>
          )}
        </p>
      ) : null}
      {failure ? (
        <p role="status">
          <b>Something went wrong</b> <Time at={failure.at} />: {failure.why}.{" "}
          {waitsUntil === null ? (
            "It is tried again with the next list."
          ) : (
            <>
              It is tried again <Time at={waitsUntil} />.
            </>
          )}
        </p>
      ) : null}
    </section>
  );
}

/** How many are in each state; each shows them alone. */
function Counts({
  told: { companyId, counts },
  shown,
}: {
  readonly told: AgencyTold;
  readonly shown: AgencyLocationState | null;
}): JSX.Element {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const choice = (words: string, count: number, state: AgencyLocationState | null): JSX.Element => (
    <a href={linkToAgency(companyId, { state })} aria-current={state === shown ? "true" : undefined}>
      {counted(count)} {words}
    </a>
  );
  return (
    <nav class="choice" aria-label="Which sub-accounts">
      {choice("in all", all, null)}
      {Object.keys(STATES)
        .filter(isState)
        .map((state) =>
          counts[state] > 0 || state === shown ? choice(STATES[state].words, counts[state], state) : null,
        )}
    </nav>
  );
}

function SubAccount({ one: { locationId, name, state, since, why } }: { readonly one: AgencyLocation }): JSX.Element {
  const { words, todo } = STATES[state];
  const isServed = state === "given" || state === "own";
  const shown = name ?? locationId;
  return (
    <li data-row>
      <span class="row-what">
        {isServed ? <a href={linkTo(locationId)}>{shown}</a> : shown}
        {name === null ? null : <small>{locationId}</small>}
      </span>
      <span class={`badge agency-${state}`}>{words}</span>
      <span>
        since <Time at={since} />
      </span>
      {todo ? (
        <p class="quiet-note">
          {why === null ? "" : `${why}. `}
          {todo}.
        </p>
      ) : null}
    </li>
  );
}
