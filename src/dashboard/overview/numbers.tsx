// The numbers that matter: what came today, what is waiting, what needs attention.
import type { JSX } from "preact";
import type { Overview } from "../../model/statistics.ts";
import { counted } from "../parts/counted.ts";
import { usePlace } from "../ask/place.ts";
import { linkTo } from "../address/routes.ts";
import { fromNow, timeElsewhere } from "../time/time.ts";
import { useNow } from "../time/use-now.ts";

/** Each links to what it counts. */
export function Numbers({ now }: { readonly now: Overview["now"] | undefined }): JSX.Element {
  const { locationId } = usePlace();
  const number = (words: string, value: number | undefined, link: string, isBad = false): JSX.Element => (
    <a class={`number${isBad && value ? " is-bad" : ""}`} href={link}>
      <b>{value === undefined ? "–" : counted(value)}</b> {words}
    </a>
  );
  return (
    <section class="numbers" aria-label="Numbers that matter">
      {number("events today", now?.eventsToday, linkTo(locationId, "events"))}
      {number("waiting", now?.scheduled, linkTo(locationId, "deliveries", null, { state: "scheduled" }))}
      {number("dead", now?.dead, linkTo(locationId, "deliveries", null, { state: "dead" }), true)}
      {now?.held
        ? number("held for a person", now.held, linkTo(locationId, "deliveries", null, { state: "held" }), true)
        : null}
      {number(now?.openTasks === 1 ? "open task" : "open tasks", now?.openTasks, linkTo(locationId, "tasks"))}
      {number(
        now?.overdueTasks === 1 ? "overdue task" : "overdue tasks",
        now?.overdueTasks,
        linkTo(locationId, "tasks"),
        true,
      )}
      {now?.quarantined
        ? number("not usable", now.quarantined, linkTo(locationId, "events", null, { show: "quarantine" }), true)
        : null}
      <NextDue at={now?.oldestDueAt ?? null} />
    </section>
  );
}

/** How long it is until the next delivery is due, or since the oldest was. */
function NextDue({ at }: { readonly at: string | null }): JSX.Element {
  const words = fromNow(at ?? "", useNow());
  return (
    <span class="number">
      <b title={at === null ? undefined : timeElsewhere(at)}>{at === null ? "–" : words.replace(/^in | ago$/g, "")}</b>{" "}
      {at !== null && words.endsWith("ago") ? "since the oldest was due" : "until the next is due"}
    </span>
  );
}
