import type { JSX } from "preact";
import type { Delivery } from "../../model/delivery.ts";
import type { HostState } from "../../model/statistics.ts";
import { locationPath } from "../ask/api.ts";
import { linkTo } from "../address/routes.ts";
import { useQuery } from "../ask/use-query.ts";
import { DeliveryLinks } from "./delivery-rows.tsx";
import { DeliveryTimeline } from "../parts/delivery-timeline.tsx";
import { usePlace } from "../ask/place.ts";
import { ProblemNote } from "../parts/problem.tsx";

/** The one delivery that an address names. */
export function OneDelivery({ id, hosts }: { readonly id: string; readonly hosts: readonly HostState[] }): JSX.Element {
  const { locationId } = usePlace();
  const { answer, problem, askAgain } = useQuery<{ delivery: Delivery }>(locationPath(locationId, "deliveries", id));
  return (
    <section class="panel" aria-label="One delivery">
      <p>
        <a href={linkTo(locationId, "deliveries")}>All deliveries</a>
      </p>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {answer ? (
        <>
          <DeliveryTimeline delivery={answer.delivery} hosts={hosts} onDone={askAgain} />
          <DeliveryLinks delivery={answer.delivery} />
        </>
      ) : problem ? null : (
        <p class="quiet-note">Loading…</p>
      )}
    </section>
  );
}
