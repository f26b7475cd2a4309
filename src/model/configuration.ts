import { hostList } from "../kit/host-list.ts";
import { isTimeZone } from "../kit/time-zone.ts";
import type { AlertSilence } from "./alert.ts";
import { RULES_FROM, type RulesFrom } from "./published.ts";

/** The strings that configure a deployment: `[vars]`, secrets and `.dev.vars`. Absent and empty mean the same. */
export interface Variables {
  readonly HIGHLEVEL_PUBLIC_KEYS?: string;
  readonly ALLOWED_LOCATIONS?: string;
  readonly HIGHLEVEL_APP_IDS?: string;
  readonly ADMIN_TOKEN?: string;
  readonly ADMIN_TOKEN_HASHES?: string;
  readonly ACCESS_TEAM_DOMAIN?: string;
  readonly ACCESS_AUD?: string;
  readonly WEBHOOK_SECRET?: string;
  readonly GATEWAY_SECRET?: string;
  readonly OUTBOUND_ALLOWED_HOSTS?: string;
  readonly OWN_HOSTS?: string;
  readonly TIME_ZONE?: string;
  readonly RETENTION_DAYS?: string;
  readonly LEDGER_MAX_BYTES?: string;
  readonly EVENTS_PER_SECOND?: string;
  readonly HIGHLEVEL_API?: string;
  readonly HIGHLEVEL_CLIENT_ID?: string;
  readonly HIGHLEVEL_CLIENT_SECRET?: string;
  readonly HIGHLEVEL_TOKEN_KEY?: string;
  readonly HIGHLEVEL_COMPANY_INSTALL?: string;
  readonly HIGHLEVEL_API_VERSION?: string;
  readonly HIGHLEVEL_APP_HOST?: string;
  readonly REQUESTS_PER_SECOND?: string;
  readonly RECONCILE?: string;
  readonly RULES_FROM?: string;
  readonly JURISDICTION?: string;
  readonly ALERT_URL?: string;
  readonly ALERT_SILENCE?: string;
}

/** A list that is open to all (`*`), closed (empty), or names what is allowed. */
export interface AllowList {
  readonly any: boolean;
  readonly names: ReadonlySet<string>;
}

/** The applications of Cloudflare Access whose users may call `/api`. */
export interface AccessApplications {
  /** Host name, such as `my-team.cloudflareaccess.com`. */
  readonly teamDomain: string;
  /** Audience tags, at least one. */
  readonly audiences: ReadonlySet<string>;
}

/** The settings of the guard of outgoing calls: lists of `host` and `host:port`. */
export interface OutboundHosts {
  /** Exempt from having to be https, on port 443 and public. */
  readonly outboundAllowedHosts: ReadonlySet<string>;
  /** Hosts under which this deployment itself is reached. */
  readonly ownHosts: ReadonlySet<string>;
}

/**
 * Places that objects, with all that they keep, can be bound to. Source: Cloudflare's documentation, "Durable Objects: Data
 * location"; `us` since June 2026.
 */
export const JURISDICTIONS = ["eu", "us"] as const;
export type Jurisdiction = (typeof JURISDICTIONS)[number];

/** A generation of HighLevel's API: `dated` are the versions that are named by a day, such as `2021-07-28`. */
export type ApiVersion = "dated" | "v3";

/** How HighLevel's API is reached, and with which app. */
export interface HighLevelSettings {
  /** Base URL of the API, without a slash at its end. */
  readonly api: string;
  /** Which generation of it is called. */
  readonly apiVersion: ApiVersion;
  /** The marketplace app; `null`: locations cannot install it by OAuth. */
  readonly clientId: string | null;
  readonly clientSecret: string | null;
  /** Keys that seal stored tokens, base64 of 32 bytes each: the first encrypts, all decrypt. Empty: no tokens can be stored. */
  readonly tokenKeys: readonly string[];
}

/** A further token that opens the operator's API. */
interface TokenHash {
  /** `null`: its entry has none. */
  readonly name: string | null;
  /** Its SHA-256, 64 lower-case hex digits. */
  readonly hash: string;
}

/** The variables after reading. Reading never fails: a value that cannot be read gets a safe default. */
export interface Configuration extends OutboundHosts {
  /** PEM text of one or more public keys. */
  readonly publicKeys: string;
  readonly locations: AllowList;
  /** The agencies that may install the app for their locations. */
  readonly companies: AllowList;
  /** Empty: apps are not checked. */
  readonly appIds: ReadonlySet<string>;
  /** Without it, without hashes and without Access, `/api` is closed. */
  readonly adminToken: string | null;
  readonly adminTokenHashes: readonly TokenHash[];
  /** `null`: Cloudflare Access lets nobody in. */
  readonly access: AccessApplications | null;
  readonly webhookSecret: string | null;
  readonly highlevel: HighLevelSettings;
  /** The host under which people open HighLevel. */
  readonly appHost: string;
  /** The secret that message gateways sign with; `null`: their hook is closed. */
  readonly gatewaySecret: string | null;
  readonly retentionDays: number;
  /** At this size the ledger of a location forgets its oldest history. */
  readonly ledgerMaxBytes: number;
  /** How many events one location may send; ten seconds' worth may come at once. */
  readonly eventsPerSecond: number;
  /** How many requests one destination gets from one location. */
  readonly requestsPerSecond: number;
  /** Whether messages of which HighLevel sent no webhook are looked for in its export. */
  readonly reconciles: boolean;
  /** Which rules decide: those of the bundle, or those that were published. */
  readonly rulesFrom: RulesFrom;
  /** Where the objects are: `null`: anywhere; `undefined`: what is set is no place, and nothing may be kept. */
  readonly jurisdiction: Jurisdiction | null | undefined;
  /** Where alerts go; `null`: nowhere, unless a location has a URL of its own. */
  readonly alertUrl: string | null;
  readonly alertSilence: AlertSilence;
  /** IANA name: the zone of `localTime` and `weekday`, and of windows that name none. */
  readonly timeZone: string;
}

/**
 * HighLevel's published Ed25519 key for `X-GHL-Signature`.
 * Source: HighLevel's developer documentation, webhook integration guide.
 */
export const HIGHLEVEL_PUBLIC_KEY = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg=
-----END PUBLIC KEY-----`;

/** Where HighLevel's API is, unless a setting says otherwise. */
export const HIGHLEVEL_API = "https://services.leadconnectorhq.com";
/** The same as it is spoken to where nothing is set. */
export const HIGHLEVEL: Pick<HighLevelSettings, "api" | "apiVersion"> = { api: HIGHLEVEL_API, apiVersion: "dated" };
/** Where people open HighLevel, unless their agency has a domain of its own. */
const DEFAULT_APP_HOST = "app.gohighlevel.com";
const DEFAULT_RETENTION_DAYS = 30;
/** A Durable Object holds 10 GB, and one that is full takes no event (Cloudflare's documentation, "Durable Objects: Limits"). */
const DEFAULT_LEDGER_MAX_BYTES = 8_000_000_000;
const MOST_LEDGER_MAX_BYTES = 9_500_000_000;
/** One Durable Object handles 200 to 500 requests a second (Cloudflare's documentation, "Durable Objects: Limits"). */
const DEFAULT_EVENTS_PER_SECOND = 300;
const DEFAULT_REQUESTS_PER_SECOND = 500;
const DEFAULT_TIME_ZONE = "UTC";
const QUIET_HOURS = /^((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)$/;
const TOKEN_HASH = /^(?:([\w.@-]{1,64}):)?([0-9a-f]{64})$/i;
/** A host name, optionally with a scheme as in Cloudflare's own examples. */
const HOST = /^(?:https:\/\/)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)\/?$/;

/** Complete, or it does not compile: a rule's `secret` must never read one of Afterbeep's own. */
const OWN_NAMES: { readonly [Name in keyof Variables | "DEV_PRIVATE_KEY"]-?: true } = {
  HIGHLEVEL_PUBLIC_KEYS: true,
  ALLOWED_LOCATIONS: true,
  HIGHLEVEL_APP_IDS: true,
  ADMIN_TOKEN: true,
  ADMIN_TOKEN_HASHES: true,
  ACCESS_TEAM_DOMAIN: true,
  ACCESS_AUD: true,
  WEBHOOK_SECRET: true,
  GATEWAY_SECRET: true,
  OUTBOUND_ALLOWED_HOSTS: true,
  OWN_HOSTS: true,
  TIME_ZONE: true,
  RETENTION_DAYS: true,
  LEDGER_MAX_BYTES: true,
  EVENTS_PER_SECOND: true,
  HIGHLEVEL_API: true,
  HIGHLEVEL_CLIENT_ID: true,
  HIGHLEVEL_CLIENT_SECRET: true,
  HIGHLEVEL_TOKEN_KEY: true,
  HIGHLEVEL_COMPANY_INSTALL: true,
  HIGHLEVEL_API_VERSION: true,
  HIGHLEVEL_APP_HOST: true,
  REQUESTS_PER_SECOND: true,
  RECONCILE: true,
  RULES_FROM: true,
  JURISDICTION: true,
  ALERT_URL: true,
  ALERT_SILENCE: true,
  DEV_PRIVATE_KEY: true,
};

/** Names that belong to Afterbeep itself. */
export const CONFIGURATION_NAMES: ReadonlySet<string> = new Set(Object.keys(OWN_NAMES));

const known = new WeakMap<Variables, Configuration>();

/** The configuration of a deployment, read once for each object of variables. */
export function configurationOf(variables: Variables): Configuration {
  let configuration = known.get(variables);
  if (!configuration) known.set(variables, (configuration = readConfiguration(variables)));
  return configuration;
}

/** Reads the variables of a deployment. */
export function readConfiguration(variables: Variables): Configuration {
  return {
    publicKeys: (variables.HIGHLEVEL_PUBLIC_KEYS || HIGHLEVEL_PUBLIC_KEY).replaceAll("\\n", "\n"),
    locations: allowList(variables.ALLOWED_LOCATIONS),
    companies: allowList(variables.HIGHLEVEL_COMPANY_INSTALL || "*"),
    appIds: commaList(variables.HIGHLEVEL_APP_IDS),
    adminToken: variables.ADMIN_TOKEN || null,
    adminTokenHashes: tokenHashes(variables.ADMIN_TOKEN_HASHES),
    access: accessApplications(variables),
    webhookSecret: variables.WEBHOOK_SECRET || null,
    highlevel: {
      api: (variables.HIGHLEVEL_API || HIGHLEVEL_API).replace(/\/+$/, ""),
      apiVersion: variables.HIGHLEVEL_API_VERSION?.trim().toLowerCase() === "v3" ? "v3" : "dated",
      clientId: variables.HIGHLEVEL_CLIENT_ID || null,
      clientSecret: variables.HIGHLEVEL_CLIENT_SECRET || null,
      tokenKeys: [...commaList(variables.HIGHLEVEL_TOKEN_KEY)],
    },
    appHost: hostIn(variables.HIGHLEVEL_APP_HOST) ?? DEFAULT_APP_HOST,
    gatewaySecret: variables.GATEWAY_SECRET || null,
    retentionDays: oneOrMore(variables.RETENTION_DAYS, DEFAULT_RETENTION_DAYS),
    ledgerMaxBytes: Math.min(oneOrMore(variables.LEDGER_MAX_BYTES, DEFAULT_LEDGER_MAX_BYTES), MOST_LEDGER_MAX_BYTES),
    eventsPerSecond: oneOrMore(variables.EVENTS_PER_SECOND, DEFAULT_EVENTS_PER_SECOND),
    requestsPerSecond: oneOrMore(variables.REQUESTS_PER_SECOND, DEFAULT_REQUESTS_PER_SECOND),
    reconciles: variables.RECONCILE?.trim().toLowerCase() !== "off",
    rulesFrom: RULES_FROM.find((from) => from === variables.RULES_FROM?.trim().toLowerCase()) ?? "deploy",
    jurisdiction: jurisdictionIn(variables.JURISDICTION?.trim().toLowerCase() ?? ""),
    alertUrl: variables.ALERT_URL?.trim() || null,
    alertSilence: alertSilence(variables.ALERT_SILENCE),
    outboundAllowedHosts: hostList(commaList(variables.OUTBOUND_ALLOWED_HOSTS)),
    ownHosts: hostList(commaList(variables.OWN_HOSTS)),
    timeZone: isTimeZone(variables.TIME_ZONE ?? "") ? (variables.TIME_ZONE ?? "") : DEFAULT_TIME_ZONE,
  };
}

function jurisdictionIn(word: string): Jurisdiction | null | undefined {
  return word === "" ? null : JURISDICTIONS.find((one) => one === word);
}

/** Kinds of alerts, and hours such as `22:00-07:00` in `TIME_ZONE`. What is neither silences nothing. */
function alertSilence(text: string | undefined): AlertSilence {
  const kinds = commaList(text);
  const [, from, to] = [...kinds].map((entry) => QUIET_HOURS.exec(entry)).find((hours) => hours !== null) ?? [];
  // Whoever is told nothing from ten to seven is told from seven to ten.
  return { kinds, awake: from === undefined ? null : { from: to, to: from } };
}

function oneOrMore(text: string | undefined, otherwise: number): number {
  const number = Number(text || otherwise);
  return Number.isFinite(number) && number >= 1 ? number : otherwise;
}

/** The hashes in a list of `name:hash` or `hash`. The name is for people; an entry of another form grants no access. */
function tokenHashes(text: string | undefined): readonly TokenHash[] {
  return [...commaList(text)].flatMap((entry) => {
    const [, name = null, hash] = TOKEN_HASH.exec(entry) ?? [];
    return hash === undefined ? [] : [{ name, hash: hash.toLowerCase() }];
  });
}

/** Access needs both: who signs, and for which application. Either alone would let in users of any application, or nobody. */
function accessApplications({ ACCESS_TEAM_DOMAIN, ACCESS_AUD }: Variables): AccessApplications | null {
  const teamDomain = hostIn(ACCESS_TEAM_DOMAIN);
  const audiences = commaList(ACCESS_AUD);
  return teamDomain === undefined || audiences.size === 0 ? null : { teamDomain, audiences };
}

/** The host that a setting names, with or without `https://`. */
export function hostIn(text: string | undefined): string | undefined {
  return HOST.exec(text?.trim().toLowerCase() ?? "")?.[1];
}

function allowList(text: string | undefined): AllowList {
  const names = commaList(text);
  return { any: names.has("*"), names };
}

/** Whether a list names it, or is open to all. */
export function isOnList({ any, names }: AllowList, name: string): boolean {
  return any || names.has(name);
}

function commaList(text: string | undefined): ReadonlySet<string> {
  return new Set(
    (text ?? "")
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  );
}
