import { describe, expect, it } from "vitest";
import { HighLevelStandIn } from "../../../src/local/stand-in/stand-in.ts";
import {
  appIdOf,
  askForToken,
  codeForm,
  installUrl,
  readTokenAnswer,
  refreshForm,
  type TokenForm,
} from "../../../src/highlevel/tokens.ts";
import type { ApiVersion } from "../../../src/model/configuration.ts";
import { TEST_APP } from "../../keys.ts";

const ANSWER = {
  access_token: "access",
  token_type: "Bearer",
  expires_in: 86_399,
  refresh_token: "refresh",
  scope: "contacts.write  contacts.readonly",
  userType: "Location",
  locationId: "here",
  companyId: "agency",
  userId: "somebody",
};
const AGENCYS = { ...ANSWER, userType: "Company", locationId: undefined };
const read = (status: number, body: unknown) =>
  readTokenAnswer(status, typeof body === "string" ? body : JSON.stringify(body));

describe("an answer of POST /oauth/token", () => {
  it("grants the tokens of a location", () => {
    expect(read(200, ANSWER)).toEqual({
      kind: "granted",
      grant: {
        accessToken: "access",
        refreshToken: "refresh",
        expiresInMs: 86_399_000,
        scopes: ["contacts.write", "contacts.readonly"],
        locationId: "here",
        companyId: "agency",
      },
    });
  });

  it("grants the token of an agency", () => {
    expect(read(200, { ...AGENCYS, isBulkInstallation: true })).toMatchObject({
      kind: "granted",
      grant: { locationId: null, companyId: "agency", refreshToken: "refresh" },
    });
  });

  it("grants the same in the spelling of v3", () => {
    const { access_token: accessToken, expires_in: expiresIn, refresh_token: refreshToken, ...rest } = ANSWER;
    expect(read(200, { ...rest, accessToken, expiresIn, refreshToken })).toEqual(read(200, ANSWER));
  });

  it("may leave out what a location can do without", () => {
    const { scope: _, companyId: __, userType: ___, ...rest } = ANSWER;
    expect(read(201, rest)).toMatchObject({ kind: "granted", grant: { scopes: [], companyId: null } });
  });

  it.each([
    ["0", 600_000],
    ["-5", 600_000],
    ["299", 600_000],
    ["1e999", 366 * 86_400_000],
  ])("that says it expires in %s s is used for a sensible time", (seconds, expiresInMs) => {
    const body = JSON.stringify(ANSWER).replace("86399", seconds);
    expect(read(200, body)).toMatchObject({ kind: "granted", grant: { expiresInMs } });
  });

  const cases: readonly (readonly [what: string, status: number, body: unknown, kind: string])[] = [
    ["an agency's token of no agency", 200, { ...ANSWER, userType: "Company", companyId: "" }, "unclear"],
    ["an agency's token that cannot be refreshed", 200, { ...AGENCYS, refresh_token: null }, "unclear"],
    ["a token without a location", 200, { ...ANSWER, locationId: "" }, "unclear"],
    ["a token that cannot be refreshed", 200, { ...ANSWER, refresh_token: undefined }, "unclear"],
    ["a token that expires at no number", 200, { ...ANSWER, expires_in: "soon" }, "unclear"],
    ["a page", 200, "<html>", "unclear"],
    ["nothing", 200, "", "unclear"],
    ["a code that was used", 400, { error: "invalid_grant" }, "refused"],
    ["a refresh token that was used, as 401", 401, { error: "invalid_grant" }, "refused"],
    ["a form that lacks something", 422, { message: ["code should not be empty"] }, "refused"],
    ["an app with another secret", 401, { error: "invalid_client" }, "unknown-app"],
    [
      "an app with another secret, in words",
      400,
      { error_description: "Invalid client: client is invalid" },
      "unknown-app",
    ],
    [
      "a refresh token that is gone, in v3's words",
      400,
      { message: "Invalid grant: refresh token is invalid" },
      "refused",
    ],
    [
      "a location that is paused, whose refresh token stays good",
      400,
      { message: "Location is not active" },
      "unclear",
    ],
    ["a refresh token that is gone, in words", 400, { message: "This refresh token is invalid" }, "refused"],
    ["a refresh token that is over, in a list of words", 401, { message: ["Refresh token expired"] }, "refused"],
    ["a refresh token that was revoked", 400, { error_description: "Revoked refresh_token" }, "refused"],
    ["a code that is over", 400, { error: "Bad Request", message: "Authorization code has expired" }, "refused"],
    ["a page that says no", 400, "<html><title>400 Bad Request</title></html>", "unclear"],
    ["a page with the words of proof", 400, "<html>invalid_grant</html>", "unclear"],
    ["a page about a client", 401, "<html>Invalid client certificate</html>", "unclear"],
    ["401 without a body", 401, "", "unclear"],
    ["401 of something in between", 401, { message: "Unauthorized" }, "unclear"],
    ["400 without a reason", 400, { error: "invalid_request" }, "unclear"],
    ["422 with what nobody knows", 422, { detail: [{ loc: ["body"], msg: "field required" }] }, "unclear"],
    ["a refresh token that nobody could look at", 400, { message: "Refresh token could not be used now" }, "unclear"],
    ["a code that is no grant's", 400, { message: "Error code 17, nothing was used" }, "unclear"],
    ["422 that is no JSON", 422, "{", "unclear"],
    ["422 that is a list", 422, ["invalid_grant"], "unclear"],
    ["the words of proof deep inside", 400, { echoed: { grant: "invalid_grant" } }, "unclear"],
    ["a reason that is no text", 400, { error: { code: "invalid_grant" } }, "unclear"],
    ["403 of a firewall", 403, "blocked", "unclear"],
    ["the words of proof of a server in trouble", 500, { error: "invalid_grant" }, "unclear"],
    ["the words of proof with 200", 200, { error: "invalid_grant" }, "unclear"],
    ["a redirect", 302, "", "unclear"],
    ["too many calls", 429, {}, "unclear"],
    ["an error of HighLevel's", 503, {}, "unclear"],
  ];
  it.each(cases)("%s (%i)", (_, status, body, kind) => {
    expect(read(status, body)).toMatchObject({ kind });
  });
});

describe("asking HighLevel", () => {
  const aHighLevel = () => new HighLevelStandIn({ clock: () => 0, app: TEST_APP });
  const askingIn = (highLevel: HighLevelStandIn, form: TokenForm, apiVersion: ApiVersion = "dated") =>
    askForToken({ api: "https://highlevel.example.com", apiVersion }, form, {
      fetch: (request) => highLevel.answer(request),
      signal: new AbortController().signal,
    });

  it.each<ApiVersion>(["dated", "v3"])(
    "exchanges a code once, and each refresh token once, as is published (%s)",
    async (version) => {
      const highLevel = aHighLevel();
      const asking = (form: TokenForm) => askingIn(highLevel, form, version);
      const code = codeForm(TEST_APP, highLevel.authorize("here"), "https://worker.example.com/oauth/callback");
      const first = await asking(code);
      if (first.kind !== "granted") throw new Error(first.kind);
      expect(await asking(code)).toEqual({ kind: "refused" });
      const refresh = refreshForm(TEST_APP, first.grant.refreshToken ?? "", "Location");
      const next = await asking(refresh);
      expect(next).toMatchObject({ kind: "granted", grant: { locationId: "here" } });
      expect(await asking(refresh)).toEqual({ kind: "refused" });
      expect(await asking(refreshForm({ ...TEST_APP, clientSecret: "x" }, "any", "Location"))).toEqual({
        kind: "unknown-app",
      });
      expect(highLevel.violations).toEqual([]);
    },
  );

  it("does not throw when there is no connection", async () => {
    const highLevel = aHighLevel();
    highLevel.faults.push({ match: () => true, kind: "refuse-connection", times: 1 });
    expect(await askingIn(highLevel, refreshForm(TEST_APP, "any", "Location"))).toEqual({ kind: "unclear" });
  });
});

it("a person chooses the location on HighLevel's page, with every scope that a call needs", () => {
  const url = new URL(installUrl("app-id-x", "https://worker.example.com/oauth/callback"));
  expect(url.origin + url.pathname).toBe("https://marketplace.gohighlevel.com/oauth/chooselocation");
  const { scope, ...query } = Object.fromEntries(url.searchParams);
  expect(query).toEqual({
    response_type: "code",
    client_id: "app-id-x",
    redirect_uri: "https://worker.example.com/oauth/callback",
  });
  expect(scope?.split(" ")).toEqual([
    "contacts.readonly",
    "contacts.write",
    "conversations/message.readonly",
    "conversations/message.write",
    "locations.readonly",
    "locations/customFields.readonly",
    "oauth.readonly",
    "oauth.write",
    "opportunities.write",
    "users.readonly",
  ]);
});

it("an app's id stands before the dash of its client id", () => {
  expect([appIdOf("6578278e-lr2o"), appIdOf("6578278e")]).toEqual(["6578278e", "6578278e"]);
});
