import { describe, expect, it } from "vitest";
import { CONFIGURATION_NAMES, HIGHLEVEL_PUBLIC_KEY, readConfiguration } from "../../../src/model/configuration.ts";
import { TEST_VARIABLES } from "../../keys.ts";

const EMPTY = {
  publicKeys: HIGHLEVEL_PUBLIC_KEY,
  locations: { any: false, names: new Set() },
  companies: { any: true, names: new Set(["*"]) },
  appIds: new Set(),
  adminToken: null,
  adminTokenHashes: [],
  access: null,
  webhookSecret: null,
  gatewaySecret: null,
  outboundAllowedHosts: new Set(),
  ownHosts: new Set(),
  highlevel: {
    api: "https://services.leadconnectorhq.com",
    apiVersion: "dated",
    clientId: null,
    clientSecret: null,
    tokenKeys: [],
  },
  appHost: "app.gohighlevel.com",
  alertUrl: null,
  alertSilence: { kinds: new Set(), awake: null },
  retentionDays: 30,
  ledgerMaxBytes: 8_000_000_000,
  eventsPerSecond: 300,
  requestsPerSecond: 500,
  reconciles: true,
  rulesFrom: "deploy",
  jurisdiction: null,
  timeZone: "UTC",
};

describe("a configuration", () => {
  it("without variables is closed, and trusts HighLevel's published key", () => {
    expect(readConfiguration({})).toEqual(EMPTY);
    expect(HIGHLEVEL_PUBLIC_KEY).toContain("MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg=");
  });

  it("with empty variables is the same as without", () => {
    const names = [...CONFIGURATION_NAMES];
    expect(readConfiguration(Object.fromEntries(names.map((name) => [name, ""])))).toEqual(EMPTY);
  });

  it("keeps to itself every variable that it reads", () => {
    expect([...CONFIGURATION_NAMES]).toEqual(
      expect.arrayContaining(Object.keys(TEST_VARIABLES).filter((name) => name !== "GATEWAY_TOKEN")),
    );
    const { adminToken, webhookSecret } = readConfiguration({ ADMIN_TOKEN: "a", WEBHOOK_SECRET: "b" });
    expect({ adminToken, webhookSecret }).toEqual({ adminToken: "a", webhookSecret: "b" });
  });
});

describe("which generation of HighLevel's API is called", () => {
  it.each([
    ["v3", "v3"],
    [" V3 ", "v3"],
    ["", "dated"],
    ["2021-07-28", "dated"],
    ["v4", "dated"],
  ])("%j means %s", (text, apiVersion) => {
    expect(readConfiguration({ HIGHLEVEL_API_VERSION: text }).highlevel.apiVersion).toBe(apiVersion);
  });
});

describe("a comma list", () => {
  it.each<{ text: string; names: string[] }>([
    { text: "a", names: ["a"] },
    { text: "a,b", names: ["a", "b"] },
    { text: " a ,\tb\n, ", names: ["a", "b"] },
    { text: ",,a,,a,", names: ["a"] },
    { text: "A,a", names: ["A", "a"] },
    { text: " , ", names: [] },
  ])("$text names $names", ({ text, names }) => {
    const { locations, appIds } = readConfiguration({ ALLOWED_LOCATIONS: text, HIGHLEVEL_APP_IDS: text });
    expect([...locations.names]).toEqual(names);
    expect([...appIds]).toEqual(names);
  });

  it.each<{ text: string; hosts: string[] }>([
    { text: " LocalHost:9099, crm.Internal", hosts: ["localhost:9099", "crm.internal"] },
    { text: "https://Afterbeep.agency.workers.dev/", hosts: ["afterbeep.agency.workers.dev"] },
    { text: "http://127.0.0.1:09099", hosts: ["127.0.0.1:9099"] },
    { text: "a.example.com:443,a.example.com", hosts: ["a.example.com:443", "a.example.com"] },
    { text: "[::1]:9099,[0:0::1]", hosts: ["[::1]:9099", "[::1]"] },
    { text: "bücher.example.com", hosts: ["xn--bcher-kva.example.com"] },
    { text: "2130706433:9099", hosts: ["127.0.0.1:9099"] },
    { text: "*,*.internal,*:9099", hosts: [] },
    { text: "a.,.a,a..b,a b,a/b,a@b,a?b,a#b,a:b,a:,:9099,::1,[::1,[],://,https://", hosts: [] },
    { text: "javascript:alert,file:///etc,data:x", hosts: [] },
  ])("of hosts is read as URLs are spelled, and what is no host stands for nothing: $text", ({ text, hosts }) => {
    const { outboundAllowedHosts, ownHosts } = readConfiguration({ OUTBOUND_ALLOWED_HOSTS: text, OWN_HOSTS: text });
    expect([...outboundAllowedHosts]).toEqual(hosts);
    expect([...ownHosts]).toEqual(hosts);
  });
});

describe("ADMIN_TOKEN_HASHES", () => {
  const A = "a".repeat(64);
  const B = "0123456789abcdef".repeat(4);

  it.each<{ text: string; hashes: string[] }>([
    { text: A, hashes: [A] },
    { text: `${A},${B}`, hashes: [A, B] },
    { text: ` alice:${A} ,\n bob@work.example:${B},`, hashes: [A, B] },
    { text: A.toUpperCase(), hashes: [A] },
    { text: `alice:${A.slice(1)}`, hashes: [] },
    { text: `alice:${A}0`, hashes: [] },
    { text: "alice:", hashes: [] },
    { text: `:${A}`, hashes: [] },
    { text: `a:b:${A}`, hashes: [] },
    { text: `alice ${A}`, hashes: [] },
    { text: `sha256-${A}`, hashes: [] },
    { text: "g".repeat(64), hashes: [] },
    { text: `*,${B},junk`, hashes: [B] },
  ])("$text holds $hashes", ({ text, hashes }) => {
    const read = readConfiguration({ ADMIN_TOKEN_HASHES: text }).adminTokenHashes;
    expect(read.map(({ hash }) => hash)).toEqual(hashes);
  });
});

describe("Cloudflare Access", () => {
  const AUD = "32eafc76";
  const TEAM = "my-team.cloudflareaccess.com";

  it.each<{ domain: string; aud: string; audiences: string[] | null }>([
    { domain: TEAM, aud: AUD, audiences: [AUD] },
    { domain: ` https://My-Team.cloudflareaccess.com/ `, aud: ` ${AUD} , other`, audiences: [AUD, "other"] },
    { domain: TEAM, aud: "", audiences: null },
    { domain: TEAM, aud: " , ", audiences: null },
    { domain: "", aud: AUD, audiences: null },
    { domain: "my-team", aud: AUD, audiences: null },
    { domain: `http://${TEAM}`, aud: AUD, audiences: null },
    { domain: `${TEAM}/path`, aud: AUD, audiences: null },
    { domain: `${TEAM}:8443`, aud: AUD, audiences: null },
    { domain: `evil.example#.${TEAM}`, aud: AUD, audiences: null },
    { domain: `user@${TEAM}`, aud: AUD, audiences: null },
  ])("of $domain for $aud lets in: $audiences", ({ domain, aud, audiences }) => {
    const { access } = readConfiguration({ ACCESS_TEAM_DOMAIN: domain, ACCESS_AUD: aud });
    expect(access).toEqual(audiences && { teamDomain: TEAM, audiences: new Set(audiences) });
  });
});

describe("ALLOWED_LOCATIONS", () => {
  it.each([
    { text: "*", any: true },
    { text: " * ", any: true },
    { text: "a,*", any: true },
    { text: "", any: false },
    { text: "a", any: false },
    { text: "a*", any: false },
    { text: "**", any: false },
    { text: '"*"', any: false },
  ])("$text is open to any: $any", ({ text, any }) => {
    expect(readConfiguration({ ALLOWED_LOCATIONS: text }).locations.any).toBe(any);
  });
});

describe("HIGHLEVEL_PUBLIC_KEYS", () => {
  it.each([
    { text: "a\nb", keys: "a\nb" },
    { text: String.raw`a\nb\nc`, keys: "a\nb\nc" },
    { text: `a\n${String.raw`b\nc`}`, keys: "a\nb\nc" },
  ])("may have its line ends real or written: %j", ({ text, keys }) => {
    expect(readConfiguration({ HIGHLEVEL_PUBLIC_KEYS: text }).publicKeys).toBe(keys);
  });

  it("replaces the published key", () => {
    expect(readConfiguration({ HIGHLEVEL_PUBLIC_KEYS: "junk" }).publicKeys).toBe("junk");
  });
});

describe("LEDGER_MAX_BYTES", () => {
  it.each([
    ["", 8_000_000_000],
    ["0", 8_000_000_000],
    ["8 GB", 8_000_000_000],
    ["5e9", 5_000_000_000],
    ["1000", 1_000],
    ["20000000000", 9_500_000_000],
  ])("%j is %d", (text, bytes) => {
    expect(readConfiguration({ LEDGER_MAX_BYTES: text }).ledgerMaxBytes).toBe(bytes);
  });
});

describe("RETENTION_DAYS", () => {
  it.each([
    { text: "1", days: 1 },
    { text: "7", days: 7 },
    { text: " 90 ", days: 90 },
    { text: "365", days: 365 },
    { text: "0", days: 30 },
    { text: "-1", days: 30 },
    { text: "0.5", days: 30 },
    { text: "junk", days: 30 },
    { text: "30 days", days: 30 },
    { text: "NaN", days: 30 },
    { text: "Infinity", days: 30 },
    { text: "   ", days: 30 },
  ])("$text is $days days", ({ text, days }) => {
    expect(readConfiguration({ RETENTION_DAYS: text }).retentionDays).toBe(days);
  });
});
