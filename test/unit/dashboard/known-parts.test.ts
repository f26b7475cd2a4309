import { describe, expect, it } from "vitest";
import { knownParts, originOf, stateInWords, type KnownPart } from "../../../src/dashboard/contact/known-parts.ts";
import type { KnownContact } from "../../../src/model/known-contact.ts";

const ASKED = { since: "2026-03-04T15:29:00.000Z", from: "highlevel" };
const TOLD = { since: "2026-03-04T15:30:00.000Z", from: "event 7f1a9c52" };

const NOTHING: KnownContact = {
  contactId: "c",
  state: "unknown",
  contact: null,
  customKeys: null,
  parts: { fields: null, tags: null, dnd: null, custom: null, owner: null, customKeys: null, location: null },
  gone: null,
  location: null,
};
const WHOLE: KnownContact = {
  ...NOTHING,
  state: "known",
  contact: {
    id: "c",
    firstName: "Grace",
    email: "grace@example.com",
    tags: ["vip", "new"],
    dnd: true,
    assignedTo: "u",
    owner: { id: "u", name: "Uma Example", email: "uma@example.com" },
    custom: { f1: "gold", f2: ["a", "b"], f3: 3, plan: "gold", "where-from": ["a", "b"], seats: 3 },
  },
  customKeys: { f1: "plan", f2: "where-from", f3: "seats" },
  parts: { ...NOTHING.parts, fields: ASKED, tags: TOLD, dnd: ASKED, custom: ASKED, owner: ASKED, customKeys: ASKED },
};

/** A part as lines: its fields, and what is said of it. */
const linesOf = ({ entries, note }: KnownPart): string[] => [
  ...entries.map(({ name, value }) => `${name}: ${value}`),
  ...(note === null ? [] : [note]),
];
const shown = (known: Partial<KnownContact>, hasToken = true): { readonly [title: string]: readonly string[] } =>
  Object.fromEntries(knownParts({ ...WHOLE, ...known }, hasToken).map((part) => [part.title, linesOf(part)]));
const custom = (known: Partial<KnownContact>) => shown(known)["Custom fields"];
const owner = (known: Partial<KnownContact>, hasToken = true) => shown(known, hasToken)["Owner"];
const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(WHOLE.contact ?? {}).filter(([name]) => !names.includes(name)));

describe("what is known of a contact, for a person", () => {
  it("is each part, by the names that rules have, each custom field once", () => {
    expect(shown({})).toEqual({
      "Name and address": ["firstName: Grace", "email: grace@example.com"],
      Tags: ["tags: vip", "tags: new"],
      "Do not disturb": ["dnd: on, for every channel"],
      "Custom fields": ["custom.plan: gold", 'custom["where-from"]: a, b', "custom.seats: 3"],
      Owner: ["assignedTo: u", "owner.name: Uma Example", "owner.email: uma@example.com"],
    });
  });

  it("has of each part since when and from where", () => {
    expect(knownParts(WHOLE, true).map(({ source }) => source)).toEqual([ASKED, TOLD, ASKED, ASKED, ASKED]);
    expect([TOLD, ASKED].map(originOf)).toEqual([{ by: "event", key: "7f1a9c52" }, { by: "highlevel" }]);
  });

  it("says of what is not known why, and what would change that", () => {
    const why = expect.stringMatching(
      /^Not known: no event .* not asked\. It is asked when a rule or a text needs it\.$/,
    );
    expect(Object.values(shown(NOTHING))).toEqual([[why], [why], [why], [why], [why]]);
    const never = expect.stringMatching(/ not asked\. The location has no token, so HighLevel cannot be asked\.$/);
    expect(Object.values(shown(NOTHING, false))).toEqual([[never], [never], [never], [never], [never]]);
    expect(shown({ parts: { ...WHOLE.parts, tags: null }, contact: without("tags") })["Tags"]).toEqual([why]);
  });

  it("tells what there is not from what is not known", () => {
    const { contact } = { contact: { id: "c", tags: [], custom: {} } };
    expect(shown({ contact })).toEqual({
      "Name and address": ["HighLevel has neither."],
      Tags: ["It has none."],
      "Do not disturb": ["HighLevel's record does not say."],
      "Custom fields": ["None has a value."],
      Owner: ["It is assigned to nobody."],
    });
  });

  it("names custom fields by their ids where HighLevel was not asked for the keys, or did not say", () => {
    const contact = { ...WHOLE.contact, custom: { f1: "gold" } };
    const asked = { contact, customKeys: null };
    const never = { ...asked, parts: { ...WHOLE.parts, customKeys: null } };
    expect(custom(never)).toEqual([
      "custom.f1: gold",
      expect.stringMatching(/^HighLevel was not asked .* f1: .* by this id/),
    ]);
    expect(custom(asked)).toEqual([
      "custom.f1: gold",
      expect.stringMatching(/^HighLevel did not say .* f1: .* by this id/),
    ]);
    const one = {
      contact: { ...WHOLE.contact, custom: { f1: "gold", plan: "gold", f9: 1 } },
      customKeys: { f1: "plan" },
    };
    expect(custom(one)).toEqual(["custom.plan: gold", "custom.f9: 1", expect.stringMatching(/^HighLevel did not say/)]);
  });

  it("says why it is not known who the owner is", () => {
    const contact = without("owner");
    const never = { contact, parts: { ...WHOLE.parts, owner: null } };
    expect(owner(never)).toEqual(["assignedTo: u", expect.stringMatching(/not asked who .* when a rule or a text/)]);
    expect(owner(never, false)).toEqual(["assignedTo: u", expect.stringMatching(/not asked who .* has no token/)]);
    expect(owner({ contact })).toEqual(["assignedTo: u", expect.stringMatching(/did not say who .* users\.readonly/)]);
  });

  it("has nothing of one that is gone, and says who said so", () => {
    expect(knownParts({ ...NOTHING, state: "gone", gone: TOLD }, true)).toEqual([]);
    expect(stateInWords({ ...NOTHING, state: "gone", gone: TOLD })).toMatch(/was deleted/);
    expect(stateInWords({ ...NOTHING, state: "gone", gone: ASKED })).toMatch(
      /knows no such contact.* again an hour later/,
    );
  });

  it("is summed up by state", () => {
    const said = (["known", "partly", "unknown"] as const).map((state) => stateInWords({ ...NOTHING, state }));
    expect(said.map((one) => /All of|Some of|Nothing/.exec(one)?.[0])).toEqual(["All of", "Some of", "Nothing"]);
  });
});
