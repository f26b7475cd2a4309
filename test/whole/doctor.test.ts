// The doctor at a real Worker in workerd: one that is well, and one for each mistake that people make when they deploy.
import { join } from "node:path";
import { Miniflare, Response as OutboundResponse, type Request as OutboundRequest } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unstable_getMiniflareWorkerOptions as workerOptionsOf } from "wrangler";
import { needsOf } from "../../src/cli/doctor/needs.ts";
import { doctorLines, examinedBy, thisFolder } from "../../src/cli/doctor.ts";
import type { Check, Diagnosis, Folder } from "../../src/cli/doctor/diagnose.ts";
import { runCli } from "../../src/cli/run.ts";
import { LOCATION, payloadOf, SAMPLES } from "../../src/events/samples.ts";
import { sendEvent, type Target } from "../../src/local/hook-client.ts";
import { HighLevelStandIn } from "../../src/local/stand-in/stand-in.ts";
import { projectVariables, ROOT } from "../../src/local/project.ts";
import { EXPORT_SCOPE } from "../../src/highlevel/export.ts";
import { SCOPE_WORDS } from "../../src/language/needed-scopes.ts";
import type { Rule } from "../../src/model/rule.ts";
import { TEST_ADMIN_TOKEN, TEST_APP, TEST_PRIVATE_KEY, TEST_VARIABLES } from "../keys.ts";
import { share } from "../thorough.ts";
import { inProcess } from "./in-process.ts";
import { shippedBundle } from "./bundles.ts";

const PIT = "pit-canary-0f8a1c52";
/** Where it would be deployed: requests for this host go to workerd. */
const URL_OUTSIDE = "https://afterbeep.agency.workers.dev";
const HOST = new URL(URL_OUTSIDE).hostname;
const CRON = "*/5 * * * *";
const WELL = {
  ...TEST_VARIABLES,
  ALLOWED_LOCATIONS: LOCATION,
  OWN_HOSTS: HOST,
  TIME_ZONE: "America/Denver",
};
/** Not what wrangler reads: that has the secrets of this machine's .dev.vars, too. */
const SHIPPED = projectVariables();
const ALL_SCOPES = Object.keys(SCOPE_WORDS);
const allBut = (...scopes: readonly string[]): readonly string[] =>
  ALL_SCOPES.filter((scope) => !scopes.includes(scope));
/** Rules that do nothing in HighLevel, and look there at what an event does not say. */
const LOOKING: readonly Rule[] = [
  {
    name: "tell-owner",
    on: ["InboundMessage"],
    conditions: { all: [] },
    actions: [{ type: "task", title: "For {{ contact.owner.name | default: 'nobody' }}" }],
  },
  {
    name: "vip-only",
    on: ["InboundMessage"],
    conditions: { all: [{ fact: "contact", path: "$.tags", operator: "contains", value: "vip" }] },
    actions: [{ type: "task", title: "Call back" }],
  },
  {
    name: "their-hours",
    on: ["InboundMessage"],
    conditions: { all: [] },
    window: { days: ["monday"], from: "09:00", to: "17:00", timeZone: "contact" },
    actions: [{ type: "task", title: "Call back" }],
  },
];

/** How a Worker is set up. */
interface SetUp {
  readonly variables?: { readonly [name: string]: string };
  /** Bindings of wrangler.toml that it does not have. */
  readonly without?: readonly string[];
  /** Whether its trigger has fired. */
  readonly isTriggered?: boolean;
  /** Scopes with which the app is installed; `null`: it is not. */
  readonly scopes?: readonly string[] | null;
  readonly isUninstalled?: boolean;
  /** Scopes of a private integration's token, which it is given instead; HighLevel is asked with it. */
  readonly privateScopes?: readonly string[];
  /** Whether a webhook has come. */
  readonly isHeard?: boolean;
}
/** How it is asked. */
interface Asked {
  readonly adminToken?: string;
  readonly url?: string;
  /** By how much the clock of this machine is behind, milliseconds. */
  readonly behindMs?: number;
  readonly folder?: Partial<Folder>;
  /** The places in which it says there are locations, which workerd has not. */
  readonly elsewhere?: readonly string[];
  /** Secrets that headers of its rules name, besides. */
  readonly secrets?: ReadonlyMap<string, string>;
  /** Rules of the folder, in the place of those that ship. */
  readonly rules?: readonly Rule[];
}

let folder: Folder;
let wellOne: Miniflare;
const withoutNames = <All extends object>(all: All | undefined, names: readonly string[]): All =>
  Object.fromEntries(Object.entries(all ?? {}).filter(([name]) => !names.includes(name))) as All;

async function start({
  variables,
  without = [],
  isTriggered = true,
  scopes = ALL_SCOPES,
  isUninstalled,
  privateScopes,
  isHeard = true,
}: SetUp): Promise<Miniflare> {
  const highLevel = new HighLevelStandIn({ clock: () => Date.now(), app: TEST_APP });
  highLevel.addLocation({ id: LOCATION });
  const { workerOptions } = workerOptionsOf(join(ROOT, "wrangler.toml"));
  const { durableObjects, kvNamespaces, ...options } = workerOptions as {
    readonly durableObjects?: { readonly [name: string]: string };
    readonly kvNamespaces?: { readonly [name: string]: string };
    readonly bindings?: { readonly [name: string]: string };
  };
  const miniflare = new Miniflare({
    ...options,
    durableObjects: withoutNames(durableObjects, without),
    kvNamespaces: withoutNames(kvNamespaces, without),
    bindings: { ...SHIPPED, ...withoutNames({ ...WELL, ...variables }, without) },
    modules: [{ type: "ESModule", path: join(shippedBundle(), "worker.js") }],
    modulesRoot: shippedBundle(),
    host: "127.0.0.1",
    port: 0,
    cf: false,
    outboundService: async (request: OutboundRequest) => {
      const { url, method } = request;
      if (new URL(url).host === "services.leadconnectorhq.com") {
        const body = method === "GET" ? {} : { body: await request.text() };
        const answer = await highLevel.answer(
          new Request(url, { method, headers: Object.fromEntries(request.headers), ...body }),
        );
        return OutboundResponse.json(await answer.json(), { status: answer.status });
      }
      return new OutboundResponse(null, { status: 204 });
    },
    handleRuntimeStdio: () => undefined,
  });
  const { origin } = await miniflare.ready;
  if (isTriggered) await (await miniflare.getWorker()).scheduled({ cron: CRON });
  if (scopes !== null) {
    const callback = new URL("/oauth/callback", origin);
    callback.searchParams.set("code", highLevel.authorize(LOCATION, scopes));
    await (await fetch(callback)).text();
  }
  if (privateScopes !== undefined) {
    highLevel.addToken(PIT, LOCATION, privateScopes);
    const token = `${origin}/api/locations/${LOCATION}/token`;
    const headers = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };
    await (await fetch(token, { method: "PUT", headers, body: JSON.stringify({ token: PIT }) })).text();
    const checked = await fetch(`${token}/check`, { method: "POST", headers });
    expect(await checked.json()).toMatchObject({ failure: null });
  }
  const target: Target = { url: origin, privateKey: TEST_PRIVATE_KEY, adminToken: TEST_ADMIN_TOKEN };
  const sms = SAMPLES["sms"];
  if (isHeard && sms) await sendEvent(target, "events", payloadOf(sms, {}, new Date()));
  if (isUninstalled) await sendEvent(target, "events", highLevel.uninstallIn(LOCATION));
  return miniflare;
}

async function doctorAt(
  miniflare: Miniflare,
  {
    adminToken = TEST_ADMIN_TOKEN,
    url = URL_OUTSIDE,
    behindMs = 0,
    folder: other,
    secrets,
    rules,
    elsewhere,
  }: Asked = {},
): Promise<readonly Diagnosis[]> {
  const { origin } = await miniflare.ready;
  const patient = {
    url,
    adminToken,
    clock: () => Date.now() - behindMs,
    fetch: async (asked: URL, init: { readonly headers: { readonly [name: string]: string } }) => {
      const answer = await fetch(asked.href.replace(URL_OUTSIDE, origin), init);
      if (elsewhere === undefined || asked.pathname !== "/api/health") return answer;
      return Response.json({ ...((await answer.json()) as object), elsewhere });
    },
  };
  const needs = { ...(rules === undefined ? folder.needs : needsOf(rules)), ...(secrets && { secrets }) };
  return examinedBy(patient, { ...folder, needs, ...other });
}

beforeAll(async () => {
  folder = await thisFolder();
  wellOne = await start({});
}, 60_000);
afterAll(() => wellOne.dispose());

/** Mistakes, each with where it shows, how a Worker gets it (`null`: it is well), what is said and what to do. */
const FAULTS: readonly (readonly [
  what: string,
  check: Check,
  setUp: SetUp | null,
  says: RegExp,
  fix: RegExp,
  asked?: Asked,
])[] = [
  ["a wrong address", "reachable", null, /nothing answers/, /npm run deploy printed/, { url: "http://127.0.0.1:9" }],
  ["no token set", "token", { without: ["ADMIN_TOKEN"] }, /closed to everybody/, /secret put ADMIN_TOKEN/],
  ["a wrong token", "token", null, /refuses the token/, /ADMIN_TOKEN=/, { adminToken: "another" }],
  ["an object that is not bound", "bindings", { without: ["REGISTRY"] }, /Not bound: REGISTRY/, /rules check/],
  ["no namespace of tasks", "tasks", { without: ["TASKS"] }, /does not answer/, /\[\[kv_namespaces\]\]/],
  ["a clock that is off", "clock", null, /is 600 s ahead of this machine's/, /time server/, { behindMs: 600_000 }],
  ["old code", "code", null, /Other code runs/, /npm run deploy/, { folder: { version: "another" } }],
  ["old rules", "rules", null, /Other rules are in force/, /npm run deploy/, { folder: { ruleSet: "another" } }],
  [
    "rules of this folder that are not those that were published",
    "rules",
    { variables: { RULES_FROM: "published" } },
    /Other rules are in force/,
    /rules publish/,
    { folder: { ruleSet: "another" } },
  ],
  [
    "a time zone that is none",
    "settings",
    { variables: { TIME_ZONE: "Denver" } },
    /^TIME_ZONE is not what it has to be/,
    /America\/Denver/,
  ],
  [
    "quiet hours that are none",
    "settings",
    { variables: { ALERT_SILENCE: "drift, from ten to seven" } },
    /^Entry 2 of ALERT_SILENCE is not what it has to be/,
    /22:00-07:00 as ALERT_SILENCE/,
  ],
  [
    "a number that is none",
    "settings",
    { variables: { RETENTION_DAYS: "a month" } },
    /^RETENTION_DAYS is not what it has to be/,
    /a number of 1 or more as RETENTION_DAYS/,
  ],
  [
    "a word that is none",
    "settings",
    { variables: { RULES_FROM: "publish" } },
    /RULES_FROM is "publish"/,
    /wrangler\.toml/,
  ],
  [
    "a place that is none",
    "settings",
    { variables: { JURISDICTION: "europe" }, isTriggered: false, isHeard: false, scopes: null },
    /JURISDICTION is no place/,
    /"eu", "us" or ""/,
  ],
  [
    "locations left behind by a change of JURISDICTION",
    "settings",
    null,
    /kept where JURISDICTION was empty/,
    /Set it back/,
    { elsewhere: ["any"] },
  ],
  [
    "an app without its secret",
    "settings",
    { without: ["HIGHLEVEL_CLIENT_SECRET"], scopes: null },
    /nobody can install/,
    /secret put HIGHLEVEL_CLIENT_SECRET/,
  ],
  [
    "no location allowed",
    "locations",
    { variables: { ALLOWED_LOCATIONS: "" }, isHeard: false },
    /ALLOWED_LOCATIONS is empty/,
    /ids of your sub-accounts/,
  ],
  [
    "keys without HighLevel's",
    "signature key",
    { variables: { HIGHLEVEL_PUBLIC_KEYS: TEST_VARIABLES.HIGHLEVEL_PUBLIC_KEYS.split("\n").slice(3).join("\n") } },
    /published key is not among/,
    /Remove HIGHLEVEL_PUBLIC_KEYS/,
  ],
  [
    "no secret for webhooks",
    "secrets",
    { without: ["WEBHOOK_SECRET"] },
    /WEBHOOK_SECRET is not set/,
    /whsec_\$\(openssl/,
  ],
  [
    "a secret of another form",
    "secrets",
    { variables: { WEBHOOK_SECRET: "hunter2-hunter2" } },
    /WEBHOOK_SECRET has another form/,
    /secret put WEBHOOK_SECRET/,
  ],
  [
    "alerts that can go nowhere",
    "secrets",
    { variables: { ALERT_URL: "http://alerts.example.com/hunter2" } },
    /ALERT_URL has another form/,
    /secret put ALERT_URL: a URL with https/,
  ],
  [
    "no secret for gateways",
    "secrets",
    { without: ["GATEWAY_SECRET"] },
    /GATEWAY_SECRET is not set/,
    /secret put GATEWAY_SECRET/,
  ],
  [
    "no key for tokens",
    "secrets",
    { without: ["HIGHLEVEL_TOKEN_KEY"], scopes: null },
    /HIGHLEVEL_TOKEN_KEY is not set, needed by .*voicemail-text-back/,
    /openssl rand -base64 32/,
  ],
  [
    "a secret that a header names",
    "secrets",
    null,
    /CRM_KEY is not set, which a header of tell-crm names/,
    /secret put CRM_KEY/,
    { secrets: new Map([["CRM_KEY", "tell-crm"]]) },
  ],
  [
    "its own host not named",
    "own hosts",
    { variables: { OWN_HOSTS: "" } },
    /OWN_HOSTS does not name afterbeep\.agency/,
    /Add "afterbeep\.agency\.workers\.dev"/,
  ],
  ["a trigger that never fires", "watchdog", { isTriggered: false }, /never run/, /crons/],
  [
    "a location without a token",
    "tokens",
    { scopes: null },
    /has no token of HighLevel, needed by .*voicemail-text-back/,
    /Install the app there/,
  ],
  ["an app that was uninstalled", "tokens", { isUninstalled: true }, /has had the app uninstalled/, /Install it again/],
  [
    "a token without a scope",
    "tokens",
    { scopes: allBut("conversations/message.write") },
    /lacks conversations\/message\.write, needed by gateway-status, voicemail-text-back$/,
    /app's scopes/,
  ],
  [
    "a token without the scope to look at a contact before a message",
    "tokens",
    { scopes: allBut("contacts.readonly") },
    /lacks contacts\.readonly, needed by .*voicemail-text-back/,
    /app's scopes/,
  ],
  ...(
    [
      ["a text", "users.readonly", "tell-owner"],
      ["a condition", "contacts.readonly", "tell-owner, vip-only, their-hours"],
      ["a window", "locations.readonly", "their-hours"],
    ] as const
  ).map(
    ([what, scope, rules]) =>
      [
        `a token without the scope that ${what} needs`,
        "tokens",
        { scopes: allBut(scope) },
        new RegExp(`lacks ${scope}, needed by ${rules}$`),
        /app's scopes/,
        { rules: LOOKING },
      ] as const,
  ),
  [
    "a scope that HighLevel refuses a private integration's token",
    "tokens",
    { scopes: null, privateScopes: allBut("contacts.readonly") },
    /lacks contacts\.readonly, needed by .*voicemail-text-back/,
    /Tick it at the private integration/,
  ],
  ["a webhook that never came", "webhooks", { isHeard: false }, /No webhook has come from ve9/, /\/hooks\/highlevel/],
];

describe("npm run rules doctor", () => {
  it("finds nothing to mend at a Worker that is set up as it should be", async () => {
    const found = await doctorAt(wellOne);
    expect(found.filter(({ state }) => state !== "ok")).toEqual([]);
    expect(new Set(found.map(({ check }) => check)).size).toBe(15);
  });

  it.each(share(FAULTS, 6).map((one) => [one[0], one] as const))("finds %s", async (_, planted) => {
    const [, check, setUp, says, fix, asked] = planted;
    const one = setUp === null ? wellOne : await start(setUp);
    const found = await doctorAt(one, asked);
    if (one !== wellOne) await one.dispose();
    const faults = found.filter(({ state }) => state === "fault");
    expect(faults.filter((one) => one.check === check)).toEqual([
      {
        check,
        state: "fault",
        message: expect.stringMatching(says) as string,
        fix: expect.stringMatching(fix) as string,
      },
    ]);
    // Nothing else is blamed, but what follows from it.
    const follows: readonly Check[] =
      check === "tasks" ? ["bindings"] : check === "secrets" || check === "settings" ? ["tokens"] : [];
    expect(faults.map((one) => one.check).filter((one) => one !== check && !follows.includes(one))).toEqual([]);
    // No secret, and no part of one, is told.
    const lines = doctorLines(found).join("\n");
    for (const name of [
      "ADMIN_TOKEN",
      "WEBHOOK_SECRET",
      "GATEWAY_SECRET",
      "HIGHLEVEL_CLIENT_SECRET",
      "HIGHLEVEL_TOKEN_KEY",
      "GATEWAY_TOKEN",
    ] as const)
      expect(lines).not.toContain(TEST_VARIABLES[name]);
    expect(lines).not.toContain("hunter2");
    expect(lines).not.toContain(PIT);
  });

  it("says what a rule that only looks goes without where there is no token", async () => {
    const one = await start({ scopes: null });
    const found = await doctorAt(one, { rules: LOOKING });
    await one.dispose();
    expect(found.filter(({ check }) => check === "tokens")).toEqual([
      {
        check: "tokens",
        state: "look",
        message: `Location ${LOCATION} has no token of HighLevel: what tell-owner, vip-only, their-hours look up there is not known`,
        fix: expect.stringContaining("Install the app there") as string,
      },
    ]);
  });

  it.each([
    ["", "look"],
    ["OFF ", "ok"],
  ])("looks for the scope by which missing messages are found, with RECONCILE %j", async (RECONCILE, state) => {
    const one = await start({ scopes: allBut(EXPORT_SCOPE), variables: { RECONCILE } });
    const found = await doctorAt(one, { rules: LOOKING });
    await one.dispose();
    const told = found.filter(({ check }) => check === "tokens");
    expect(told).toMatchObject([{ state }]);
    expect(told[0]?.message.includes(`lacks ${EXPORT_SCOPE}`)).toBe(state === "look");
  });

  it("tells the Worker's own answer no secret", async () => {
    const { origin } = await wellOne.ready;
    const answer = await fetch(`${origin}/api/health`, { headers: { authorization: `Bearer ${TEST_ADMIN_TOKEN}` } });
    const { variables, secrets } = (await answer.json()) as { variables: object; secrets: string[] };
    expect(Object.keys(variables)).toEqual(expect.arrayContaining(["ALLOWED_LOCATIONS", "TIME_ZONE", "RULES_FROM"]));
    expect(secrets.toSorted()).toEqual([
      "ADMIN_TOKEN",
      "GATEWAY_SECRET",
      "GATEWAY_TOKEN",
      "HIGHLEVEL_CLIENT_SECRET",
      "HIGHLEVEL_PUBLIC_KEYS",
      "HIGHLEVEL_TOKEN_KEY",
      "WEBHOOK_SECRET",
    ]);
    expect((await fetch(`${origin}/api/health`)).status).toBe(401);
  });

  it("exits with 0, 1 and 2, and prints one JSON object", async () => {
    const token = process.env["ADMIN_TOKEN"];
    process.env["ADMIN_TOKEN"] = TEST_ADMIN_TOKEN;
    try {
      const { origin } = await wellOne.ready;
      const well = await inProcess(runCli, ["doctor", "--worker", origin, "--json"]);
      expect([well.status, JSON.parse(well.stdout)]).toEqual([
        0,
        expect.objectContaining({ worker: origin, faults: 0 }),
      ]);
      const nobody = await inProcess(runCli, ["doctor", "--worker", "http://127.0.0.1:9"]);
      expect([nobody.status, nobody.stdout]).toEqual([1, expect.stringContaining("1 fault to mend")]);
      expect((await inProcess(runCli, ["doctor", "--worker", "nowhere"])).status).toBe(2);
    } finally {
      if (token === undefined) delete process.env["ADMIN_TOKEN"];
      else process.env["ADMIN_TOKEN"] = token;
    }
  });
});

/** The commands for every day, at the same Worker. */
describe("npm run rules locations, alerts and delete", () => {
  it("list it, say what is open, and delete it once it is named twice", async () => {
    const one = await start({});
    const token = process.env["ADMIN_TOKEN"];
    process.env["ADMIN_TOKEN"] = TEST_ADMIN_TOKEN;
    try {
      const { origin } = await one.ready;
      const run = (...args: string[]) => inProcess(runCli, [...args, "--worker", origin]);
      const listed = await run("locations");
      expect([listed.status, listed.stdout]).toEqual([0, expect.stringContaining(LOCATION)]);
      const json = JSON.parse((await run("locations", "--json")).stdout) as { locations: unknown[] };
      expect(json.locations).toMatchObject([{ locationId: LOCATION }]);
      const open = await run("alerts", "--location", LOCATION);
      expect([open.status, open.stdout]).toEqual([0, "Nothing is open\n"]);
      expect(JSON.parse((await run("alerts", "--json")).stdout)).toEqual({ alerts: [] });
      // There is no ALERT_URL.
      expect((await run("alerts", "--test")).status).toBe(1);
      expect((await run("delete", "--location", LOCATION)).status).toBe(2);
      expect((await run("delete", "--location", LOCATION, "--confirm", "another")).status).toBe(2);
      const deleted = await run("delete", "--location", LOCATION, "--confirm", LOCATION);
      expect([deleted.status, deleted.stdout]).toEqual([0, expect.stringContaining(`Location ${LOCATION} is deleted`)]);
      expect((await run("locations")).stdout).toBe("No location has sent anything\n");
    } finally {
      if (token === undefined) delete process.env["ADMIN_TOKEN"];
      else process.env["ADMIN_TOKEN"] = token;
      await one.dispose();
    }
  });
});
