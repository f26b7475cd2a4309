// Addresses in HighLevel, as its own page has them: it publishes none of them.

/** What can be opened there. */
export type HighLevelThing = "location" | "contact" | "conversation" | "workflow";

/** The address of something in HighLevel; the location itself needs no id. */
export function highlevelAddress(host: string, locationId: string, thing: HighLevelThing, id = ""): string {
  const [location, one] = [encodeURIComponent(locationId), encodeURIComponent(id)];
  const path = {
    location: `v2/location/${location}/dashboard`,
    contact: `v2/location/${location}/contacts/detail/${one}`,
    conversation: `v2/location/${location}/conversations/conversations/${one}`,
    // The builder stands outside of the newer pages.
    workflow: `location/${location}/workflow/${one}`,
  }[thing];
  return `https://${host}/${path}`;
}
