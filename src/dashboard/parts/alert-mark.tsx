// The alerts of the location that is shown, and the mark that says how many are open.
import type { JSX } from "preact";
import type { LocationAlerts } from "../../model/alert.ts";
import { locationPath } from "../ask/api.ts";
import { useCalmQuery } from "../ask/calm.tsx";
import { usePlace } from "../ask/place.ts";
import type { Asked } from "../ask/use-query.ts";

/** What somebody has to know here. */
export function useAlerts(): Asked<LocationAlerts> {
  const { locationId } = usePlace();
  return useCalmQuery<LocationAlerts>(locationPath(locationId, "alerts"));
}

/** How many alerts are open; nothing where none is. */
export function AlertMark(): JSX.Element | null {
  const { answer } = useAlerts();
  return answer && answer.open > 0 ? <span class="alert-mark"> {answer.open}</span> : null;
}
