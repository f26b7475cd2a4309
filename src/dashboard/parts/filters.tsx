// The filters of a list. They are kept in the address, so a filtered list can be bookmarked and shared.
import { createContext, type ComponentChildren, type JSX } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { goTo, linkTo, readRoute, type Query } from "../address/routes.ts";
import { ContactBox } from "./find-contact.tsx";
import { ContactName, People } from "./people.tsx";

const TYPING_MS = 300;

const QueryContext = createContext<Query>({});

/** Filters of the list below. Those that say whether one is set (`isFiltered`) are folded on a phone. */
export function Filters({
  query,
  isFiltered,
  children,
}: {
  readonly query: Query;
  readonly isFiltered?: boolean | undefined;
  readonly children: ComponentChildren;
}): JSX.Element {
  // On a phone what is filtered comes first.
  const [isWide] = useState(() => matchMedia("(min-width: 52rem)").matches);
  const form = (
    <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      {children}
    </form>
  );
  return (
    <QueryContext.Provider value={query}>
      {isWide || isFiltered === undefined ? (
        form
      ) : (
        <details class="folded">
          <summary>Filters{isFiltered ? ", some are set" : ""}</summary>
          {form}
        </details>
      )}
    </QueryContext.Provider>
  );
}

/** A choice of one word from a list, or any. */
export function Select({
  name,
  words,
  options,
  labels = {},
}: {
  readonly name: string;
  readonly words: string;
  readonly options: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}): JSX.Element {
  const value = useContext(QueryContext)[name] ?? "";
  const known = value === "" || options.includes(value) ? options : [value, ...options];
  return (
    <label>
      {words}
      <select value={value} onChange={(event) => setFilter(name, event.currentTarget.value)}>
        <option value="">any</option>
        {known.map((option) => (
          <option key={option} value={option}>
            {Object.hasOwn(labels, option) ? labels[option] : option}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A text, or any. It takes effect once typing pauses. */
export function TextFilter({ name, words }: { readonly name: string; readonly words: string }): JSX.Element {
  const value = useContext(QueryContext)[name] ?? "";
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text.trim() === value) return undefined;
    const timer = setTimeout(() => setFilter(name, text.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <label>
      {words}
      <input type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} />
    </label>
  );
}

/** One contact, or any: found by what people know of it. */
export function ContactFilter(): JSX.Element {
  const contact = useContext(QueryContext)["contact"] ?? "";
  if (contact === "") return <ContactBox onPick={(id) => setFilter("contact", id)} />;
  return (
    <People of={[contact]}>
      <span class="chosen">
        Contact{" "}
        <span class="chosen-what">
          <ContactName id={contact} />
          <button type="button" aria-label="Any contact" title="Any contact" onClick={() => setFilter("contact", "")}>
            ×
          </button>
        </span>
      </span>
    </People>
  );
}

/** Sets a filter in the address. */
function setFilter(name: string, value: string): void {
  const { locationId, page, item, query } = readRoute(location.hash);
  goTo(linkTo(locationId ?? "", page, item, { ...query, [name]: value }), true);
}
