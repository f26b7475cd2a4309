import { expect, it } from "vitest";
import { OTHER_CONTACT_PLACES, sendersInWords } from "../../../src/language/contact-words.ts";
import { KINDS } from "../../../src/model/event-kinds.ts";

it.each([
  [["ContactDelete", "ContactTagUpdate"], "contact events send"],
  [["InvoicePaid"], "InvoicePaid sends"],
  [["InvoicePaid", "ContactDelete"], "InvoicePaid and ContactDelete send"],
  [["InvoicePaid", "OrderPlaced", "ContactDelete"], "InvoicePaid, OrderPlaced and ContactDelete send"],
])("%j: %s", (kinds, words) => {
  expect(sendersInWords(kinds)).toBe(words);
});

it("has every kind whose contact is not contactId, at the place that its entry says", () => {
  const found = OTHER_CONTACT_PLACES.flatMap(({ path, kinds }) => kinds.map((kind) => [kind, path] as const));
  const wanted = Object.entries(KINDS).filter(([, { contact }]) => contact !== "contactId");
  expect(wanted.length).toBeGreaterThan(0);
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(wanted.map(([kind, { contact }]) => [kind, contact] as const)),
  );
});
