// Finding a contact by what people know of it, and what is told of several in short.
import { describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { fillKeys } from "../../../src/ledger/log/contacts.ts";
import { anEvent, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const PEOPLE: { readonly [id: string]: JsonObject } = {
  grace: { firstName: "Grace", lastName: "O'Brien", email: "Grace@Example.com", phone: "+13105550142" },
  zoe: { firstName: "Zoë", lastName: "Weiß", email: "zoe@example.org", phone: "+4917112345678" },
  ana: { firstName: "Ana Maria", lastName: "de Souza Santos", phone: "(212) 555-0199" },
  nobody: { email: "grace.of.nobody@example.com" },
  AbCdEfGhIjKl: { firstName: "Ida" },
  mina: { firstName: "می\u200cخواهم" },
};

async function aScene() {
  const storage = sqliteStorage();
  const ledger = await aLedger({ storage });
  let keys = 0;
  const say = (type: string, id: string, fields: JsonObject = {}) =>
    ledger.record(
      anEvent({ firstName: null, phone: null, email: null, type, id, contactId: id, ...fields }, `key-${(keys += 1)}`),
    );
  for (const [id, fields] of Object.entries(PEOPLE)) await say("ContactCreate", id, fields);
  await say("OutboundMessage", "unknown-to-all");
  const search = (text: string): string[] => ledger.contacts({ search: text }).map(({ contactId }) => contactId);
  return { storage, ledger, say, search };
}

describe("a contact is found", () => {
  it.each([
    ["by the first name", "grace", ["grace", "nobody"]],
    ["by the last name, without its mark", "obrien", ["grace"]],
    ["by the last name, with its mark", "O’Brien", ["grace"]],
    ["by both", "Grace O'Brien", ["grace"]],
    ["by both the other way round", "O'Brien, Gra", ["grace"]],
    ["without accents", "zoe weiss", ["zoe"]],
    ["with accents, in capitals", "ZOË WEIß", ["zoe"]],
    ["by a name in the middle", "maria", ["ana"]],
    ["by a name behind that", "de souza", ["ana"]],
    ["by the last of many names", "santos", ["ana"]],
    ["by names that stand apart", "ana santos", ["ana"]],
    ["by its e-mail, whatever its capitals", "GRACE@example", ["grace"]],
    ["by its phone as it is stored", "+13105550142", ["grace"]],
    ["by its phone as people write it", "(310) 555-0142", ["grace"]],
    ["by its phone with the dashes of a page", "(310) 555–0142", ["grace"]],
    ["by its phone with a code in front", "001 310 555.0142", ["grace"]],
    ["by its phone as it is dialled at home", "0171 12345678", ["zoe"]],
    ["by its phone from abroad", "+49 171 / 123 456 78", ["zoe"]],
    ["by a phone that is known without its code", "+1 212 555 0199", ["ana"]],
    ["by the last four digits", "0142", ["grace"]],
    ["by its phone as a telephone copies it", "\u202a+1 (310) 555-0142\u202c", ["grace"]],
    ["by its e-mail with marks of direction", "\u2068grace@example.com\u2069", ["grace"]],
    ["by its id behind a byte order mark", "\ufeffAbCdEfGhIjKl", ["AbCdEfGhIjKl"]],
    ["by a name with a joiner, as it is written", "می\u200cخواهم", ["mina"]],
    ["by its id", "AbCdEfGhIjKl", ["AbCdEfGhIjKl"]],
    ["by the beginning of its id", "AbCdE", ["AbCdEfGhIjKl"]],
    ["by its id where nothing is known of it", "unknown-to", ["unknown-to-all"]],
    ["by nothing that it has not", "3105550143", []],
    ["by no name that is in the midst of a word", "race", []],
    ["by nothing but words that it has", "grace souza", []],
    ["by no percent sign", "%", []],
    ["by no single mark", "'", []],
  ])("%s", async (_, text, expected) => {
    const { search } = await aScene();
    expect(search(text)).toEqual(expected);
  });

  it("by what it is called now, and no more by what it was called before", async () => {
    const { say, search } = await aScene();
    await say("ContactUpdate", "grace", { firstName: "Hope", lastName: "Hall", phone: "+13105550777" });
    expect([search("hope hall"), search("0777"), search("o'brien"), search("0142")]).toEqual([
      ["grace"],
      ["grace"],
      [],
      [],
    ]);
  });

  it("no more by anything of a person once it is deleted in HighLevel, or erased", async () => {
    const { storage, ledger, say, search } = await aScene();
    await say("ContactDelete", "grace");
    ledger.eraseContact(LOCATION, "zoe");
    expect([search("o'brien"), search("0142"), search("weiss"), search("zoe@"), search("zoe")]).toEqual([
      [],
      [],
      [],
      [],
      [],
    ]);
    // What is left of the erased one's events stands under no id.
    expect(search(" ")).toEqual([]);
    const stored = JSON.stringify(storage.sql.exec("SELECT * FROM contacts").toArray()).toLowerCase();
    expect(stored).not.toMatch(/brien|2410555|weiss|8765432/);
    expect(ledger.contacts({ ids: "grace zoe" })).toEqual([]);
  });

  it("also if a version before wrote its row, after the sweep", async () => {
    const { storage, search } = await aScene();
    storage.sql.exec(
      "UPDATE contacts SET by_name = NULL, by_second = NULL, by_third = NULL, by_last = NULL, by_email = NULL, by_phone = NULL",
    );
    expect(search("santos")).toEqual([]);
    expect(fillKeys(storage.sql)).toBe(false);
    expect([search("santos"), search("0142"), search("zoe@")]).toEqual([["ana"], ["grace"], ["zoe"]]);
    const before = storage.sql.exec("SELECT * FROM contacts").toArray();
    fillKeys(storage.sql);
    expect(storage.sql.exec("SELECT * FROM contacts").toArray()).toEqual(before);
  });
});

it("says of several contacts what people call them, in the order of their ids, and nothing of others", async () => {
  const { ledger } = await aScene();
  expect(ledger.contacts({ ids: "zoe unknown-to-all nobody nowhere" })).toEqual([
    { contactId: "zoe", name: "Zoë Weiß", phone: "+4917112345678", email: "zoe@example.org" },
    { contactId: "nobody", name: null, phone: null, email: "grace.of.nobody@example.com" },
  ]);
});
