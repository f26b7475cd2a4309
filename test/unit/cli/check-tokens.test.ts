import { describe, expect, it } from "vitest";
import { tokenFindings } from "../../../src/cli/check-tokens.ts";
import type { Rule } from "../../../src/model/rule.ts";
import type { AdmittedRule } from "../../../src/rules/admission.ts";
import { aRule, aTask } from "../../builders.ts";

const TAGS = { type: "highlevel", call: "add-tags", tags: ["missed"] } as const;
const STATES: { readonly [locationId: string]: string | null } = {
  good: "active",
  bare: null,
  refused: "refused",
  gone: "uninstalled",
};
const admitted = (fields: Partial<Rule>): AdmittedRule => {
  const rule = aRule(fields);
  return { file: `rules/${rule.name}.json`, rule, examples: [], beside: [], warnings: [] };
};

/** A Worker that lists its locations one a page, and what it was asked. */
function aWorker(status = 200, lacks: { readonly [locationId: string]: object } = {}) {
  const asked: string[] = [];
  const fetch = (url: URL, { headers }: { headers: { readonly [name: string]: string } }): Promise<Response> => {
    asked.push(url.pathname);
    if (headers["authorization"] !== "Bearer canary-admin") return Promise.resolve(new Response(null, { status: 401 }));
    if (status !== 200) return Promise.resolve(new Response(null, { status }));
    const names = Object.keys(STATES);
    if (url.pathname === "/api/locations") {
      const at = names.indexOf(url.searchParams.get("cursor") ?? "") + 1;
      const locations = [{ locationId: names[at], firstSeen: "", lastSeen: "" }];
      return Promise.resolve(Response.json({ locations, cursor: at + 1 < names.length ? names[at] : null }));
    }
    const locationId = url.pathname.split("/")[3] ?? "";
    const state = STATES[locationId];
    if (state === undefined) return Promise.resolve(new Response(null, { status: 404 }));
    return Promise.resolve(Response.json({ token: state === null ? null : { state, ...lacks[locationId] } }));
  };
  return { url: "https://worker.example.com", adminToken: "canary-admin", fetch, asked };
}

describe("check --worker", () => {
  it("warns of each location without an active token that a rule acts in", async () => {
    const worker = aWorker();
    const found = await tokenFindings([admitted({ name: "tagging", actions: [aTask(), TAGS, TAGS] })], worker);
    expect(found.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Location "bare" has no HighLevel token/),
      expect.stringMatching(/^Location "refused" has a token that HighLevel refuses/),
      expect.stringMatching(/^Location "gone" has had the app uninstalled/),
    ]);
    const [first] = found;
    const place = { file: "rules/tagging.json", pointer: "/actions/1", code: "RULE_TOKEN", severity: "warning" };
    expect(first).toMatchObject(place);
  });

  it.each([
    ["an app's", { source: "oauth", scopes: ["contacts.readonly"] }, "lacks contacts.write: add it to the app"],
    [
      "a private one that HighLevel has refused for it",
      { source: "private", scopes: [], refusedScopes: [{ scope: "contacts.write", since: "" }] },
      "lacks contacts.write: tick it at the private integration",
    ],
  ] as const)("warns of an active token that lacks a scope, %s", async (_, token, told) => {
    const found = await tokenFindings(
      [admitted({ actions: [TAGS], locations: ["good"] })],
      aWorker(200, { good: token }),
    );
    expect(found.map(({ message }) => message)).toEqual([expect.stringContaining(told)]);
  });

  it("asks of the locations that a rule is for, also of one that is not known", async () => {
    const rule = admitted({ actions: [TAGS], locations: ["good", "elsewhere"] });
    const found = await tokenFindings([rule], aWorker());
    expect(found.map(({ message }) => message)).toEqual([expect.stringMatching(/^Location "elsewhere" has no/)]);
  });

  it("asks of each location once, and of none where no rule acts in HighLevel", async () => {
    const [two, none] = [aWorker(), aWorker()];
    await tokenFindings([admitted({ actions: [TAGS] }), admitted({ name: "b", actions: [TAGS] })], two);
    expect(two.asked.filter((path) => path.endsWith("/token"))).toHaveLength(4);
    const others = [admitted({}), admitted({ name: "off", enabled: false, actions: [TAGS] })];
    expect(await tokenFindings(others, none)).toEqual([]);
    expect(none.asked).toEqual([]);
  });

  it("says what is wrong when the Worker cannot be asked, without the token", async () => {
    const rules = [admitted({ actions: [TAGS] })];
    const broken = { ...aWorker(), fetch: () => Promise.reject(new TypeError("refused")) };
    await expect(tokenFindings(rules, broken)).rejects.toThrow("No Worker answers at https://worker.example.com");
    await expect(tokenFindings(rules, { ...aWorker(), adminToken: "canary-x" })).rejects.toThrow(
      /^(?!.*canary).*ADMIN_TOKEN/,
    );
    await expect(tokenFindings(rules, aWorker(500))).rejects.toThrow("answered 500");
  });
});
