import type { KnownContact } from "../../model/known-contact.ts";
import { locationPath } from "./api.ts";
import { usePlace } from "./place.ts";
import { useQuery } from "./use-query.ts";

/** What a contact is called; `null`: it is not known. */
export function useContactName(contactId: string | null): string | null {
  const { locationId } = usePlace();
  const path = contactId === null ? null : locationPath(locationId, "contacts", contactId);
  return nameIn(useQuery<KnownContact>(path).answer);
}

/** The name in what is known of a contact. */
export function nameIn(known: KnownContact | null): string | null {
  const name = known?.contact?.["name"];
  return typeof name === "string" && name !== "" ? name : null;
}
