import type { RuleStatistics } from "../../model/statistics.ts";
import { locationPath } from "../ask/api.ts";
import { useQuery, type Asked } from "../ask/use-query.ts";
import { usePlace } from "../ask/place.ts";
import { spanUpTo } from "../time/span.ts";
import { useNow } from "../time/use-now.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const WEEK_MS = 168 * HOUR_MS;

/** What each rule of the location did in the last week, hour by hour, including the current hour. */
export function useWeek(): Asked<RuleStatistics> {
  const { locationId } = usePlace();
  const span = spanUpTo(useNow(MINUTE_MS), WEEK_MS, HOUR_MS);
  return useQuery<RuleStatistics>(locationPath(locationId, "rules"), { ...span, bucket: "hour" });
}
