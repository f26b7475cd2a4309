import type { JSX } from "preact";
import { fromNow, timeElsewhere, timeInWords } from "./time.ts";
import { usePlace } from "../ask/place.ts";
import { useNow } from "./use-now.ts";

/** A time in the location's zone; hovering shows it in the viewer's. */
export function Time({ at }: { readonly at: string }): JSX.Element {
  const { zone } = usePlace();
  return (
    <time dateTime={at} title={timeElsewhere(at)}>
      {timeInWords(at, zone, Date.now())}
    </time>
  );
}

/** How long ago, or how soon. */
export function Ago({ at }: { readonly at: string }): JSX.Element {
  const now = useNow();
  return (
    <time dateTime={at} title={timeElsewhere(at)} class="ago">
      {fromNow(at, now)}
    </time>
  );
}
