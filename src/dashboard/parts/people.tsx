// Contacts by name, wherever their ids stand: asked for once for a whole list, and shown beside the id.
import { createContext, type ComponentChildren, type JSX } from "preact";
import { useContext, useMemo } from "preact/hooks";
import type { ContactCard } from "../../model/known-contact.ts";
import { linkTo } from "../address/routes.ts";
import { locationPath } from "../ask/api.ts";
import { useCalmQuery } from "../ask/calm.tsx";
import { usePlace } from "../ask/place.ts";

/** As many ids are asked about in one call. */
const MOST_ASKED = 200;
/** Ids as the API takes them. */
const ID = /^[!-~]{1,128}$/;

const Cards = createContext<ReadonlyMap<string, ContactCard>>(new Map());

/** Everything inside knows what these contacts are called. */
export function People({
  of,
  children,
}: {
  readonly of: readonly string[];
  readonly children: ComponentChildren;
}): JSX.Element {
  const { locationId } = usePlace();
  const around = useContext(Cards);
  const ids = [...new Set(of)]
    .filter((id) => ID.test(id) && !around.has(id))
    .toSorted()
    .slice(0, MOST_ASKED);
  const path = ids.length === 0 ? null : locationPath(locationId, "contacts");
  const { answer } = useCalmQuery<{ contacts: readonly ContactCard[] }>(path, { ids: ids.join(" ") });
  const cards = useMemo(
    () => new Map([...around, ...(answer?.contacts ?? []).map((card) => [card.contactId, card] as const)]),
    [around, answer],
  );
  return <Cards.Provider value={cards}>{children}</Cards.Provider>;
}

/** What is known of a contact in short; `null`: nothing. */
function useCard(contactId: string): ContactCard | null {
  return useContext(Cards).get(contactId) ?? null;
}

/** What people call a contact: its name, else its phone or e-mail, else its id. */
function calledOf(card: ContactCard | null, contactId: string): string {
  return card?.name ?? card?.phone ?? card?.email ?? contactId;
}

/** A link to a contact: its name, its phone or e-mail, and its id. */
export function ContactLink({ id, isShort = false }: { readonly id: string; readonly isShort?: boolean }): JSX.Element {
  const { locationId } = usePlace();
  return (
    <a class="row-contact" href={linkTo(locationId, "contacts", id)}>
      <ContactName id={id} isShort={isShort} />
    </a>
  );
}

/** The same without a link. `isShort`: where there is little room, a name stands without its id. */
export function ContactName({ id, isShort = false }: { readonly id: string; readonly isShort?: boolean }): JSX.Element {
  const card = useCard(id);
  return <CardWords card={card} id={id} isShort={isShort} />;
}

/** A contact in words: what it is called, how it is reached, and its id. */
export function CardWords({
  card,
  id,
  isShort = false,
}: {
  readonly card: ContactCard | null;
  readonly id: string;
  readonly isShort?: boolean;
}): JSX.Element {
  const called = calledOf(card, id);
  const reached = [card?.phone, card?.email].find((one) => one && one !== called);
  if (called === id) return <span class="person">{id}</span>;
  return (
    <span class="person">
      <b>{called}</b>
      {reached ? <span>{reached}</span> : null}
      {isShort ? null : <span class="person-id">{id}</span>}
    </span>
  );
}
