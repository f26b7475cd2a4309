import type { JSX } from "preact";
import { highlevelAddress, type HighLevelThing } from "../address/highlevel.ts";
import { usePlace } from "../ask/place.ts";

/** A link that opens something in HighLevel, in a tab of its own. */
export function InHighLevel({
  thing,
  id,
}: {
  readonly thing: HighLevelThing;
  readonly id?: string;
}): JSX.Element | null {
  const { locationId, highlevelHost } = usePlace();
  if (highlevelHost === "") return null;
  return (
    <a class="outside" href={highlevelAddress(highlevelHost, locationId, thing, id)} target="_blank" rel="noreferrer">
      {WORDS[thing]} <span aria-hidden="true">↗</span>
    </a>
  );
}

const WORDS: { readonly [Thing in HighLevelThing]: string } = {
  location: "Open in HighLevel",
  contact: "Contact in HighLevel",
  conversation: "Conversation in HighLevel",
  workflow: "Workflow in HighLevel",
};
