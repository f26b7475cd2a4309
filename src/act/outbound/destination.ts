// Guards outgoing calls: one function says yes, or no and why.
import type { OutboundHosts } from "../../model/configuration.ts";
import { fail, succeed, type Result } from "../../kit/result.ts";
import { refusedName } from "./private-names.ts";

/** Cloudflare accepts no longer URL. Source: Workers documentation, "Limits". */
const MAX_URL_LENGTH = 16_384;
const MAX_HOST_LENGTH = 253;
const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;
/** Labels of up to 63 letters, digits, dashes and underscores; the last begins with a letter (RFC 1035, 1123). */
const DNS_NAME = /^(?:[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?\.)+[a-z](?:[a-z\d-]{0,61}[a-z\d])$/;
const WORKERS_DEV = ".workers.dev";

/**
 * The URL, if a follow-up may be sent there: https on port 443, a public name with a dot, no user info, not this
 * deployment. A host that the operator allowed by name (`host` or `host:port`) is exempt from all but the last two,
 * and may be http.
 */
export function allowedDestination(text: string, hosts: OutboundHosts): Result<URL, string> {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return fail("The URL cannot be read, write https://host/path");
  if (url.href.length > MAX_URL_LENGTH) return fail(`The URL is longer than ${MAX_URL_LENGTH} characters`);
  if (url.protocol !== "https:" && url.protocol !== "http:") return fail("The URL is not https");
  if (url.username !== "" || url.password !== "")
    return fail("The URL holds user info, send it as a header from a secret");
  if (isOwnHost(url, hosts)) return fail("The URL leads back to this deployment (OWN_HOSTS)");
  const allowed = hosts.outboundAllowedHosts;
  if (allowed.has(url.host) || allowed.has(hostWithPort(url))) return succeed(url);
  if (url.protocol !== "https:") return fail("The URL is not https, and its host is not in OUTBOUND_ALLOWED_HOSTS");
  if (url.port !== "") return fail("The port is not 443, and the host is not in OUTBOUND_ALLOWED_HOSTS");
  const refusal = refusedHost(url.hostname) ?? refusedPreview(url.hostname, hosts);
  return refusal === null ? succeed(url) : fail(`${refusal}, and is not in OUTBOUND_ALLOWED_HOSTS`);
}

/** Whether a URL leads to the deployment itself. */
export function isOwnHost(url: URL, { ownHosts }: OutboundHosts): boolean {
  return ownHosts.has(url.hostname) || ownHosts.has(hostWithPort(url));
}

/** The origin of a URL as written before any template, or `null` if a template could change it. */
export function fixedOrigin(text: string): string | null {
  const fixed = text.split(/\{\{|\{%/, 1)[0] ?? "";
  const [origin] = /^https?:\/\/[^/?#\\@]+(?=[/?#]|$)/i.exec(fixed) ?? [];
  if (origin === undefined || !URL.canParse(origin)) return null;
  // Without a slash after it, a template that follows would continue the host name.
  return origin === fixed && fixed !== text ? null : new URL(origin).origin;
}

/** Whether a rendered URL has a dot segment: a value of `..` would climb out of its place in the path. */
export function hasDotSegment(text: string): boolean {
  // The URL parser drops tabs and line breaks anywhere, and control characters and spaces at the end.
  const seen = text.replaceAll(/[\t\n\r]/g, "");
  const path = seen.replace(/^[a-z]+:\/\/[^/?#]*/i, "").split(/[?#]/, 1)[0] ?? "";
  return path.split(/[/\\]/).some((segment) => /^(?:\.|%2e){1,2}[\0-\u0020]*$/i.test(segment));
}

function hostWithPort(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === "https:" ? "443" : "80")}`;
}

/** Why a host is refused. `new URL` has already normalised decimal, octal, hex, short and full-width forms of IPv4. */
function refusedHost(hostname: string): string | null {
  if (hostname.startsWith("[") || IPV4.test(hostname)) return "The host is an IP address";
  if (hostname.endsWith(".")) return "The host ends with a dot";
  if (!hostname.includes(".")) return "The host is a single name";
  if (hostname.length > MAX_HOST_LENGTH || !DNS_NAME.test(hostname)) return "The host is no name that DNS can have";
  return refusedName(hostname);
}

/** A version of `afterbeep.me.workers.dev` is also served at `<version>-afterbeep.me.workers.dev`. */
function refusedPreview(hostname: string, { ownHosts }: OutboundHosts): string | null {
  const isPreview = [...ownHosts].some((own) => own.endsWith(WORKERS_DEV) && hostname.endsWith(`-${own}`));
  return isPreview ? "The host is a preview of this deployment" : null;
}
