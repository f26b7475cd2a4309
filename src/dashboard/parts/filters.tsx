// The filters of a list. They are kept in the address, so a filtered list can be bookmarked and shared.
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

/** Sets a filter in the address. */
function setFilter(name: string, value: string): void {
  const { locationId, page, item, query } = readRoute(location.hash);
  goTo(linkTo(locationId ?? "", page, item, { ...query, [name]: value }), true);
}
