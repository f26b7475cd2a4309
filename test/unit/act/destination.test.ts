import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowedDestination, fixedOrigin, hasDotSegment } from "../../../src/act/outbound/destination.ts";
import { readConfiguration, type OutboundHosts } from "../../../src/model/configuration.ts";

const hosts = (allowed = "", own = ""): OutboundHosts =>
  readConfiguration({ OUTBOUND_ALLOWED_HOSTS: allowed, OWN_HOSTS: own });
const isAllowed = (url: string, allowed = ""): boolean => allowedDestination(url, hosts(allowed)).ok;

describe("a destination that nobody named", () => {
  it.each([
    "https://receiver.example.com",
    "https://receiver.example.com/",
    "https://receiver.example.com:443/hook",
    "https://receiver.example.com/hook?a=b@c#d",
    "HTTPS://Receiver.Example.COM/Hook",
    "https://xn--bcher-kva.example.com/",
    "https://bücher.example.com/",
    "https://1.example.com/",
    "https://127.0.0.1.example.com/",
    "https://localhost.example.com/",
    "https://mylocal.com/",
    "https://internal.io/",
    "https://a.contest/",
    "https://nip.io.example.com/",
    "https://mynip.io/",
    "https://goog.example.com/",
    "https://_a.b--c.example.com/",
    "https://receiver.xn--p1ai/",
    `https://${"a".repeat(63)}.example.com/`,
    `https://receiver.example.com/${"x".repeat(16_000)}`,
    "https://receiver.example.com/http://localhost/",
  ])("is a public name under https: %s", (url) => {
    expect(allowedDestination(url, hosts())).toEqual({ ok: true, value: new URL(url) });
  });

  it.each([
    // Loopback, in the spellings that reach it.
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0x7F.0.0.0x1",
    "017700000001",
    "0177.0.0.1",
    "127.0.0.1.",
    "127.255.255.254",
    "１２７.０.０.１",
    "127。0。0。1",
    "①②⑦.⓪.⓪.①",
    "%31%32%37.0.0.1",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "ｌｏｃａｌｈｏｓｔ",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
    "%6cocalhost",
    "loc\tal\nhost",
    "a.localhost",
    "a.localhost.",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::]",
    // IPv4 within IPv6: mapped, compatible, NAT64, 6to4.
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::10.0.0.1]",
    "[2002:7f00:1::]",
    // Private, link-local, shared, metadata, and public addresses all the same.
    "0.0.0.0",
    "0",
    "10.0.0.1",
    "10.1",
    "167772161",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.257",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "8.8.8.8",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[2001:4860:4860::8888]",
    // Names that stand for something near.
    "intranet",
    "router",
    "com",
    "a.local",
    "printer.LOCAL",
    "a.internal",
    "metadata.google.internal",
    "a.home.arpa",
    "a.onion",
    "a.test",
    "a.invalid",
    "nas.lan",
    "a.corp",
    "a.home",
    "a.b.c.local",
    "home.arpa",
    "a.alt",
    "1.0.0.127.in-addr.arpa",
    "kubernetes.default.svc",
    "host.docker.internal",
    // Metadata services, and names that stand for an address.
    "metadata.goog",
    "metadata.azure.com",
    "metadata.tencentyun.com",
    "metadata.packet.net",
    "api.metadata.cloud.ibm.com",
    "127.0.0.1.nip.io",
    "nip.io",
    "7f000001.NIP.io",
    "a.10-0-0-1.sslip.io",
    "10.0.0.1.xip.io",
    "localtest.me",
    "a.lvh.me",
    "vcap.me",
    "lacolhost.com",
    // What DNS has no place for.
    "receiver..example.com",
    ".example.com",
    "*.example.com",
    "a!b.example.com",
    "-a.example.com",
    "a-.example.com",
    "printer.xn--local-",
    "xn--nip-.io",
    "example.c",
    `${"a".repeat(64)}.example.com`,
    `${"abc.".repeat(64)}com`,
    // A dot at the end.
    "127.0.0.1..",
    "receiver.example.com.",
    "a.local.",
  ])("is not %s", (host) => {
    expect(isAllowed(`https://${host}/`)).toBe(false);
    expect(isAllowed(`https://${host}/hook?x=1#y`)).toBe(false);
  });

  it.each([
    "http://receiver.example.com/",
    "HTTP://receiver.example.com/",
    "http://receiver.example.com:443/",
    "ftp://receiver.example.com/",
    "ws://receiver.example.com/",
    "wss://receiver.example.com/",
    "file:///etc/passwd",
    "file://receiver.example.com/",
    "data:text/plain,hello",
    "data://receiver.example.com/,x",
    "blob:https://receiver.example.com/1",
    "javascript:fetch('https://receiver.example.com')",
    "about:blank",
    "https:",
    "https://",
    "https:///",
    "https://:443/",
    "//receiver.example.com/",
    "receiver.example.com/",
    "/hook",
    "",
    " ",
    "https://receiver example.com/",
    "https://receiver.example.com:99999/",
    "https://receiver.example.com:x/",
    "https://[::1/",
    "https://%00.example.com/",
    "https://256.256.256.256/",
    "https://1.2.3.4.5/",
    `https://receiver.example.com/${"x".repeat(16_384)}`,
    `https://receiver.example.com/${"é".repeat(3_000)}`,
  ])("is not anything else: %s", (url) => {
    expect(isAllowed(url)).toBe(false);
  });

  it.each([
    "https://user@receiver.example.com/",
    "https://user:password@receiver.example.com/",
    "https://:password@receiver.example.com/",
    "https://receiver.example.com%2f@other.example.com/",
    "https://receiver.example.com:443@127.0.0.1/",
    "https://127.0.0.1@receiver.example.com/",
    "https://receiver.example.com@@other.example.com/",
  ])("holds no user info: %s", (url) => {
    expect(isAllowed(url)).toBe(false);
    expect(isAllowed(url, "receiver.example.com,other.example.com,127.0.0.1")).toBe(false);
  });

  it.each([0, 1, 22, 80, 444, 8080, 8443, 65_535])("is not on port %i", (port) => {
    expect(isAllowed(`https://receiver.example.com:${port}/`)).toBe(false);
  });
});

describe("a host that the operator named", () => {
  it.each([
    { allowed: "localhost:9099", url: "http://localhost:9099/hook" },
    { allowed: "localhost:9099", url: "https://localhost:9099/hook" },
    { allowed: "localhost:9099", url: "http://LOCALHOST:9099/hook" },
    { allowed: "LocalHost:9099", url: "http://localhost:9099/hook" },
    { allowed: "http://localhost:9099/", url: "http://localhost:9099/hook" },
    { allowed: "[0:0::1]:9099", url: "http://[::1]:9099/" },
    { allowed: "bücher.local", url: "https://xn--bcher-kva.local/" },
    { allowed: "metadata.goog", url: "http://metadata.goog/" },
    { allowed: "other,localhost:9099", url: "http://localhost:9099/hook" },
    { allowed: "127.0.0.1:9099", url: "http://127.0.0.1:9099/" },
    { allowed: "127.0.0.1:9099", url: "http://2130706433:9099/" },
    { allowed: "[::1]:9099", url: "http://[::1]:9099/" },
    { allowed: "localhost", url: "http://localhost/" },
    { allowed: "localhost", url: "https://localhost/" },
    { allowed: "localhost:80", url: "http://localhost/" },
    { allowed: "localhost:443", url: "https://localhost:443/" },
    { allowed: "receiver.example.com:8443", url: "https://receiver.example.com:8443/" },
    { allowed: "receiver.example.com", url: "http://receiver.example.com/" },
    { allowed: "crm.internal", url: "https://crm.internal/" },
    { allowed: "10.0.0.1", url: "https://10.0.0.1/" },
  ])("$allowed may be reached as $url", ({ allowed, url }) => {
    expect(allowedDestination(url, hosts(allowed))).toEqual({ ok: true, value: new URL(url) });
  });

  it.each([
    { allowed: "localhost:9099", url: "http://localhost:9098/" },
    { allowed: "localhost:9099", url: "http://localhost/" },
    { allowed: "localhost:9099", url: "https://localhost/" },
    { allowed: "localhost:9099", url: "http://127.0.0.1:9099/" },
    { allowed: "localhost:9099", url: "http://a.localhost:9099/" },
    { allowed: "localhost:9099", url: "http://localhost.:9099/" },
    { allowed: "localhost:9099", url: "ftp://localhost:9099/" },
    { allowed: "localhost:9099", url: "http://user@localhost:9099/" },
    { allowed: "localhost:80", url: "https://localhost/" },
    { allowed: "localhost:443", url: "http://localhost/" },
    { allowed: "localhost", url: "http://localhost:9099/" },
    { allowed: "receiver.example.com", url: "https://receiver.example.com:8443/" },
    { allowed: "example.com", url: "http://receiver.example.com/" },
    { allowed: "receiver.example.com", url: "http://receiver.example.com.evil.example.com/" },
    { allowed: "*", url: "http://localhost/" },
    { allowed: "*", url: "https://*/" },
    { allowed: "*:9099", url: "http://localhost:9099/" },
    { allowed: "*.internal", url: "https://*.internal/" },
    { allowed: "localhost.", url: "https://localhost./" },
    { allowed: "::1", url: "http://[::1]/" },
    { allowed: "[::1]", url: "http://[::1]:9099/" },
    { allowed: "[::1]:9099", url: "http://[::1]/" },
    { allowed: "user@localhost", url: "http://localhost/" },
    { allowed: "localhost/path", url: "http://localhost/path" },
    { allowed: "localhost?", url: "http://localhost/" },
    { allowed: "localhost:port", url: "http://localhost/" },
    { allowed: "https://", url: "https://https/" },
    { allowed: "file:///etc", url: "file:///etc" },
    { allowed: "localhost", url: "ws://localhost/" },
    { allowed: "localhost", url: "data://localhost/" },
    { allowed: "*.internal", url: "https://crm.internal/" },
    { allowed: ":9099", url: "http://localhost:9099/" },
  ])("$allowed does not open $url", ({ allowed, url }) => {
    expect(isAllowed(url, allowed)).toBe(false);
  });
});

describe("the deployment itself", () => {
  const own = "afterbeep.agency.workers.dev, https://Hooks.Agency.example.com/";

  it.each([
    { url: "https://afterbeep.agency.workers.dev/hooks/highlevel" },
    { url: "https://AFTERBEEP.agency.workers.dev/api/locations" },
    { url: "https://hooks.agency.example.com/" },
    { url: "https://v2-afterbeep.agency.workers.dev/" },
    { url: "https://hooks.agency.example.com/", allowed: "hooks.agency.example.com" },
    { url: "http://hooks.agency.example.com/", allowed: "hooks.agency.example.com" },
    { url: "https://hooks.agency.example.com:8443/", allowed: "hooks.agency.example.com:8443" },
  ])("is no destination: $url with $allowed allowed", ({ url, allowed }) => {
    expect(allowedDestination(url, hosts(allowed, own)).ok).toBe(false);
    expect(allowedDestination(url, hosts(allowed ?? new URL(url).host)).ok).toBe(true);
  });

  it.each([
    { url: "https://other.agency.workers.dev/" },
    { url: "https://agency.example.com/" },
    { url: "https://x.hooks.agency.example.com/" },
    { url: "https://v2-hooks.agency.example.com/" },
    { url: "https://crm-afterbeep.agency.workers.dev/", allowed: "crm-afterbeep.agency.workers.dev" },
  ])("is not its neighbour: $url", ({ url, allowed }) => {
    expect(allowedDestination(url, hosts(allowed, own)).ok).toBe(true);
  });

  it("may be one port of a host", () => {
    expect(allowedDestination("http://localhost:8787/", hosts("localhost:8787", "localhost:8787")).ok).toBe(false);
    expect(allowedDestination("http://localhost:9099/", hosts("localhost:9099", "localhost:8787")).ok).toBe(true);
  });
});

describe("any IPv4 address, however it is written", () => {
  it("is refused", () => {
    const octet = fc.nat({ max: 255 });
    const written = fc.constantFrom(
      (n: number) => String(n),
      (n: number) => `0x${n.toString(16)}`,
      (n: number) => `0${n.toString(8)}`,
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(octet, written), { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 1, max: 4 }),
        (parts, count) => {
          const numbers = parts.map(([n]) => n);
          const last = numbers.slice(count - 1).reduce((sum, n) => sum * 256 + n, 0);
          const host = [...numbers.slice(0, count - 1), last]
            .map((n, index) => (parts[index]?.[1] ?? String)(n))
            .join(".");
          expect(new URL(`https://${host}/`).hostname).toBe(numbers.join("."));
          expect(isAllowed(`https://${host}/`)).toBe(false);
        },
      ),
    );
  });
});

describe("fixedOrigin", () => {
  it.each([
    { url: "https://receiver.example.com", origin: "https://receiver.example.com" },
    { url: "https://receiver.example.com/{{ event.x }}", origin: "https://receiver.example.com" },
    { url: "https://receiver.example.com?x={{ event.x }}", origin: "https://receiver.example.com" },
    { url: "https://receiver.example.com#{{ event.x }}", origin: "https://receiver.example.com" },
    { url: "https://receiver.example.com/{% if event.x %}a{% endif %}", origin: "https://receiver.example.com" },
    { url: "HTTPS://Receiver.Example.com/", origin: "https://receiver.example.com" },
    { url: "https://receiver.example.com:443/", origin: "https://receiver.example.com" },
    { url: "https://receiver.example.com:8443/{{ event.x }}", origin: "https://receiver.example.com:8443" },
    { url: "http://localhost:9099/{{ event.x }}", origin: "http://localhost:9099" },
    { url: "https://receiver.example.com/@{{ event.x }}", origin: "https://receiver.example.com" },
    { url: "https://receiver.example.com{{ event.x }}", origin: null },
    { url: "https://receiver.example.com{% if event.x %}/{% endif %}", origin: null },
    { url: "https://receiver.example.com:{{ event.x }}/", origin: null },
    { url: "https://receiver.example.com:8{{ event.x }}/", origin: null },
    { url: "https://{{ event.x }}.example.com/", origin: null },
    { url: "https://{{ event.x }}/", origin: null },
    { url: "https://receiver.{{ event.x }}/", origin: null },
    { url: "{{ event.x }}", origin: null },
    { url: "{{ event.x }}://receiver.example.com/", origin: null },
    { url: "http{{ event.x }}://receiver.example.com/", origin: null },
    { url: "{% if event.x %}https://receiver.example.com/{% endif %}", origin: null },
    { url: "https://{{ event.x }}@receiver.example.com/", origin: null },
    { url: "https://user@receiver.example.com/", origin: null },
    { url: "https://receiver.example.com\\{{ event.x }}", origin: null },
    { url: "https:receiver.example.com/", origin: null },
    { url: "https:/receiver.example.com/", origin: null },
    { url: "//receiver.example.com/", origin: null },
    { url: " https://receiver.example.com/", origin: null },
    { url: "ftp://receiver.example.com/", origin: null },
    { url: "https://receiver example.com/", origin: null },
    { url: "", origin: null },
  ])("of $url is $origin", ({ url, origin }) => {
    expect(fixedOrigin(url)).toBe(origin);
  });
});

describe("hasDotSegment", () => {
  it.each([
    "https://a.example.com/..",
    "https://a.example.com/.",
    "https://a.example.com/x/../y",
    "https://a.example.com/x/./y",
    "https://a.example.com/x/..?q",
    "https://a.example.com/x/..#f",
    "https://a.example.com/x\\..\\y",
    "https://a.example.com/x/%2e%2e/y",
    "https://a.example.com/x/%2E./y",
    "https://a.example.com/x/.%2e",
    "https://a.example.com/x/%2e",
    "http://localhost:9099/../x",
    "https://a.example.com/x/.\t./y",
    "https://a.example.com/x/.\n./y",
    "https://a.example.com/x/.. ",
    "https://a.example.com/x/..\u0001",
    "https://a.example.com/x/..\u0000\u001f ",
  ])("sees one in %j", (url) => {
    expect(hasDotSegment(url)).toBe(true);
  });

  it.each([
    "https://a.example.com",
    "https://a.example.com/",
    "https://a.example.com/x/...",
    "https://a.example.com/x/..y",
    "https://a.example.com/.well-known/x",
    "https://a.example.com/x.y/",
    "https://a.example.com/x?y=/../z",
    "https://a.example.com/x#/../z",
    "https://a.example.com/%252e%252e/",
    "https://a.example.com/x/..%2Fy",
    "https://a.example.com?/../x",
  ])("sees none in %j", (url) => {
    expect(hasDotSegment(url)).toBe(false);
  });

  it("agrees with what a URL parser takes out of a path", () => {
    const part = fc.constantFrom("/", "\\", ".", "..", "%2e", "%2E%2e", "%2e.", "a", "...", "%25", ";", "%2F");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const path = `/${parts.join("")}`;
        const text = `https://a.example.com${path}`;
        const climbs = new URL(text).pathname !== path.replaceAll("\\", "/");
        expect(hasDotSegment(text)).toBe(climbs);
      }),
      { numRuns: 1_000 },
    );
  });
});
