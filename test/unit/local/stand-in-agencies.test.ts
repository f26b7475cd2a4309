// The stand-in's agencies and its two generations of the API, by what is published alone.
import { beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/kit/json.ts";
import { text } from "../../../src/local/stand-in/form.ts";
import { published } from "../../../src/local/stand-in/published.ts";
import type { HighLevelStandIn } from "../../../src/local/stand-in/stand-in.ts";
import { aHighLevel, LOCATION, NAMES, requestFor } from "./stand-in-requests.ts";

const APP = { client_id: "client", client_secret: "secret" };

let highLevel: HighLevelStandIn;
beforeEach(() => {
  ({ highLevel } = aHighLevel());
  for (const id of ["one", "two", "three"]) highLevel.addLocation({ id, name: id.toUpperCase(), companyId: "agency" });
  highLevel.addLocation({ id: "theirs", companyId: "another" });
  for (const id of ["one", "two", "theirs"]) highLevel.installIn(id);
});

interface Asked {
  readonly method?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly form?: { readonly [name: string]: string };
}
async function ask(path: string, { method = "GET", headers = {}, form }: Asked = {}): Promise<[number, JsonObject]> {
  const body = form ? { body: new URLSearchParams(form), method: "POST" } : { method };
  const response = await highLevel.answer(new Request(`https://stand-in${path}`, { ...body, headers }));
  return [response.status, (await response.json()) as JsonObject];
}
async function company(code = highLevel.authorizeAgency("agency")): Promise<string> {
  const [, answer] = await ask("/oauth/token", { form: { ...APP, grant_type: "authorization_code", code } });
  expect(answer).toMatchObject({ userType: "Company", companyId: "agency", refresh_token: expect.any(String) });
  expect(answer).not.toHaveProperty("locationId");
  return text(answer, "access_token");
}
const dated = (token: string) => ({ Authorization: `Bearer ${token}`, Version: "2021-07-28" });
const v3 = (token: string) => ({ Authorization: `Bearer ${token}`, Version: "v3" });

describe("an agency's token", () => {
  it("lists its locations, in pages, and those with the app if that is asked for", async () => {
    const headers = dated(await company());
    const [status, all] = await ask("/oauth/installedLocations?companyId=agency&appId=client", { headers });
    expect([status, (all["locations"] as JsonObject[]).map((one) => [one["_id"], one["isInstalled"]])]).toEqual([
      200,
      [
        ["one", true],
        ["two", true],
        ["three", false],
      ],
    ]);
    const query = "companyId=agency&appId=client&isInstalled=true&limit=1&skip=1";
    const [, page] = await ask(`/oauth/installedLocations?${query}`, { headers });
    expect(page).toMatchObject({ locations: [{ _id: "two", name: "TWO" }], count: 2 });
    expect(highLevel.violations).toEqual([]);
  });

  it("gets a token for a location that has the app, and for no other", async () => {
    const headers = dated(await company());
    const asked = (locationId: string, companyId = "agency") =>
      ask("/oauth/locationToken", { headers, form: { companyId, locationId } });
    const [status, answer] = await asked("one");
    expect([status, answer]).toEqual([201, expect.objectContaining({ locationId: "one", userType: "Location" })]);
    const [told] = await ask("/locations/one", { headers: dated(text(answer, "access_token")) });
    expect(told).toBe(200);
    expect((await asked("three"))[0]).toBe(400);
    expect(highLevel.violations).toEqual([]);
    for (const [other, companyId] of [
      ["theirs", "agency"],
      ["theirs", "another"],
      ["nobody", "agency"],
    ] as const)
      expect((await asked(other, companyId))[0]).toBe(403);
  });

  it("gives access to no location, and a location's to no agency", async () => {
    const headers = dated(await company());
    expect((await ask("/locations/one", { headers }))[0]).toBe(401);
    const own = { headers: dated("pit-here") };
    expect((await ask("/oauth/installedLocations?companyId=agency&appId=client", own))[0]).toBe(401);
  });

  it("needs its scopes", async () => {
    const headers = dated(await company(highLevel.authorizeAgency("agency", ["oauth.readonly"])));
    const form = { companyId: "agency", locationId: "one" };
    expect((await ask("/oauth/locationToken", { headers, form }))[0]).toBe(401);
    expect((await ask("/oauth/installedLocations?companyId=agency&appId=client", { headers }))[0]).toBe(200);
  });

  it("ends with its uninstall, and so do those of its locations", async () => {
    const headers = dated(await company());
    const [, one] = await ask("/oauth/locationToken", { headers, form: { companyId: "agency", locationId: "one" } });
    expect(highLevel.uninstallAgency("agency")).toMatchObject({ type: "UNINSTALL", companyId: "agency" });
    expect((await ask("/locations/one", { headers: dated(text(one, "access_token")) }))[0]).toBe(401);
    expect((await ask("/oauth/installedLocations?companyId=agency&appId=client", { headers }))[0]).toBe(401);
  });
});

describe("v3", () => {
  it.each(NAMES)("has %s, for the version that it is", async (name) => {
    const right = await highLevel.answer(requestFor(name, { headers: { Version: "v3" } }));
    expect(right.status).toBe(published(name).success);
    expect(highLevel.violations).toEqual([]);
  });

  it("spells a contact's do not disturb otherwise, and corrects a word", async () => {
    const ada = highLevel.state.contacts.get("ada");
    if (ada) ada.dndSettings = { SMS: { status: "active" }, WhatsApp: { status: "inactive" } };
    const headers = v3("pit-here");
    const [, answer] = await ask("/contacts/ada", { headers });
    expect(answer["contact"]).toMatchObject({
      dndSettings: { sms: { status: "active" }, whatsApp: { status: "inactive" } },
    });
    const moved = await highLevel.answer(requestFor("remove-from-workflow", { headers: { Version: "v3" } }));
    expect(await moved.json()).toEqual({ succeeded: true });
  });

  it("has its own form for tokens, its own pages and its own paths", async () => {
    const code = highLevel.authorizeAgency("agency");
    const form = { clientId: "client", clientSecret: "secret", grantType: "authorization_code", code };
    const [status, answer] = await ask("/oauth/token", { form, headers: { Version: "v3" } });
    expect([status, answer]).toEqual([
      200,
      expect.objectContaining({ accessToken: expect.any(String), expiresIn: 86_399 }),
    ]);
    const headers = v3(text(answer, "accessToken"));
    const first = "/oauth/installed-locations?companyId=agency&appId=client&isInstalled=true&pageSize=1";
    const [, page] = await ask(first, { headers });
    expect(page).toMatchObject({ items: [{ _id: "one" }], pagination: { hasNextPage: true, currentPageSize: 1 } });
    const next = text(page["pagination"] as JsonObject, "nextPageToken");
    const [, last] = await ask(`${first}&pageToken=${next}`, { headers });
    expect(last).toMatchObject({ items: [{ _id: "two" }], pagination: { hasNextPage: false } });
    const [, token] = await ask("/oauth/location-token", { headers, form: { companyId: "agency", locationId: "one" } });
    expect(token).toMatchObject({ accessToken: expect.any(String), refreshToken: expect.any(String) });
    expect(highLevel.violations).toEqual([]);
  });

  it.each([
    ["v3", "/oauth/installedLocations?companyId=agency&appId=client"],
    ["2021-07-28", "/oauth/installed-locations?companyId=agency&appId=client"],
  ])("%s has no %s", async (version, path) => {
    const [status] = await ask(path, { headers: { ...dated("pit-here"), Version: version } });
    expect([status, highLevel.violations]).toEqual([400, [expect.stringContaining("not available in API version")]]);
  });

  it("takes no form of the dated generation, nor that one its own", async () => {
    const form = { ...APP, grant_type: "authorization_code", code: "any" };
    expect((await ask("/oauth/token", { form, headers: { Version: "v3" } }))[0]).toBe(422);
    const other = { clientId: "client", clientSecret: "secret", grantType: "authorization_code", code: "any" };
    expect((await ask("/oauth/token", { form: other }))[0]).toBe(422);
    expect(highLevel.violations.length).toBeGreaterThan(1);
  });
});

it("an installation tells of each location", () => {
  expect(highLevel.installIn("three")).toMatchObject({ type: "INSTALL", locationId: "three", companyId: "agency" });
  expect(highLevel.uninstallIn(LOCATION)).toMatchObject({ type: "UNINSTALL", locationId: LOCATION });
});
