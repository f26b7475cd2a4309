// The outcomes of each channel over time, side by side.
import type { JSX } from "preact";
import type { Overview } from "../../model/statistics.ts";
import { outcomeInWords } from "../parts/outcome-words.ts";
import { Bars, folded, Key } from "../parts/bars.tsx";
import { counted as inWords } from "../parts/counted.ts";
import { usePlace } from "../ask/place.ts";
import { linkTo } from "../address/routes.ts";
import { sumOf } from "./sum.ts";

const MULTIPLE_BARS = 48;
/** Which outcomes are good and which bad; any other is neither. */
const GOOD = new Set(["delivered", "sent", "answered", "read", "opened", "clicked"]);
const BAD = new Set(["failed", "no-answer", "busy", "canceled", "opted-out", "bounced", "complained", "unsubscribed"]);

/** What the colours mean. */
const KEY = [
  { bar: "bar-good", words: "arrived, read or answered" },
  { bar: "bar-bad", words: "failed" },
  { bar: "bar-plain", words: "another outcome" },
  { bar: "bar-unknown", words: "an unknown word" },
  { bar: "bar-none", words: "without outcome" },
] as const;

function barOf(outcome: string): (typeof KEY)[number]["bar"] {
  if (GOOD.has(outcome)) return "bar-good";
  if (BAD.has(outcome)) return "bar-bad";
  return outcome === "none" ? "bar-none" : outcome === "unknown" ? "bar-unknown" : "bar-plain";
}

/** The channels, those with the most events first. */
export function Multiples({ answer }: { readonly answer: Overview }): JSX.Element | null {
  const { locationId } = usePlace();
  const channels = Object.entries(answer.events).toSorted(
    ([a, ofA], [b, ofB]) => Number(a === "none") - Number(b === "none") || total(ofB) - total(ofA),
  );
  if (channels.length === 0) return null;
  const repeats = sumOf(answer.repeats);
  const bars = new Set(
    channels.flatMap(([, outcomes]) =>
      Object.entries(outcomes).flatMap(([outcome, values]) => (sumOf(values) === 0 ? [] : [barOf(outcome)])),
    ),
  );
  return (
    <section class="panel" aria-labelledby="channels">
      <h2 id="channels">Channels and outcomes</h2>
      <Key entries={KEY.filter(({ bar }) => bars.has(bar))} />
      <div class="multiples">
        {channels.map(([channel, outcomes]) => {
          const stacks = Object.entries(outcomes).map(([outcome, values]) => ({
            name: barOf(outcome),
            outcome,
            values: folded(values, MULTIPLE_BARS),
          }));
          const counted = stacks
            .map(({ outcome, values }) => ({ outcome, count: sumOf(values) }))
            .filter(({ count }) => count > 0)
            .toSorted((a, b) => b.count - a.count);
          const words = counted.map(({ outcome, count }) => `${inWords(count)} ${outcomeInWords(outcome)}`);
          return (
            <figure key={channel} class="multiple">
              <figcaption>
                <a href={linkTo(locationId, "events", null, { channel })}>
                  {channel === "none" ? "no channel" : channel}
                </a>
              </figcaption>
              <Bars stacks={stacks} label={`${channel}: ${words.join(", ")}`} />
              <p>
                {counted.map(({ outcome, count }) => (
                  <a key={outcome} href={linkTo(locationId, "events", null, filterOf(channel, outcome))}>
                    {inWords(count)} {outcomeInWords(outcome)}
                  </a>
                ))}
              </p>
            </figure>
          );
        })}
      </div>
      {repeats === 0 ? null : <p class="quiet-note">{inWords(repeats)} more changed nothing, and fired nothing.</p>}
    </section>
  );
}

/** All events of a channel. */
function total(outcomes: Overview["events"][string]): number {
  return Object.values(outcomes).reduce((sum, values) => sum + sumOf(values), 0);
}

function filterOf(channel: string, outcome: string): Record<string, string> {
  return { channel, outcome };
}
