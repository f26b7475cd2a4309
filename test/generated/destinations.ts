// URLs for the guard of outgoing calls, from a seed: forbidden targets in every spelling that a URL parser, a resolver
// or a reader may fold into them, and public ones in as many.
import type { Chance } from "./chance.ts";

type Spelling = (text: string, luck: Chance) => string;

const GOOD = "good.example.com";
const PATHS = ["", "/", "/hook", "/hook?a=b@c#d", "?q=1", "#x", `/@${GOOD}`, `#@${GOOD}`, `?@${GOOD}`, `\\@${GOOD}`];

/** First and last address of what no webhook may reach: RFC 6890 and the clouds' metadata, and two that are public. */
const IPV4_RANGES: readonly (readonly [first: string, last: string])[] = [
  ["127.0.0.0", "127.255.255.255"], ["127.0.0.1", "127.0.0.1"], ["0.0.0.0", "0.255.255.255"], ["0.0.0.0", "0.0.0.0"],
  ["10.0.0.0", "10.255.255.255"], ["172.16.0.0", "172.31.255.255"], ["192.168.0.0", "192.168.255.255"],
  ["169.254.0.0", "169.254.255.255"], ["169.254.169.254", "169.254.169.254"], ["169.254.170.2", "169.254.170.2"],
  ["100.64.0.0", "100.127.255.255"], ["100.100.100.200", "100.100.100.200"], ["168.63.129.16", "168.63.129.16"],
  ["192.0.0.0", "192.0.0.255"], ["192.0.2.0", "192.0.2.255"], ["192.88.99.0", "192.88.99.255"],
  ["198.18.0.0", "198.19.255.255"], ["198.51.100.0", "198.51.100.255"], ["203.0.113.0", "203.0.113.255"],
  ["224.0.0.0", "239.255.255.255"], ["240.0.0.0", "255.255.255.254"], ["255.255.255.255", "255.255.255.255"],
  ["8.8.8.8", "8.8.8.8"], ["1.1.1.1", "1.1.1.1"],
]; // prettier-ignore
const SUFFIXES = [
  "localhost", "local", "internal", "home.arpa", "in-addr.arpa", "onion", "test", "invalid", "alt", "lan", "intranet",
  "private", "localdomain", "corp", "home", "svc", "svc.cluster.local", "ec2.internal", "nip.io", "sslip.io", "xip.io",
  "localtest.me", "lvh.me", "vcap.me", "lacolhost.com", "lndo.site", "plex.direct", "rbndr.us",
]; // prettier-ignore
const NAMES = [
  "localhost", "localhost.localdomain", "metadata.google.internal", "metadata.goog", "metadata.azure.com",
  "metadata.azure.internal", "instance-data.ec2.internal", "metadata.tencentyun.com", "metadata.packet.net",
  "metadata.platformequinix.com", "api.metadata.cloud.ibm.com", "host.docker.internal", "kubernetes.default.svc",
  "kubernetes.default.svc.cluster.local", "127.0.0.1.nip.io", "7f000001.nip.io", "10-0-0-1.sslip.io", "lvh.me",
  "169.254.169.254.xip.io", "localtest.me", "vcap.me", "lacolhost.com", "metadata", "instance-data", "ip6-localhost",
  "broadcasthost", "com", "router", "home.arpa", "localdomain",
  // The deployment itself, which the tests name in OWN_HOSTS.
  "afterbeep.agency.workers.dev", "hooks.agency.example.com", "v2-afterbeep.agency.workers.dev",
]; // prettier-ignore
/** The deployment of the tests. */
export const OWN_HOSTS: ReadonlySet<string> = new Set(["afterbeep.agency.workers.dev", "hooks.agency.example.com"]);

const DOTS = [".", ".", ".", "。", "．", "｡", "%2e", "%2E", "%E3%80%82"];
const STRANGE = Array.from(".:/@[]%#?\\-_*01xa \0\u00df\u2024\ud800");
const IGNORED = ["\u00ad", "\u200b", "\u2060", "\ufeff", "\t", "\n", "\r", "%C2%AD", "%E2%80%8B"];
const SCHEMES = [
  "https://", "https://", "https://", "HTTPS://", "hTTps://", "https:\\\\", "https:/", "https:", " https://", "https:///",
  "ht\ttps://",
]; // prettier-ignore

/** A character of another block that IDNA maps to a letter or digit, where there is one. */
function lookalike(character: string, luck: Chance): string {
  const at = "0123456789".indexOf(character);
  const circled = at === 0 ? 0x24ea : 0x2460 + at - 1;
  if (at >= 0) return String.fromCodePoint(luck.pick([0xff10 + at, 0x1d7ce + at, 0x1d7d8 + at, circled]));
  const letter = "abcdefghijklmnopqrstuvwxyz".indexOf(character.toLowerCase());
  if (letter < 0) return character;
  return String.fromCodePoint(luck.pick([0xff41, 0xff21, 0x24d0, 0x24b6, 0x1d41a, 0x1d5ba]) + letter);
}

const each =
  (probability: number, spell: (character: string, luck: Chance) => string): Spelling =>
  (text, luck) =>
    Array.from(text, (character) => (luck.happens(probability) ? spell(character, luck) : character)).join("");

const CASES: readonly Spelling[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  each(0.5, (character) => character.toUpperCase()),
];
/** What changes the spelling of a host and not what it means. */
const SPELLINGS: readonly Spelling[] = [
  ...CASES,
  each(0.6, (character, luck) => (character === "." ? luck.pick(DOTS) : character)),
  each(0.5, lookalike),
  each(1, lookalike),
  each(0.4, (character) => (/[a-z\d]/i.test(character) ? `%${character.charCodeAt(0).toString(16)}` : character)),
  each(0.2, (character, luck) => character + luck.pick(IGNORED)),
];

/** What makes another host of a name, never a better one. */
const DECORATIONS: readonly Spelling[] = [
  (host) => `${host}.`,
  (host, luck) => host + ".".repeat(2 + luck.below(3)),
  (host) => `${host}%2e`,
  (host) => `${host}。`,
  (host) => `.${host}`,
  (host) => `${host}%00`,
  (host) => `${host}%20`,
  (host) => `${host}%25lo`,
  (host) => `[${host}]`,
  (host) => host.replaceAll(/[^.]+/g, "xn--$&-"),
  (host) => `*.${host}`,
];
/** What stands before and after a host and distracts from it. */
const SURROUNDINGS: readonly ((host: string, luck: Chance) => string)[] = [
  (host) => `user@${host}`,
  (host) => `user:password@${host}`,
  (host) => `${GOOD}@${host}`,
  (host) => `${GOOD}%2f@${host}`,
  (host) => `${GOOD}:443@${host}`,
  (host) => `${GOOD}:x@@${host}`,
  (host, luck) => `${host}:${luck.pick([0, 22, 80, 443, 8080, 8443, 65_535, 65_536, "0443", "x", ""])}`,
];

const numberOf = (address: string): number => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

function anIpv4(luck: Chance): number {
  const [first, last] = luck.pick(IPV4_RANGES);
  return numberOf(first) + luck.below(numberOf(last) - numberOf(first) + 1);
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

/** One to four parts, each decimal, octal or hexadecimal, as inet_aton reads them. */
function ipv4(luck: Chance): string {
  const address = anIpv4(luck);
  const octets = dotted(address).split(".").map(Number);
  const count = 1 + luck.below(4);
  const last = octets.slice(count - 1).reduce((sum, octet) => sum * 256 + octet, 0);
  const written = (part: number): string => {
    const zeros = "0".repeat(luck.happens(0.2) ? luck.below(6) : 0);
    const hex = part.toString(16);
    return luck.pick([
      String(part),
      `0${zeros}${part.toString(8)}`,
      `0x${zeros}${hex}`,
      `0X${zeros}${hex.toUpperCase()}`,
    ]);
  };
  return luck.happens(0.3) ? dotted(address) : [...octets.slice(0, count - 1), last].map(written).join(".");
}

function ipv6(luck: Chance): string {
  const v4 = anIpv4(luck);
  const [high, low] = [(v4 >>> 16).toString(16), (v4 & 0xffff).toString(16)];
  const any = (): string => luck.below(65_536).toString(16);
  const address = luck.pick([
    "::1", "::", "0:0:0:0:0:0:0:1", "0000:0000:0000:0000:0000:0000:0000:0001", "0::1", "::0.0.0.1",
    // Mapped, compatible, translated, NAT64 in both prefixes, 6to4, Teredo, ISATAP.
    `::ffff:${dotted(v4)}`, `::ffff:${high}:${low}`, `0:0:0:0:0:ffff:${high}:${low}`, `::${dotted(v4)}`, `::${high}:${low}`,
    `::ffff:0:${dotted(v4)}`, `64:ff9b::${dotted(v4)}`, `64:ff9b::${high}:${low}`, `64:ff9b:1::${dotted(v4)}`,
    `2002:${high}:${low}::`, `2001:0:${any()}:${any()}:0:0:${high}:${low}`, `fe80::5efe:${dotted(v4)}`,
    // Unique local, link-local, site-local, multicast, documentation, a cloud's metadata, public.
    `fc00::${any()}`, `fd${any().padStart(2, "0").slice(0, 2)}::${any()}`, `fe80::${any()}`, `fec0::${any()}`, `ff02::${any()}`,
    `2001:db8::${any()}`, "fd00:ec2::254", "2001:4860:4860::8888", "2606:4700:4700::1111",
  ]); // prettier-ignore
  const zone = luck.happens(0.15) ? luck.pick(["%25eth0", "%eth0", "%251", "%25lo"]) : "";
  const whole = luck.happens(0.3) ? address.toUpperCase() : address;
  const bare = `${whole}${zone}`;
  return luck.happens(0.7) ? `[${bare}]` : luck.pick([bare, `%5B${bare}%5D`, `[${bare}`, `[[${bare}]]`]);
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const word = (luck: Chance): string =>
  Array.from({ length: 4 + luck.below(9) }, () => LETTERS[luck.below(26)] ?? "a").join("");

function privateName(luck: Chance): string {
  if (luck.happens(0.5)) return luck.happens(0.2) ? word(luck) : luck.pick(NAMES);
  const below = `${word(luck)}.${luck.pick(SUFFIXES)}`;
  return luck.happens(0.2) ? `${word(luck)}.${below}` : below;
}

/** A URL that leads where no webhook may go, or nowhere. */
export function forbiddenUrl(luck: Chance): string {
  const kind = luck.below(10);
  if (kind === 0) return spoiltGoodUrl(luck);
  const host = kind < 4 ? ipv4(luck) : kind < 6 ? ipv6(luck) : privateName(luck);
  let spelt = luck.pick(SPELLINGS)(host, luck);
  if (luck.happens(0.2)) spelt = luck.pick(SPELLINGS)(spelt, luck);
  if (luck.happens(0.2)) spelt = luck.pick(DECORATIONS)(spelt, luck);
  if (luck.happens(0.2)) spelt = luck.pick(SURROUNDINGS)(spelt, luck);
  return luck.pick(SCHEMES) + spelt + luck.pick(PATHS);
}

/** A public host, asked for in a way that is not allowed. */
function spoiltGoodUrl(luck: Chance): string {
  const host = `${word(luck)}.example.com`;
  const path = luck.pick(PATHS);
  return luck.pick([
    ...["http:", "ftp:", "ws:", "wss:", "file:", "gopher:", "data:", "javascript:", "blob:", "about:", "view-source:"].map((scheme) => `${scheme}//${host}${path}`),
    `data:text/html,https://${host}${path}`, `blob:https://${host}${path}`, `javascript:fetch('https://${host}/')`,
    `file:///etc/${word(luck)}`, `//${host}${path}`, `${host}${path}`, `https://${host}.${path}`, `https://${host}..${path}`,
    `https://*.${host}${path}`, `https://${"a".repeat(64)}.${host}${path}`, `https://${`${word(luck)}.`.repeat(60)}${host}${path}`,
    `https://${word(luck)}..${host}${path}`, `https://-${host}${path}`, `https://a!${host}${path}`, `https://${host}/${"x".repeat(16_384)}`,
    `https://${host}:${luck.pick([0, 1, 22, 80, 444, 8080, 8443, 65_535, 65_536, 99_999])}${path}`,
    `https://user@${host}${path}`, `https://:password@${host}${path}`, `https://127.0.0.1@${host}${path}`,
  ]); // prettier-ignore
}

const TOP_LEVELS = [
  "com",
  "org",
  "net",
  "io",
  "dev",
  "app",
  "co",
  "co.uk",
  "com.au",
  "agency",
  "xn--p1ai",
  "workers.dev",
];
const TRAPS = [
  "127.0.0.1.example.com", "localhost.example.com", "10-0-0-1.example.com", "2130706433.example.com", "1.example.com",
  "0x7f.example.com", "mylocal.com", "internal.io", "a.contest", "nip.io.example.com", "notnip.io", "metadata.example.com",
  "onion.io", "local.dev", "metadata.goog.example.com", "lvh.media", "home.agency", "_dmarc.example.com", "a--b.example.com",
  "xn--bcher-kva.example.com", "bücher.example.com", "пример.example.com", "例え.example.com", "x.y.z.example.com",
  "afterbeep.agency.workers.dev.example.com", "other.agency.workers.dev", "agency.example.com", "x.hooks.agency.example.com",
  `${"a".repeat(63)}.example.com`,
]; // prettier-ignore
const GOOD_PATHS = [
  "", "/", "/hook", "/hook?a=b@c#d", "/@127.0.0.1", "#@127.0.0.1", "?next=http://localhost/", "/http://10.0.0.1/",
  "\\@127.0.0.1", "/%2e%2e%2f", "/..;/x", "/a b", "/ü", `/${"x".repeat(2_000)}`,
]; // prettier-ignore

/** A URL that a webhook may be sent to. */
export function publicUrl(luck: Chance): string {
  const below = luck.happens(0.5) ? `${word(luck)}${luck.below(100)}.` : "";
  const host = luck.happens(0.3) ? luck.pick(TRAPS) : `${below}${word(luck)}.${luck.pick(TOP_LEVELS)}`;
  // Not any two go together: an escape whose digits are spelt otherwise is none.
  const spelt = luck.pick(SPELLINGS)(luck.pick(CASES)(host, luck), luck);
  return `${luck.pick(SCHEMES)}${spelt}${luck.happens(0.2) ? ":443" : ""}${luck.pick(GOOD_PATHS)}`;
}

/** A URL of either sort in which a few characters were changed: what it means is anybody's guess. */
export function mutatedUrl(luck: Chance): string {
  const characters = Array.from(luck.happens(0.5) ? forbiddenUrl(luck) : publicUrl(luck)).slice(0, 200);
  for (let left = 1 + luck.below(4); left > 0; left--) {
    const strange = luck.pick([...STRANGE, ...DOTS, ...IGNORED]);
    characters.splice(luck.below(characters.length), luck.below(2), strange);
  }
  return characters.join("");
}
