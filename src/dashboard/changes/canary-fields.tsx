import type { JSX } from "preact";
import type { TypedBounds } from "./offers.ts";

/** For whom a canary is to decide, and when it halts itself. */
export function CanaryFields({
  typed,
  onType,
}: {
  readonly typed: TypedBounds;
  readonly onType: (typed: TypedBounds) => void;
}): JSX.Element {
  return (
    <>
      <label>
        <span>Share of the contacts, in per cent</span>
        <input
          inputMode="decimal"
          value={typed.share}
          onInput={(event) => onType({ ...typed, share: event.currentTarget.value })}
        />
      </label>
      <label>
        <span>Only in these locations (ids; empty: in all)</span>
        <textarea
          rows={2}
          spellcheck={false}
          value={typed.locations}
          onInput={(event) => onType({ ...typed, locations: event.currentTarget.value })}
        />
      </label>
      <label>
        <span>Messages an hour in a location, beyond which it halts itself (empty: no bound)</span>
        <input
          inputMode="numeric"
          value={typed.messagesPerHour}
          onInput={(event) => onType({ ...typed, messagesPerHour: event.currentTarget.value })}
        />
      </label>
    </>
  );
}
