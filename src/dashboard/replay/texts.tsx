// Texts that somebody would get, or no longer, as they would be rendered.
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import type { ChangedText, Text } from "../../model/comparison.ts";
import { linkTo } from "../address/routes.ts";
import { counted } from "../parts/counted.ts";
import { Time } from "../time/time-elements.tsx";

const SHOWN = 10;
const MORE = 50;

interface Listed<Item> {
  readonly words: string;
  /** How many there are, also of those that are not among the items. */
  readonly count: number;
  readonly items: readonly Item[];
  readonly row: (item: Item) => ComponentChildren;
}

/** A list that is opened, some at a time. */
function Some<Item>({ words, count, items, row }: Listed<Item>): JSX.Element | null {
  const [shown, setShown] = useState(SHOWN);
  if (items.length === 0) return null;
  const left = items.length - shown;
  return (
    <details>
      <summary>
        {words} ({counted(count)})
      </summary>
      <ul class="differences">
        {items.slice(0, shown).map((item, index) => (
          <li key={index}>{row(item)}</li>
        ))}
      </ul>
      {left > 0 ? (
        <button type="button" onClick={() => setShown(shown + MORE)}>
          Show {counted(Math.min(left, MORE))} more of {counted(left)}
        </button>
      ) : count > items.length ? (
        <p class="quiet-note">These are the first {counted(items.length)}.</p>
      ) : null}
    </details>
  );
}

export function Texts({
  words,
  count,
  texts,
  locationId,
}: {
  readonly words: string;
  readonly count: number;
  readonly texts: readonly Text[];
  readonly locationId: string;
}): JSX.Element | null {
  const row = (text: Text): JSX.Element => (
    <>
      <Whom text={text} locationId={locationId} /> <Quoted text={text.text} />
    </>
  );
  return <Some words={words} count={count} items={texts} row={row} />;
}

export function ChangedTexts({
  count,
  changed,
  locationId,
}: {
  readonly count: number;
  readonly changed: readonly ChangedText[];
  readonly locationId: string;
}): JSX.Element | null {
  const row = ({ before, after }: ChangedText): JSX.Element => (
    <>
      <Whom text={after} locationId={locationId} />{" "}
      {before.at === after.at || before.at === "" || after.at === "" ? null : (
        <>
          before <Time at={before.at} />{" "}
        </>
      )}
      {before.text === after.text ? (
        <Quoted text={after.text} />
      ) : (
        <>
          <del>
            <Quoted text={before.text} />
          </del>{" "}
          <ins>
            <Quoted text={after.text} />
          </ins>
        </>
      )}
    </>
  );
  return <Some words="Would get another text, or at another time" count={count} items={changed} row={row} />;
}

/** Who gets it, when, as what, and by which rule. */
function Whom({ text, locationId }: { readonly text: Text; readonly locationId: string }): JSX.Element {
  const { contactId, name = contactId, eventKey, rule, messageType, at } = text;
  const what = messageType === "" ? rule : `${messageType} of ${rule}`;
  return (
    <>
      <a href={linkTo(locationId, "contacts", contactId)} title={contactId}>
        {name}
      </a>
      {at === "" ? null : (
        <>
          , <Time at={at} />
        </>
      )}
      , {eventKey === "" ? what : <a href={linkTo(locationId, "events", eventKey, { contact: contactId })}>{what}</a>}:
    </>
  );
}

function Quoted({ text }: Pick<Text, "text">): JSX.Element {
  return text === null ? <em>no text: the template cannot be rendered</em> : <q>{text}</q>;
}
