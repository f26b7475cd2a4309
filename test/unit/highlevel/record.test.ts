import { describe, expect, it } from "vitest";
import { contactIn, contactRecordIn, type SaidOfContact } from "../../../src/highlevel/record.ts";
import { contactQuestion, RECORD_QUESTIONS } from "../../../src/highlevel/questions.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { bytesOf } from "../../../src/kit/utf8.ts";
import { MAX_STORED_BYTES } from "../../../src/model/row-bounds.ts";

/** A contact as HighLevel answers it. */
const RECORD: JsonObject = {
  id: "c",
  locationId: "l",
  firstName: "Grace",
  lastName: "Example",
  name: "grace example",
  email: "grace@example.com",
  phone: "+15550100042",
  companyName: "Example Ltd",
  address1: "1 Example Street",
  city: "Springfield",
  state: "IL",
  postalCode: "62701",
  country: "US",
  website: "https://grace.example.com",
  timezone: "America/Chicago",
  dateOfBirth: "1990-12-10T00:00:00.000Z",
  source: "form",
  type: "lead",
  dnd: false,
  tags: ["vip", "new"],
  assignedTo: "u",
  dateAdded: "2026-01-02T03:04:05.000Z",
  customFields: [
    { id: "f1", value: "gold" },
    { id: "f2", value: ["a", "b"] },
    { id: "f3", value: 7 },
  ],
};

describe("HighLevel's record of a contact", () => {
  it("is read in our names", () => {
    expect(contactRecordIn(RECORD)).toEqual({
      fields: {
        firstName: "Grace",
        lastName: "Example",
        name: "grace example",
        email: "grace@example.com",
        phone: "+15550100042",
        companyName: "Example Ltd",
        address: "1 Example Street",
        city: "Springfield",
        state: "IL",
        postalCode: "62701",
        country: "US",
        website: "https://grace.example.com",
        timeZone: "America/Chicago",
        dateOfBirth: "1990-12-10T00:00:00.000Z",
        source: "form",
        assignedTo: "u",
        dateAdded: "2026-01-02T03:04:05.000Z",
        type: "lead",
      },
      tags: ["vip", "new"],
      dnd: false,
      custom: { f1: "gold", f2: ["a", "b"], f3: 7 },
    });
  });

  it("says all there is: without tags and custom fields there are none", () =>
    expect(contactRecordIn({ id: "c" })).toEqual({ fields: {}, tags: [], custom: {} }));

  it("is asked for by the contact's id, with the scope that it needs", () => {
    const { request, scope, read } = contactQuestion("a/b");
    expect(request).toEqual({ method: "GET", path: "/contacts/a%2Fb" });
    expect(scope).toBe("contacts.readonly");
    const contact = read('{"contact":{"dnd":false,"dndSettings":{"FB":{"status":"active"}},"timezone":"Asia/Tokyo"}}');
    expect(contact?.said.fields).toEqual({ timeZone: "Asia/Tokyo" });
    expect([...(contact?.doNotDisturb.on ?? [])]).toEqual(["FB"]);
  });

  it.each(["", "<html>", "null", "[]", "{}", '{"contact":null}', '{"contact":[]}'])("cannot be read from %j", (body) =>
    expect(contactQuestion("c").read(body)).toBeNull(),
  );
});

describe("a webhook about a contact", () => {
  const SAID: [name: string, payload: JsonObject, said: SaidOfContact][] = [
    ["says nothing of what is not in it", { type: "ContactUpdate", id: "c" }, { fields: {} }],
    ["has a type of its own", { type: "ContactUpdate", firstName: "G" }, { fields: { firstName: "G", name: "G" } }],
    [
      "names somebody in full who is named in parts",
      { firstName: "Grace", lastName: "Example" },
      { fields: { firstName: "Grace", lastName: "Example", name: "Grace Example" } },
    ],
    ["has empty texts for what is absent", { firstName: "", email: "", phone: null }, { fields: {} }],
    ["has odd fields, which are absent", { firstName: 7, city: ["x"], state: {}, dnd: "perhaps" }, { fields: {} }],
    [
      "has times as numbers",
      { dateAdded: 1_772_000_000_000 },
      { fields: { dateAdded: new Date(1_772_000_000_000).toISOString() } },
    ],
    ["has a switch as text", { dnd: "true" }, { fields: {}, dnd: true }],
    ["has odd and doubled tags", { tags: ["a", 7, "", null, "a", "b"] }, { fields: {}, tags: ["a", "b"] }],
    ["has no list of tags", { tags: "a" }, { fields: {} }],
    [
      "has custom fields in every spelling",
      {
        customFields: [
          { id: "a", value: "1" },
          { id: "b", fieldValue: "2" },
          { id: "c", field_value: true },
          { id: "d", fieldValueString: "4" },
          { id: "e", fieldValueArray: ["5", 6] },
          { id: "f", fieldValueNumber: 0 },
          { id: "g", value: "", fieldValue: "8" },
        ],
      },
      { fields: {}, custom: { a: "1", b: "2", c: true, d: "4", e: ["5", 6], f: 0, g: "8" } },
    ],
    [
      "has odd custom fields, which are absent",
      { customFields: [7, null, {}, { id: "" }, { id: "a", value: null }, { id: "b", value: { c: 1 } }, { id: 9 }] },
      { fields: {}, custom: {} },
    ],
    [
      "cannot name what every object has",
      { customFields: ["__proto__", "constructor", "toString"].map((id) => ({ id, value: "x" })) },
      { fields: {}, custom: {} },
    ],
  ];

  it.each(SAID)("%s", (_, payload, said) => expect(contactIn(payload)).toEqual(said));
});

it.each(["", " ", "\t", "\u00a0"])("a name of %j alone is absent, so that a text greets without it", (blank) => {
  expect(contactRecordIn({ firstName: blank, lastName: blank, name: blank }).fields).toEqual({});
  expect(contactRecordIn({ firstName: "Grace ", lastName: blank }).fields).toEqual({
    firstName: "Grace",
    name: "Grace",
  });
});

it("no record is larger than a row", () => {
  const long = "é".repeat(400_000);
  const names = Object.keys(RECORD).filter((name) => typeof RECORD[name] === "string");
  for (const text of [long, "é".repeat(10_000)]) {
    const { fields, tags, custom } = contactRecordIn({
      ...Object.fromEntries(names.map((name) => [name, text])),
      tags: Array.from({ length: 5_000 }, (_, index) => `${text.slice(0, 900)}${index}`),
      customFields: Array.from({ length: 2_000 }, (_, index) => ({ id: `f${index}`, value: text.slice(0, 5_000) })),
    });
    expect(bytesOf(JSON.stringify([fields, tags, custom]))).toBeLessThan(MAX_STORED_BYTES);
    expect(Object.keys(custom).length).toBeGreaterThan(10);
  }
});

describe("an answer about", () => {
  const ANSWERS: [what: keyof typeof RECORD_QUESTIONS, body: string, read: JsonObject | null][] = [
    [
      "location",
      '{"location":{"id":"l","name":"Shop","email":"a@b","phone":"1","website":"w","timezone":"Asia/Tokyo","address":"1 St","city":"C","state":"S","postalCode":"P","country":"JP","logoUrl":"x"}}',
      {
        id: "l",
        name: "Shop",
        email: "a@b",
        phone: "1",
        address: "1 St",
        city: "C",
        state: "S",
        postalCode: "P",
        country: "JP",
        website: "w",
        timeZone: "Asia/Tokyo",
      },
    ],
    ["location", '{"location":{"timezone":7}}', {}],
    ["location", "{}", null],
    [
      "custom-keys",
      '{"customFields":[{"id":"f1","fieldKey":"contact.plan"},{"id":"f2","fieldKey":"opportunity.size"},{"id":"f3"},7]}',
      { f1: "plan" },
    ],
    ["custom-keys", '{"customFields":[{"id":"f1","fieldKey":"contact.constructor"}]}', {}],
    ["custom-keys", "{}", null],
    [
      "user",
      '{"id":"u","firstName":"Uma","lastName":"Example","email":"u@b","phone":"","roles":{}}',
      { id: "u", firstName: "Uma", lastName: "Example", name: "Uma Example", email: "u@b" },
    ],
    ["user", "[]", null],
  ];

  it.each(ANSWERS)("a %s is read: %s", (what, body, read) =>
    expect(RECORD_QUESTIONS[what]("x").read(body)).toEqual(read),
  );

  it("the location and its fields is asked for by the location's id, about a user by theirs", () => {
    const paths = (["location", "custom-keys", "user"] as const).map(
      (what) => RECORD_QUESTIONS[what]("a/b").request.path,
    );
    expect(paths).toEqual(["/locations/a%2Fb", "/locations/a%2Fb/customFields?model=contact", "/users/a%2Fb"]);
  });
});
