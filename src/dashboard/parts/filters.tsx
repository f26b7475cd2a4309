// What a list is narrowed by. It stands in the address, so a filtered list can be kept, sent and gone back from.
import { createContext, type ComponentChildren, type JSX } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { goTo, linkTo, readRoute, type Query } from "../address/routes.ts";

const TYPING_MS = 300;

const QueryContext = createContext<Query>({});

/** Filters of the list below. */
export function Filters({
  query,
  children,
}: {
  readonly query: Query;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <QueryContext.Provider value={query}>
      <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
        {children}
      </form>
    </QueryContext.Provider>
  );
}

/** One of a list of words, or any. */
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

/** A text, or any. It is asked for once nothing more is typed. */
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

/** Puts a filter into the address. */
function setFilter(name: string, value: string): void {
  const { locationId, page, item, query } = readRoute(location.hash);
  if (locationId !== null) goTo(linkTo(locationId, page, item, { ...query, [name]: value }), true);
}
