// The alerts of the location that is shown, and the mark that says how many are open.
import type { JSX } from "preact";
import { useContext } from "preact/hooks";
import type { LocationAlerts } from "../../model/alert.ts";
import { locationPath } from "../ask/api.ts";
import { useCalmQuery } from "../ask/calm.tsx";
import { usePlace } from "../ask/place.ts";
import { Change, type Asked } from "../ask/use-query.ts";

/** What somebody has to know here. */
export function useAlerts(): Asked<LocationAlerts> {
  const { locationId } = usePlace();
  return useCalmQuery<LocationAlerts>(locationPath(locationId, "alerts"));
}

/** How many alerts are open; nothing where none is. It asks once it is known what the last change was: that is no change. */
export function AlertMark(): JSX.Element | null {
  return useContext(Change) === "" ? null : <Open />;
}

function Open(): JSX.Element | null {
  const { answer } = useAlerts();
  return answer && answer.open > 0 ? <span class="alert-mark"> {answer.open}</span> : null;
}
