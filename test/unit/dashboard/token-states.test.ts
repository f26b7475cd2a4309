import { describe, expect, it } from "vitest";
import { failureInWords, standingOf } from "../../../src/dashboard/token/states.ts";
import type { ShownToken, TokenSource, TokenState } from "../../../src/model/token.ts";

const AT = "2026-03-04T15:30:00.000Z";
const token = (source: TokenSource, state: TokenState): ShownToken => ({
  source,
  state,
  since: AT,
  scopes: [],
  refusedScopes: [],
  expiresAt: null,
  storedAt: AT,
});

describe("how a token stands", () => {
  it.each(["private", "oauth", "agency"] as const)("leaves nothing to do where that of %s is in use", (source) => {
    expect(standingOf(token(source, "active"))).toEqual({ words: expect.stringContaining("is in use") });
  });

  it.each([
    [
      "there is none",
      null,
      /^This location has no HighLevel token/,
      /give it a private integration's token, or install/,
    ],
    ["a private one is refused", token("private", "refused"), /refuses/, /Give another$/],
    ["the app's was taken away", token("oauth", "refused"), /no longer takes/, /^Install the app again$/],
    ["that of an agency was taken away", token("agency", "refused"), /agency's installation/, /agency's page/],
    ["the app was uninstalled", token("oauth", "uninstalled"), /uninstalled here$/, /^Install it again/],
    ["the agency has uninstalled it", token("agency", "uninstalled"), /or in the agency$/, /there or in the agency/],
  ] as const)("says what to do where %s", (_, of, words, todo) => {
    expect(standingOf(of)).toEqual({ words: expect.stringMatching(words), todo: expect.stringMatching(todo) });
  });
});

describe("why HighLevel could not be asked", () => {
  it.each([
    ["timeout", "HighLevel did not answer in time. Ask again later."],
    ["no-room", "HighLevel's limits have no room for a question now. Ask again in a minute."],
    ["The location's token does not open: put the key back", "The location's token does not open: put the key back."],
    ["constructor", "constructor."],
  ])("%s", (failure, sentence) => {
    expect(failureInWords(failure)).toBe(sentence);
  });
});
