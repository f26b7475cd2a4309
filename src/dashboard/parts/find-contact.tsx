// Finding a contact by what people know of it: a name, a phone in any spelling, an e-mail or an id. What fits is listed while
// one types; Enter takes the only one, or the one that the arrows have marked.
import type { JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { ContactCard } from "../../model/known-contact.ts";
import { SEARCHED } from "../../model/search.ts";
import { goTo, linkTo } from "../address/routes.ts";
import { get, locationPath } from "../ask/api.ts";
import { usePlace } from "../ask/place.ts";
import { announce } from "./announce.tsx";
import { CardWords } from "./people.tsx";

const TYPING_MS = 150;
const AN_ID = /^[!-~]{1,128}$/;

interface Found {
  readonly of: string;
  readonly cards: readonly ContactCard[];
}

/** Goes to a contact. `label` distinguishes this form from the other one on the page. */
export function FindContact({ label }: { readonly label: string }): JSX.Element {
  const { locationId } = usePlace();
  return (
    <form class="find" role="search" aria-label={label} onSubmit={(event) => event.preventDefault()}>
      <ContactBox onPick={(contactId) => goTo(linkTo(locationId, "contacts", contactId))} hasButton />
    </form>
  );
}

/** The box and what it finds. `onPick`: a contact was chosen. */
export function ContactBox({
  onPick,
  hasButton = false,
}: {
  readonly onPick: (contactId: string) => void;
  readonly hasButton?: boolean;
}): JSX.Element {
  const { locationId } = usePlace();
  const [text, setText] = useState("");
  const [found, setFound] = useState<Found | null>(null);
  const [marked, setMarked] = useState(-1);
  const list = useId();
  const asked = text.trim();
  // What stands in the box now, or null once there is no box: an answer to what stood there before comes too late.
  const standing = useRef<string | null>(null);
  standing.current = asked;
  useEffect(() => () => void (standing.current = null), []);
  const search = async (of: string, signal?: AbortSignal): Promise<Found> => {
    const path = locationPath(locationId, "contacts");
    const { contacts } = await get<{ contacts: readonly ContactCard[] }>(path, { search: of }, signal);
    return { of, cards: contacts };
  };
  useEffect(() => {
    setMarked(-1);
    setFound(null);
    if (!SEARCHED.test(asked)) return undefined;
    const aborted = new AbortController();
    const timer = setTimeout(() => search(asked, aborted.signal).then(setFound, () => undefined), TYPING_MS);
    return () => {
      clearTimeout(timer);
      aborted.abort();
    };
  }, [asked, locationId]);
  const pick = (contactId: string): void => {
    setText("");
    onPick(contactId);
  };
  const take = async (): Promise<void> => {
    const chosen = found?.cards[marked];
    if (chosen) return pick(chosen.contactId);
    if (asked === "") return undefined;
    // Enter may come before the answer. What is no search, or not answered, may be an id all the same.
    const answer = found ?? (SEARCHED.test(asked) ? await search(asked).catch(() => null) : null);
    if (standing.current !== asked) return undefined;
    const cards = answer?.cards ?? [];
    const meant = cards.find(({ contactId }) => contactId === asked) ?? (cards.length === 1 ? cards[0] : undefined);
    if (meant) return pick(meant.contactId);
    if (cards.length === 0 && AN_ID.test(asked)) return pick(asked);
    if (cards.length === 0) return announce("No contact fits that");
    setFound(answer);
    setMarked(0);
    return announce(`${cards.length} contacts fit that`);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const count = found?.cards.length ?? 0;
    if (event.key === "Enter") {
      event.preventDefault();
      void take();
    } else if (event.key === "Escape") setFound(null);
    else if (count > 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      setMarked((now) => (event.key === "ArrowDown" ? (now + 1) % count : (Math.max(now, 0) + count - 1) % count));
    }
  };
  const isOpen = found !== null;
  return (
    <span
      class="find-box"
      onFocusOut={(event) => {
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setFound(null);
      }}
    >
      <label>
        {hasButton ? <span class="hidden">Contact</span> : "Contact"}
        <input
          type="search"
          role="combobox"
          list={undefined}
          aria-expanded={isOpen}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={marked < 0 ? undefined : `${list}-${marked}`}
          placeholder="Name, phone, e-mail or id"
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </label>
      {hasButton ? (
        <button type="button" onClick={() => void take()}>
          Show
        </button>
      ) : null}
      <span class="found" hidden={!isOpen}>
        <ul id={list} role="listbox" aria-label="Contacts that fit">
          {found?.cards.map((card, index) => (
            <li
              key={card.contactId}
              id={`${list}-${index}`}
              role="option"
              aria-selected={index === marked}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => pick(card.contactId)}
            >
              <CardWords card={card} id={card.contactId} />
            </li>
          ))}
        </ul>
        {isOpen && found.cards.length === 0 ? (
          <small role="status">No contact is known by that. Enter looks for it as an id.</small>
        ) : null}
      </span>
    </span>
  );
}
