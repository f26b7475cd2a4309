import { describe, expect, it } from "vitest";
import { LedgerAccount } from "../../../src/ledger/highlevel/account.ts";
import { succeed } from "../../../src/kit/result.ts";
import { NO_LIMITS } from "./a-ledger.ts";

/** Calls once; HighLevel answers so. What was asked with which token. */
async function called(...answers: (readonly [status: number, message: string])[]): Promise<string[]> {
  const asked: string[] = [];
  const account = new LedgerAccount(
    { api: "https://highlevel.example.com", apiVersion: "dated" },
    {
      fetch: (request) => {
        asked.push(request.headers.get("authorization") ?? "");
        const [status, message] = answers[asked.length - 1] ?? [200, ""];
        return Promise.resolve(Response.json({ statusCode: status, message }, { status }));
      },
      timeLimit: () => new AbortController().signal,
    },
    {
      current: () => Promise.resolve(succeed("old")),
      insteadOf: () => {
        asked.push("another token");
        return Promise.resolve(succeed("new"));
      },
    },
    NO_LIMITS,
  );
  await account.call({ method: "GET", path: "/contacts/ada" });
  return asked;
}

describe("a call that HighLevel refuses with 401", () => {
  it("is repeated once with another token", async () => {
    expect(await called([401, "Invalid token: access token is invalid"])).toEqual([
      "Bearer old",
      "another token",
      "Bearer new",
    ]);
    expect(await called([401, "Invalid token"], [200, ""], [401, "Invalid token"])).toHaveLength(3);
  });

  it("for a scope that the token lacks says nothing against the token", async () => {
    expect(await called([401, "The token is not authorized for this scope."])).toEqual(["Bearer old"]);
  });
});
