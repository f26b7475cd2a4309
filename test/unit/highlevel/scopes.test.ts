import { describe, expect, it } from "vitest";
import { CALLS } from "../../../src/highlevel/calls.ts";
import { EXPORT_SCOPE } from "../../../src/highlevel/export.ts";
import { contactQuestion, RECORD_QUESTIONS } from "../../../src/highlevel/questions.ts";
import { readingRequests, scopeOf } from "../../../src/highlevel/scopes.ts";
import { outgoing } from "../../../src/highlevel/outgoing.ts";
import { HIGHLEVEL } from "../../../src/model/configuration.ts";
import { SCOPES } from "../../../src/local/stand-in/published.ts";
import { HighLevelStandIn } from "../../../src/local/stand-in/stand-in.ts";
import { LOCATION } from "../../builders.ts";

const QUESTIONS = [contactQuestion("ada"), ...Object.values(RECORD_QUESTIONS).map((of) => of("ada"))];

describe("the scope of a request", () => {
  it.each(Object.entries(CALLS))("is that of the call %s", (_, { method, path, scope }) => {
    expect(scopeOf({ method, path })).toBe(scope);
  });

  it.each(QUESTIONS.map((question) => [question.request.path, question] as const))(
    "is that of the question %s",
    (_, { request, scope }) => {
      expect(scopeOf(request)).toBe(scope);
    },
  );

  it("is that of the export", () => {
    const [path] = readingRequests(LOCATION).flatMap(({ path: one }) => (one.includes("export") ? [one] : []));
    expect(scopeOf({ method: "GET", path: path ?? "" })).toBe(EXPORT_SCOPE);
  });
});

describe("what is asked of a token", () => {
  it("shows each scope to read something that it lacks, and changes nothing", async () => {
    const ofLocations = SCOPES.filter((scope) => scope.endsWith(".readonly") && !scope.startsWith("oauth"));
    expect(readingRequests(LOCATION).map(scopeOf).toSorted()).toEqual(ofLocations.toSorted());
    const statusWith = async (scopes: readonly string[]): Promise<readonly number[]> => {
      const highLevel = new HighLevelStandIn({ clock: () => 0 });
      highLevel.addLocation({ id: LOCATION });
      highLevel.addToken("canary-pit", LOCATION, scopes);
      const statuses: number[] = [];
      for (const asked of readingRequests(LOCATION)) {
        const { url, method, headers } = outgoing(HIGHLEVEL, asked, "canary-pit");
        statuses.push((await highLevel.answer(new Request(url, { method, headers }))).status);
      }
      expect(highLevel.violations).toEqual([]);
      return statuses;
    };
    expect(await statusWith([])).toEqual(readingRequests(LOCATION).map(() => 401));
    expect(await statusWith(SCOPES)).not.toContain(401);
  });
});
