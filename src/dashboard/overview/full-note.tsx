// That the location's ledger was full, and what it has forgotten to go on.
import type { JSX } from "preact";
import type { Overview } from "../../model/statistics.ts";
import { counted } from "../parts/counted.ts";
import { Time } from "../time/time-elements.tsx";

const BYTES_OF_MEGABYTE = 1_000_000;

/** What goes, in the order in which it does. */
const WORDS = {
  payloads: "payloads",
  decisions: "explanations",
  deliveries: "deliveries that were sent or cancelled",
  events: "events on which nothing fired",
} as const;

export function FullNote({ storage }: { readonly storage: Overview["storage"] }): JSX.Element | null {
  const { full, maxBytes } = storage;
  if (!full) return null;
  const gone = (["payloads", "decisions", "deliveries", "events"] as const)
    .filter((what) => full.dropped[what] > 0)
    .map((what) => `${counted(full.dropped[what])} ${WORDS[what]}`);
  return (
    <p role="status">
      {full.isOver ? "The ledger of this location is full" : "The ledger of this location was full"} (
      {counted(Math.round(maxBytes / BYTES_OF_MEGABYTE))} MB, <code>LEDGER_MAX_BYTES</code>) since{" "}
      <Time at={full.since} />. Events are recorded all the same; the oldest history goes first
      {gone.length === 0 ? "" : `: ${gone.join(", ")} so far`}.
      {full.isExhausted ? " Nothing is left that may go: raise the bound, or let it keep less." : ""}
    </p>
  );
}
