import { amount } from "../../kit/amount.ts";
import type { JSX } from "preact";
import type { Overview } from "../../model/statistics.ts";
import { usePlace } from "../ask/place.ts";
import { Chart } from "./chart.tsx";
import { sumOf } from "./sum.ts";

/** Events, rules that fired, deliveries and failures over time. */
export function OverTime({
  answer,
  onBrush,
}: {
  readonly answer: Overview;
  readonly onBrush: (fromMs: number, toMs: number) => void;
}): JSX.Element {
  const { zone } = usePlace();
  const { fired, sent, failed, bucketMs } = answer;
  const start = Date.parse(answer.from);
  const at = fired.map((_, index) => start + index * bucketMs);
  const all = fired.map((_, index) =>
    Object.values(answer.events).reduce(
      (sum, outcomes) => sum + Object.values(outcomes).reduce((inner, values) => inner + (values[index] ?? 0), 0),
      0,
    ),
  );
  return (
    <Chart
      at={at}
      zone={zone}
      onBrush={onBrush}
      label={`${amount(sumOf(all), "event")}, ${amount(sumOf(fired), "rule")} fired, ${amount(sumOf(sent), "delivery", "deliveries")} sent, ${amount(sumOf(failed), "failed attempt")}`}
      series={[
        { label: "Events", color: "--chart-1", values: all, filled: true },
        { label: "Rules fired", color: "--chart-2", values: fired },
        { label: "Sent", color: "--chart-3", values: sent },
        { label: "Failed", color: "--chart-4", values: failed },
      ]}
    />
  );
}
