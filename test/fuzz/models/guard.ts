// The guard of outgoing calls, beside what the standards say of names and addresses.
import { isIP } from "node:net";
import fc from "fast-check";
import { allowedDestination, fixedOrigin, hasDotSegment } from "../../../src/act/outbound/destination.ts";
import { text } from "../inputs.ts";
import { claim, model } from "../model.ts";

const ALLOWED = new Set(["localhost:9099", "10.0.0.7", "intranet.example"]);
const NOBODY = { outboundAllowedHosts: new Set<string>(), ownHosts: new Set<string>() };
const NAMED = { ...NOBODY, outboundAllowedHosts: ALLOWED };
/** Names that no public host has: RFC 6761, 6762, 7686, 8375, 9476, ICANN's "internal", and what home routers make up. */
const NOT_PUBLIC =
  /(?:^|\.)(?:localhost|local|internal|home\.arpa|onion|test|invalid|lan|intranet|private|localdomain|corp|home)$/;

const host = fc.oneof(
  fc.constantFrom(
    "a.example.com", "localhost", "LOCALHOST", "127.0.0.1", "127.1", "0x7f.1", "2130706433", "017700000001", "[::1]", "[::ffff:127.0.0.1]", "[fd00::1]",
    "169.254.169.254", "10.0.0.7", "metadata.internal", "a.local", "a.localhost", "a.localhost.", "a.example.com.", "１２７.０.０.１", "ⓛocalhost", "a。example。com", "intranet.example",
    "xn--n3h.example.com", "☃.example.com", "a..example.com", "-a.example.com", "a_b.example.com", "1.1.1", "1.2.3.4.5", "example", "", ".", "..", "a.home.arpa", "x.onion", "%31%32%37.0.0.1",
    "a.example.com%00", "a.example.com%2e", "127.0.0.1.nip.example.com", "0", "0.0.0.0", "256.256.256.256", "a.1", "a.0x1", "[::]", "[::1%25eth0]", "a.test", "a.corp", "a.TEST", "локал.example.com",
  ),
  fc.domain(),
  fc.ipV4Extended(),
  fc.ipV6().map((address) => `[${address}]`),
  text,
); // prettier-ignore
const url = fc
  .record({
    before: fc.constantFrom("", "", "", " ", "\n", "\u0000"),
    scheme: fc.constantFrom("https://", "https://", "https://", "HTTPS://", "http://", "https:", "https:/", "https:\\\\", "ht\ntps://", "ftp://", "javascript:", "data:", "file://", "//", ""),
    user: fc.constantFrom("", "", "", "", "a@", "a:b@", ":@", "@", "a%40", "a.example.com@", "a\\@"),
    host,
    port: fc.constantFrom("", "", "", ":443", ":80", ":9099", ":0", ":65536", ":", ":{{ event.port }}", ":0443"),
    path: fc.oneof(fc.constantFrom("", "/", "/../x", "/%2e%2e/", "\\..\\", "/{{ event.a }}", "?a=b", "#c", "/{{ event.a }}@b.example.com", "/.\t./", "{{ event.a }}"), text),
  })
  .map(({ before, scheme, user, host, port, path }) => before + scheme + user + host + port + path); // prettier-ignore

/** Whether a host can only be a public one: a name with a dot, no address, and under no reserved name. */
function isPublicName(hostname: string): boolean {
  const bare = hostname.replaceAll(/[[\]]/g, "");
  return isIP(bare) === 0 && /\.[^.]*[^.\d][^.]*$/.test(hostname) && !NOT_PUBLIC.test(hostname);
}

export const guardModel = model({
  name: "guard",
  about: "What it allows is https on port 443 of a public name without user info, or named by the operator",
  share: 16,
  inputs: fc.oneof(url, text),
  holds(text) {
    const strict = allowedDestination(text, NOBODY);
    if (strict.ok) {
      const { protocol, port, username, password, hostname, href } = strict.value;
      claim(protocol === "https:" && port === "" && username === "" && password === "", "It is no plain https URL");
      claim(isPublicName(hostname), "Its host is not public");
      claim(new URL(href).href === href, "It reads differently the second time");
      claim(allowedDestination(text, NAMED).ok, "Naming hosts takes others away");
    } else claim(strict.failure !== "", "It is refused without a reason");
    const named = allowedDestination(text, NAMED);
    if (named.ok) {
      const { host, hostname, username, password } = named.value;
      claim(username === "" && password === "", "It holds user info");
      claim(strict.ok || ALLOWED.has(host) || ALLOWED.has(hostname), "Its host is not named");
    }
    const origin = fixedOrigin(text);
    if (origin !== null && !/\{\{|\{%/.test(text) && URL.canParse(text))
      claim(new URL(text).origin === origin, "Its origin is another");
    claim(typeof hasDotSegment(text) === "boolean", "It cannot say whether it climbs");
  },
});
