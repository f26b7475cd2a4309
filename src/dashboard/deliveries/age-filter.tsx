import type { JSX } from "preact";
import { AGES, ageOf } from "../address/delivery-filter.ts";
import { goTo, linkTo, type Query } from "../address/routes.ts";
import { fromField, toField } from "../time/zoned.ts";
import { usePlace } from "../ask/place.ts";

/** How long ago: one of a few ages, or between two times in the location's zone. */
export function AgeFilter({ query }: { readonly query: Query }): JSX.Element {
  const { locationId, zone } = usePlace();
  const age = ageOf(query);
  const put = (change: Readonly<Record<string, string | null>>): void =>
    goTo(linkTo(locationId, "deliveries", null, { ...query, ...change }), true);
  const choose = (chosen: string): void =>
    put(chosen === "between" ? { age: chosen } : { age: chosen, since: null, until: null });
  const field = (name: "since" | "until", words: string): JSX.Element => (
    <label>
      {words}
      <input
        type="datetime-local"
        value={toField(query[name] ?? "", zone)}
        onChange={(event) => put({ age: "between", [name]: fromField(event.currentTarget.value, zone) })}
      />
    </label>
  );
  return (
    <>
      <label>
        Decided
        <select value={age} onChange={(event) => choose(event.currentTarget.value)}>
          <option value="">any time</option>
          {Object.entries(AGES).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </label>
      {age === "between" ? (
        <>
          {field("since", "from")}
          {field("until", "until")}
        </>
      ) : null}
    </>
  );
}
