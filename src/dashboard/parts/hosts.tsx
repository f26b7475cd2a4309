// The state of the destinations: a quiet line while all of them take deliveries, details once one does not.
import type { JSX } from "preact";
import type { HostState } from "../../model/statistics.ts";
import { locationPath } from "../ask/api.ts";
import { hostInWords } from "../../language/in-words.ts";
import { linkTo, type Query } from "../address/routes.ts";
import { useQuery, type Asked } from "../ask/use-query.ts";
import { hostStateInWords } from "./waits.ts";
import { usePlace } from "../ask/place.ts";
import { useNow } from "../time/use-now.ts";
import { ProblemNote } from "./problem.tsx";
import { Ago } from "../time/time-elements.tsx";

type Answer = Asked<{ readonly hosts: readonly HostState[] }>;

/** Every destination that has deliveries waiting or has failed. Nothing is asked unless `isAsked`. */
export function useHosts(isAsked = true): Answer {
  const { locationId } = usePlace();
  return useQuery(isAsked ? locationPath(locationId, "hosts") : null);
}

export function Hosts({ asked, query }: { readonly asked: Answer; readonly query: Query }): JSX.Element {
  const { locationId, zone } = usePlace();
  const now = useNow();
  const hosts = (asked.answer?.hosts ?? []).map((host) => ({ ...host, ...hostStateInWords(host, zone, now) }));
  const unwell = hosts.filter(({ isWell }) => !isWell);
  if (asked.problem) return <ProblemNote problem={asked.problem} onAgain={asked.askAgain} />;
  return (
    <details class={`panel hosts${unwell.length > 0 ? " is-unwell" : ""}`} open={unwell.length > 0}>
      <summary>
        <h2>Destinations</h2>
        <span>{asked.answer ? summaryOf(hosts.length, unwell.length) : "…"}</span>
      </summary>
      <ul class="rows">
        {hosts
          .toSorted((a, b) => Number(a.isWell) - Number(b.isWell))
          .map((host) => (
            <li key={host.host}>
              <a
                class="host-name"
                href={linkTo(locationId, "deliveries", null, { ...query, host: host.host, id: null })}
              >
                {hostInWords(host.host)}
              </a>
              <span class={`host-state${host.isWell ? "" : " is-held"}`}>{host.words}</span>
              <span class="host-counts">
                {host.waiting.toLocaleString("en")} waiting
                {host.nextDueAt === null ? null : (
                  <>
                    , the first due <Ago at={host.nextDueAt} />
                  </>
                )}
                {host.inFlight === 0 ? "" : `, ${host.inFlight} being sent`}
              </span>
            </li>
          ))}
      </ul>
    </details>
  );
}

function summaryOf(all: number, unwell: number): string {
  if (all === 0) return "nothing waits, and none fails";
  if (unwell === 0)
    return all === 1 ? "one is waited for, and takes what comes" : `${all} are waited for, and take what comes`;
  return `${unwell} of ${all} ${unwell === 1 ? "does" : "do"} not take all that waits`;
}
