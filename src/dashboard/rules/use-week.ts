import { useMemo } from "preact/hooks";
import type { RuleStatistics } from "../../model/statistics.ts";
import { locationPath } from "../ask/api.ts";
import { useQuery, type Asked } from "../ask/use-query.ts";
import { usePlace } from "../parts/place.ts";

const HOUR_MS = 3_600_000;
const WEEK_MS = 168 * HOUR_MS;

/** What each rule of the location did in the last week, hour by hour, the hour that runs included. */
export function useWeek(): Asked<RuleStatistics> {
  const { locationId } = usePlace();
  const end = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
  const span = useMemo(
    () => ({ from: new Date(end - WEEK_MS).toISOString(), to: new Date(end).toISOString(), bucket: "hour" }),
    [end],
  );
  return useQuery<RuleStatistics>(locationPath(locationId, "rules"), span);
}
